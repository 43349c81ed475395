/// Reference: one place that depends on, or mentions, a module (the target).
///
/// Nothing that contains the target's last component is dropped: what is no reference is classified
/// as a look-alike. Rules per class are in string_references.cc, name_references.cc,
/// text_references.cc and in `gardener explain CLASS`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gardener/graph/source_tree.h"
#include "gardener/python/facts.h"
#include "gardener/python/line_index.h"

namespace gp::refs {

enum class RefClass : std::uint8_t {
  // Python code.
  kImport,            ///< "import": a name imported from the target, or the target itself
  kTransitiveImport,  ///< "transitive-import": the target's symbol through a module that re-exports
                      ///< it
  kAttribute,         ///< "attribute": `alias.symbol`, `pkg.target.symbol` in code
  kModuleUse,  ///< "module-use": the module object itself used otherwise (hasattr(alias, …), passed
               ///< on)
  kName,       ///< "name": another variable of exactly that name
  kLookalike,  ///< "lookalike": an identifier that contains the name
  kComment,    ///< "comment"
  // Python strings; one entry per occurrence.
  kPatch,  ///< "patch": target of mock.patch, monkeypatch.setattr … that spells the target
  kPatchIndirect,  ///< "patch-indirect": a patch of an importer's name that is the target's symbol
  kPatchNamesake,  ///< "patch-namesake": a patch of a like-named symbol elsewhere; baseline, not
                   ///< ours
  kImportModule,   ///< "import-module": literal of import_module, __import__, importorskip …
  kContainer,     ///< "container": exact dotted path in a list, tuple, set or dict: registry or ban
                  ///< list
  kRegex,         ///< "regex"
  kImportText,    ///< "import-text": an import statement as text
  kBasename,      ///< "basename": exactly the last component
  kPath,          ///< "path": a file path
  kDocstring,     ///< "docstring"
  kFormatString,  ///< "fstring"
  kMessage,       ///< "message": prose that names it exactly
  kStringLookalike,  ///< "string-lookalike"
  kOtherString,      ///< "other-string": exact dotted path elsewhere (assignment, compare, bare)
  // Other files.
  kShellImport,  ///< "shell-import": Python import or -m in a shell, Makefile, Dockerfile, CI file
  kConfig,       ///< "config"
  kDoc,          ///< "doc"
  kText,         ///< "text": any other text file
  kTextLookalike,  ///< "text-lookalike"
  kUnparsable,     ///< "unparsable": in a string that is never closed; never edited
};

/// "import", "transitive-import", …: the names of outputs and of --class.
std::string_view name_of(RefClass value);
/// False if there is no such name.
bool parse(std::string_view name, RefClass& value);

/// What happens at this place if the target were simply deleted.
enum class FailureMode : std::uint8_t {
  kNone,       ///< nothing: text, or a use behind an import that fails first
  kLoud,       ///< ImportError reaches the importer (or AttributeError the test)
  kSwallowed,  ///< a handler catches it and goes on
  kSkipped,    ///< a handler (or importorskip) turns it into a skipped test
  kReraised,   ///< a handler raises another error
  kFailsTest,  ///< a handler fails the test (fail(), assert False, self.fail)
};
std::string_view name_of(
    FailureMode value);  // "none", "loud", "swallowed", "skipped", "reraised", "fails-test"

enum class Population : std::uint8_t { kProduction, kScript, kTest, kBackup };
std::string_view name_of(Population value);

struct Reference {
  graph::FileId file = graph::kNoFile;
  /// Bytes. Imports: the alias (`a as b`); strings and texts: the dotted mention; attributes and
  /// module uses: the dotted chain; patches through an importer: the whole target; else the token.
  python::Span span{};
  python::Position begin{};
  python::Position end{};
  RefClass kind = RefClass::kImport;
  std::string symbol{};     ///< the target's symbol; "" for the module itself, "*" for a star
  std::string module{};     ///< the module it goes through, as an absolute name: the target, or the
                            ///< re-exporter/importer
  std::string statement{};  ///< imports: "line:column" of the statement, the same for all its
                            ///< names; else ""
  std::string context{};    ///< comma-separated words: "function,try:ImportError,only-statement",
                            ///< "argument:0:patch", "list"
  std::string local_name{};  ///< imports: the name bound here
  FailureMode failure = FailureMode::kNone;
  Population population = Population::kProduction;
  bool is_internal = false;  ///< inside the target itself: no importer
  bool is_excluded = false;  ///< in a file excluded by the settings: shown, never edited
  bool is_missing = false;   ///< import/patch of a name the target does not have: broken before;
                             ///< `failure` still says what handles the error
  bool is_repeated = false;  ///< the same literal is listed with another class too
  std::uint32_t fact =
      python::kNone;  ///< index in the file's facts: names (imports), strings, uses, comments
};

}  // namespace gp::refs
