#include "gardener/rules/scan_context.h"

#include <algorithm>

#include "base/assert.h"
#include "gardener/python/scan.h"
#include "gardener/refs/failure_mode.h"
#include "gardener/refs/population.h"

namespace gp::rules {
namespace {

using python::BlockKind;

/// True if the docstring is about the module itself: the word in capitals, reStructuredText's
/// directive, or a line that begins with it. "Replaces deprecated imports" is not.
bool claims_deprecation(std::string_view docstring) {
  if (docstring.find("DEPRECATED") != docstring.npos ||
      docstring.find("DEPRECATION WARNING") != docstring.npos ||
      docstring.find(".. deprecated::") != docstring.npos)
    return true;
  for (std::size_t at = docstring.find("Deprecated"); at != docstring.npos;
       at = docstring.find("Deprecated", at + 1)) {
    const std::size_t before = docstring.find_last_not_of(" \t*_[(\"'", at == 0 ? 0 : at - 1);
    if (at == 0 || before == docstring.npos || docstring[before] == '\n') return true;
  }
  return false;
}

/// True if a word of the module's own name, between underscores, says that it is on its way out.
bool names_deprecation(std::string_view module) {
  std::string_view rest = module.substr(module.rfind('.') + 1);
  while (!rest.empty()) {
    const std::string_view word = rest.substr(0, rest.find('_'));
    if (word == "deprecated" || word == "legacy" || word == "obsolete") return true;
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
  }
  return false;
}

}  // namespace

ScanContext::ScanContext(const graph::CodeBase& code)
    : code_(code), resolver_(code), graph_(resolver_) {
  const std::vector<graph::SourceFile>& files = code.tree().files();
  populations_.reserve(files.size());
  for (const graph::SourceFile& file : files) populations_.push_back(refs::population_of(file));
  is_deprecated_.resize(files.size());
  for (const graph::FileId file : code.python_files()) {
    resolve_imports(file);
    find_deprecated(file);
  }
}

bool ScanContext::is_deprecated(graph::FileId file) const {
  return file != graph::kNoFile && is_deprecated_[file];
}

void ScanContext::resolve_imports(graph::FileId file) {
  const python::ModuleFacts& facts = code_.facts(file);
  for (std::uint32_t i = 0; i < facts.names.size(); ++i) {
    const python::ImportedName& name = facts.names[i];
    const python::ImportStatement& statement = facts.imports[name.statement];
    std::string module;
    std::string_view attribute;
    if (statement.is_from) {
      auto absolute = code_.absolute(file, statement.level, facts.text(statement.module));
      if (!absolute) continue;  // above the top package: graph::Resolver reports it as missing
      module = std::move(*absolute);
      attribute = facts.text(name.name);
      if (attribute == "*") continue;
    } else {
      module = facts.text(name.name);
    }
    if (!code_.is_first_party(module)) continue;
    std::string key = module;
    key.append(":").append(attribute);
    const auto [entry, is_new] =
        path_index_.emplace(std::move(key), static_cast<std::uint32_t>(paths_.size()));
    if (is_new) {
      ImportPath path{.module = module, .name = std::string(attribute)};
      if (attribute.empty()) {
        path.resolution.targets.push_back(resolver_.module(module));
      } else {
        path.resolution = resolver_.attribute(module, attribute);
      }
      GP_ASSERT(!path.resolution.targets.empty(), "a resolution has a target");
      paths_.push_back(std::move(path));
    }
    sites_.push_back({.file = file, .imported_name = i, .path = entry->second});
  }
}

void ScanContext::find_deprecated(graph::FileId file) {
  const python::ModuleFacts& facts = code_.facts(file);
  const auto warning = std::find_if(facts.deprecations.begin(), facts.deprecations.end(),
                                    [](const auto& candidate) { return candidate.at_import; });
  const bool warns = warning != facts.deprecations.end();
  bool says = facts.docstring_says_deprecated;
  if (says) {
    const auto source = code_.tree().read(file);
    says =
        source.has_value() && facts.docstring.end <= source.value().size() &&
        claims_deprecation(
            std::string_view(source.value()).substr(facts.docstring.begin, facts.docstring.size()));
  }
  const bool is_named = names_deprecation(module_name(file));
  if (!warns && !says && !is_named) return;
  std::string reason;
  if (warns)
    reason =
        "warns of its deprecation when it is imported (line " + std::to_string(warning->line) + ")";
  if (says) reason.append(warns ? " and its docstring says so" : "its docstring says so");
  const bool by_name_only = !warns && !says;
  if (by_name_only) reason = "by its name only";
  is_deprecated_[file] = true;
  deprecated_.push_back({.file = file,
                         .reason = std::move(reason),
                         .line = warns ? warning->line : 1,
                         .by_name_only = by_name_only});
}

void ScanContext::read(graph::FileId file) const {
  if (read_file_ == file) return;
  auto text = code_.tree().read(file);
  source_ = text.has_value() ? std::move(text).value() : std::string();
  all_facts_ = python::scan_module(source_, python::Detail::kAll);
  read_file_ = file;
}

Guard ScanContext::guard(graph::FileId file, std::uint32_t block) const {
  const python::ModuleFacts& facts = code_.facts(file);
  bool has_handler = false;
  for (std::uint32_t at = block; at != 0 && !python::is_scope(facts.blocks[at].kind);
       at = facts.blocks[at].parent) {
    const BlockKind kind = facts.blocks[at].kind;
    if (kind == BlockKind::kExcept || kind == BlockKind::kFinally) return Guard::kErrorPath;
    has_handler = has_handler || kind == BlockKind::kTry || kind == BlockKind::kWith;
  }
  if (!has_handler) return Guard::kNone;
  read(file);
  // A file that changed since it was scanned has other blocks.
  if (block >= all_facts_.blocks.size()) return Guard::kNone;
  switch (refs::failure_at(source_, all_facts_, block, refs::MissingError::kModuleNotFound)) {
    case refs::FailureMode::kSwallowed:
    case refs::FailureMode::kSkipped: return Guard::kSwallowed;
    case refs::FailureMode::kReraised:
    case refs::FailureMode::kFailsTest: return Guard::kReraised;
    case refs::FailureMode::kNone:
    case refs::FailureMode::kLoud: break;
  }
  return Guard::kNone;
}

Place ScanContext::place(const ImportSite& site) const {
  const python::ImportedName& name = facts(site.file).names[site.imported_name];
  return {.file = path_of(site.file),
          .line = name.line,
          .column = name.column,
          .end_line = name.line,
          .end_column = name.column + name.name_span.size()};
}

Place ScanContext::place(graph::FileId file, std::uint32_t line) const {
  return {.file = path_of(file), .line = line};
}

std::string ScanContext::module_name(graph::FileId file) const {
  std::string name = code_.name_of(file);
  return name.empty() ? path_of(file) : name;
}

}  // namespace gp::rules
