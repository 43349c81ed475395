// The manual pages of the classes of references, in the order of refs::RefClass;
// class_pages_test.cc checks that none is missing. To add one: a line here after the class is in
// refs/reference.h.
#include "gardener/rules/page.h"

namespace gp::rules {
namespace {

constexpr Page kPages[] = {
    {"import", "import", "A name imported from the module, or the module itself.",
     "```python\nfrom pkg.old import create\nimport pkg.old as old\nfrom pkg import old\n"
     "from .old import *\n```\n\nOne entry per imported name; names of one statement have the same "
     "`statement`. `plan` rewrites it in place: never moved to another line, the local name kept."},
    {"transitive-import", "transitive-import",
     "A symbol of the module imported from another module that hands it on.",
     "```python\nfrom pkg.canonical import create   # canonical.py: from pkg.old import create\n"
     "```\n\nThe text of the file does not name the module. `module` is the re-exporter. It stays "
     "valid as long as the re-exporter binds the name."},
    {"attribute", "attribute", "A symbol reached as an attribute of the module.",
     "```python\nimport pkg.old as old\nold.create()\npkg.old.create()\n```\n\nRewritten with the "
     "import that binds the first name."},
    {"module-use", "module-use", "The module object itself is used: passed on, inspected, stored.",
     "```python\nhasattr(old, \"create\")\ninspect.getmembers(old)\n```\n\nA person decides: what "
     "it "
     "does with the object is not known."},
    {"name", "name", "Another variable, function or fixture of exactly that name.",
     "```python\ndef old(): ...          # a fixture named like the module\n```\n\nNo reference; "
     "listed so that a reviewer sees it was looked at. Never edited."},
    {"lookalike", "lookalike", "An identifier that contains the module's name.",
     "```python\nget_old_factory()\n```\n\nNo reference. Never edited."},
    {"comment", "comment", "A comment that names the module.",
     "```python\n# from pkg.old import create\n```\n\nReported, never edited: commented code is no "
     "import."},
    {"patch", "patch", "The target of mock.patch, monkeypatch.setattr and the like.",
     "```python\nwith patch(\"pkg.old.create\"): ...\n```\n\nMust move together with the import it "
     "replaces. A target whose attribute is not there is marked broken (`missing`)."},
    {"patch-indirect", "patch-indirect",
     "A patch of an importer's name that is the module's symbol.",
     "```python\nwith patch(\"service.create\"): ...   # service.py: from pkg.old import create\n"
     "```\n\nStays valid as long as service.py keeps the local name; that is why `plan` keeps it."},
    {"patch-namesake", "patch-namesake", "A patch of a like-named symbol of another module.",
     "```python\nwith patch(\"other.create\"): ...     # other.py has a create of its own, or "
     "none\n"
     "```\n\nNot this module's. Never edited."},
    {"import-module", "import-module", "The literal argument of import_module and the like.",
     "```python\nimportlib.import_module(\"pkg.old\")\npytest.importorskip(\"pkg.old\")\n```\n\n"
     "Moves with the imports where the plan says where to; otherwise a person decides."},
    {"container", "container", "The exact dotted path in a list, tuple, set or dict.",
     "```python\nMODULES = [\"pkg.old\"]     # a registry that is imported, or a ban list\n```\n\n"
     "A person decides: rewriting a ban list would ban the new home."},
    {"regex", "regex", "A pattern that names the module.",
     "```python\nre.compile(r\"from\\s+pkg\\.old\\s+import\")\n```\n\nA guard test's. Never "
     "edited."},
    {"import-text", "import-text", "An import statement as text.",
     "```python\nBANNED = \"from pkg.old import create\"\n```\n\nA guard test's or a guide's. "
     "Never "
     "edited."},
    {"basename", "basename", "A string that is exactly the module's last name.",
     "```python\nassert \"old\" not in names\n```\n\nNever edited."},
    {"path", "path", "A string that is the path of the module's file.",
     "```python\nassert not Path(\"pkg/old.py\").exists()\n```\n\nA person decides: an existence "
     "check, or a script that opens the file."},
    {"docstring", "docstring", "A docstring that names the module.", "Reported, never edited."},
    {"fstring", "fstring", "An f-string that names the module.",
     "```python\nf\"pkg.old.{name}\"\n```\n\nMay build a path at run time: a person looks."},
    {"message", "message", "A text that names the module among other words.",
     "```python\nlogger.warning(\"old is deprecated, use new\")\n```\n\nReported, never edited."},
    {"string-lookalike", "string-lookalike",
     "A string that contains the name as part of a longer one.",
     "```python\n\"get_old_factory\"\n```\n\nNo reference. Never edited."},
    {"other-string", "other-string", "The exact dotted path in a string that stands elsewhere.",
     "```python\npath = \"pkg.old\"          # imported two lines further down\n```\n\nA person "
     "decides: it may be imported through the variable."},
    {"shell-import", "shell-import",
     "A Python import in a shell script, Makefile, Dockerfile or CI file.",
     "```sh\npython -c \"from pkg.old import check\" 2>/dev/null\n```\n\nA real importer that no "
     "Python tool sees. A person edits it."},
    {"config", "config", "A configuration file that names the module.",
     "A person decides: entry points and logger names are references, other text is not."},
    {"doc", "doc", "A document that names the module.", "Reported, never edited."},
    {"text", "text", "Any other text file that names the module.", "Reported, never edited."},
    {"text-lookalike", "text-lookalike",
     "A text file that contains the name as part of a longer one.", "No reference. Never edited."},
    {"unparsable", "unparsable", "A mention in a Python file that cannot be parsed near it.",
     "The file has a syntax problem there, so what the mention is cannot be known. Never edited; "
     "the "
     "answer is incomplete and the exit status 3."},
};

}  // namespace

std::span<const Page> class_pages() { return kPages; }

}  // namespace gp::rules
