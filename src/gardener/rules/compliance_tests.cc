#include "gardener/rules/compliance_tests.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "gardener/rules/definition_uses.h"
#include "gardener/rules/escape.h"

namespace gp::rules {
namespace {

constexpr std::string_view kImportBan = R"py("""No module imports @TARGET@@INSTEAD@.

Made by `gardener tests @TARGET@@TO@ --write`; make it again rather than edit it.
It parses source text and imports nothing of the project. Text in strings, shell scripts and
configuration is for `gardener gate`.
"""
import ast
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[@DEPTH@]
SOURCE_ROOTS = @ROOTS@
BANNED = @QUOTED_TARGET@
SKIPPED_FOLDERS = {"node_modules", "__pycache__", "site-packages", "venv", "env", "backup", "backups"}


def python_files():
    for path in sorted(ROOT.rglob("*.py")):
        folders = path.relative_to(ROOT).parts[:-1]
        if not any(name in SKIPPED_FOLDERS or name.startswith(".") for name in folders):
            yield path


def packages_of(path):
    """The dotted packages that relative imports in this file start from, one per source root."""
    for root in SOURCE_ROOTS:
        base = (ROOT / root).resolve()
        if base in path.parents:
            yield list(path.relative_to(base).parts[:-1])


def imported_by(tree, path):
    """(line, dotted name) of everything the imports of a file name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            bases = [node.module or ""]
            if node.level:
                bases = [
                    ".".join(package[: len(package) - node.level + 1] + bases[:1]).strip(".")
                    for package in packages_of(path)
                    if len(package) >= node.level
                ]
            for base in bases:
                yield node.lineno, base
                for alias in node.names:
                    yield node.lineno, f"{base}.{alias.name}"


def is_banned(name):
    return name == BANNED or name.startswith(BANNED + ".")


def test_nobody_imports_the_removed_module():
    last = BANNED.rsplit(".", 1)[-1].encode()
    found = set()
    for path in python_files():
        source = path.read_bytes()
        if last not in source:
            continue
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError):
            continue  # it cannot be imported either; `gardener gate` lists such files
        place = path.relative_to(ROOT).as_posix()
        found.update(f"{place}:{line}" for line, name in imported_by(tree, path) if is_banned(name))
    assert not found, f"{BANNED} is banned, but imported at: " + ", ".join(sorted(found))
@FILE_TEST@)py";

constexpr std::string_view kFileTest = R"py(

def test_its_file_is_gone():
    assert not (ROOT / @QUOTED_PATH@).exists()
)py";

constexpr std::string_view kOneObject =
    R"py("""Every import path to a name of @CANONICAL@ leads to one object.

Made by `gardener tests @TARGET@@TO@ --write`; make it again rather than edit it.
The paths are those that the code base uses today; it imports the modules named below.
"""
import importlib
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[@DEPTH@]
for source_root in @ROOTS@:
    if str((ROOT / source_root).resolve()) not in sys.path:
        sys.path.insert(0, str((ROOT / source_root).resolve()))

SAME = [
@PATHS@]


@pytest.mark.parametrize("module, name, other_module, other_name", SAME)
def test_both_paths_lead_to_one_object(module, name, other_module, other_name):
    canonical = getattr(importlib.import_module(module), name)
    other = getattr(importlib.import_module(other_module), other_name)
    assert other is canonical
)py";

constexpr std::string_view kNoSharedState =
    R"py("""@CANONICAL@ shares no mutable state between its users at module level.

Made by `gardener tests @TARGET@@TO@ --write`; make it again rather than edit it.
A module-level name counts as shared state if a function of the module rebinds it with `global`, or
changes it in place (x[...] = ..., del x[...], x.append(...) and the like). It parses source text.
"""
import ast
import pathlib

SOURCE = pathlib.Path(__file__).resolve().parents[@DEPTH@] / @QUOTED_PATH@
# Names that may be shared on purpose, each with its reason in a comment.
ALLOWED = set()
CHANGING = {
    "add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem",
    "remove", "setdefault", "update",
}


def module_level_names(tree):
    names = set()
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            names.update(target.id for target in targets if isinstance(target, ast.Name))
    return names


def changed_in_functions(tree):
    """(name, line) of what functions rebind by `global` or change in place."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    for function in (node for node in ast.walk(tree) if isinstance(node, functions)):
        local = {
            node.id
            for node in ast.walk(function)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        local.update(argument.arg for argument in ast.walk(function) if isinstance(argument, ast.arg))
        shared = {
            name for node in ast.walk(function) if isinstance(node, ast.Global) for name in node.names
        }
        for node in ast.walk(function):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in shared:
                yield node.id, node.lineno
            elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
                if isinstance(node.value, ast.Name) and node.value.id not in local - shared:
                    yield node.value.id, node.lineno
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = node.func.value
                if node.func.attr in CHANGING and isinstance(owner, ast.Name):
                    if owner.id not in local - shared:
                        yield owner.id, node.lineno


def test_no_shared_mutable_state():
    tree = ast.parse(SOURCE.read_bytes())
    names = module_level_names(tree) - ALLOWED
    found = sorted({f"{name} (line {line})" for name, line in changed_in_functions(tree) if name in names})
    assert not found, f"{SOURCE.name} shares mutable state at module level: " + ", ".join(found)
)py";

using Replacements = std::vector<std::pair<std::string_view, std::string>>;

std::string filled(std::string_view form, const Replacements& replacements) {
  std::string out;
  while (!form.empty()) {
    const std::size_t at = form.find('@');
    out += form.substr(0, at);
    if (at == form.npos) break;
    form.remove_prefix(at);
    const auto match =
        std::find_if(replacements.begin(), replacements.end(),
                     [form](const auto& one) { return form.starts_with(one.first); });
    if (match == replacements.end()) {
      out += '@';
      form.remove_prefix(1);
    } else {
      out += match->second;
      form.remove_prefix(match->first.size());
    }
  }
  return out;
}

std::string last_component(std::string_view dotted) {
  return std::string(dotted.substr(dotted.rfind('.') + 1));
}

std::string python_list(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts)
    out.append(out.size() == 1 ? "" : ", ").append(json_text(text));
  return out + "]";
}

Replacements replacements_of(const ComplianceInput& input) {
  std::string paths;
  for (const SamePath& path : input.paths)
    paths += "    (" + json_text(path.module) + ", " + json_text(path.name) + ", " +
             json_text(path.other_module) + ", " + json_text(path.other_name) + "),\n";
  const std::string to = input.canonical.empty() ? "" : " --to " + input.canonical;
  const std::string instead = input.canonical.empty() ? "" : "; use " + input.canonical;
  const std::vector<std::string> roots =
      input.roots.empty() ? std::vector<std::string>{"."} : input.roots;
  return {{"@TARGET@", input.target},
          {"@INSTEAD@", instead},
          {"@TO@", to},
          {"@DEPTH@", std::to_string(input.depth)},
          {"@ROOTS@", python_list(roots)},
          {"@QUOTED_TARGET@", json_text(input.target)},
          {"@CANONICAL@", input.canonical},
          {"@PATHS@", paths}};
}

}  // namespace

std::vector<GeneratedFile> compliance_tests(const ComplianceInput& input) {
  std::vector<GeneratedFile> files;
  Replacements replacements = replacements_of(input);
  replacements.emplace_back("@QUOTED_PATH@", json_text(input.target_path));
  replacements.emplace_back(
      "@FILE_TEST@", input.target_path.empty() ? std::string() : filled(kFileTest, replacements));
  files.push_back({.name = "test_ssot_import_ban_" + last_component(input.target) + ".py",
                   .text = filled(kImportBan, replacements)});
  if (!input.paths.empty())
    files.push_back({.name = "test_ssot_one_object_" + last_component(input.canonical) + ".py",
                     .text = filled(kOneObject, replacements)});
  if (!input.canonical_path.empty()) {
    Replacements canonical = replacements_of(input);
    canonical.emplace_back("@QUOTED_PATH@", json_text(input.canonical_path));
    files.push_back({.name = "test_ssot_no_shared_state_" + last_component(input.canonical) + ".py",
                     .text = filled(kNoSharedState, canonical)});
  }
  return files;
}

std::vector<SamePath> same_paths(const ScanContext& context, std::string_view canonical,
                                 std::string_view target) {
  const graph::FileId file = context.code().find(canonical).file;
  const graph::FileId old = context.code().find(target).file;
  std::vector<SamePath> same;
  for (const DefinitionUse& use : definition_uses(context)) {
    if (use.file != file || file == graph::kNoFile) continue;
    const python::ModuleFacts& facts = context.facts(file);
    const std::string name(facts.text(facts.bindings[use.binding].name));
    for (const PathUse& path_use : use.paths) {
      const ImportPath& path = context.paths()[path_use.path];
      const bool through_target = std::any_of(
          path.resolution.hops.begin(), path.resolution.hops.end(),
          [old](const graph::Hop& hop) { return old != graph::kNoFile && hop.file == old; });
      // A path with several ends depends on what happens at run time.
      if (through_target || path.module == canonical || path.module == target ||
          path.resolution.targets.size() != 1)
        continue;
      same.push_back({.module = std::string(canonical),
                      .name = name,
                      .other_module = path.module,
                      .other_name = path.name});
    }
  }
  std::sort(same.begin(), same.end(), [](const SamePath& a, const SamePath& b) {
    return std::tie(a.name, a.other_module, a.other_name) <
           std::tie(b.name, b.other_module, b.other_name);
  });
  return same;
}

}  // namespace gp::rules
