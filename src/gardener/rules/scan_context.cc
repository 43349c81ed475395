#include "gardener/rules/scan_context.h"

#include <algorithm>
#include <cctype>

#include "base/assert.h"

namespace gp::rules {
namespace {

using python::BlockKind;

/// The identifiers of an except header: "except (ImportError, x.ModuleNotFoundError) as e".
bool catches_import_error(std::string_view header) {
  static constexpr std::string_view kNames[] = {"ImportError", "ModuleNotFoundError", "Exception",
                                                "BaseException"};
  bool has_expression = false;
  std::size_t at = std::string_view("except").size();
  while (at < header.size()) {
    const std::size_t begin = at;
    while (at < header.size() &&
           (header[at] == '_' || std::isalnum(static_cast<unsigned char>(header[at]))))
      ++at;
    if (at == begin) {
      ++at;
      continue;
    }
    const std::string_view word = header.substr(begin, at - begin);
    if (word == "as") break;
    has_expression = true;
    if (std::find(std::begin(kNames), std::end(kNames), word) != std::end(kNames)) return true;
  }
  return !has_expression;  // a bare `except:`
}

/// True if a line of the suite begins with `raise`. Strings are not told from code: a docstring
/// line that begins so counts, which only makes the finding milder.
bool raises(std::string_view body) {
  std::size_t at = 0;
  while (at < body.size()) {
    const std::size_t first = body.find_first_not_of(" \t\f", at);
    if (first == std::string_view::npos) return false;
    if (body.substr(first, 5) == "raise" &&
        (first + 5 == body.size() || !std::isalnum(static_cast<unsigned char>(body[first + 5]))))
      return true;
    const std::size_t newline = body.find_first_of("\r\n", first);
    if (newline == std::string_view::npos) return false;
    at = newline + 1;
  }
  return false;
}

std::string_view slice(std::string_view source, python::Span span) {
  if (span.end > source.size()) return {};
  return source.substr(span.begin, span.size());
}

}  // namespace

Population population_of(const graph::SourceFile& file) {
  if (file.is_backup) return Population::kBackup;
  if (graph::is_test_path(file.path)) return Population::kTest;
  const std::string_view path = file.path;
  std::size_t begin = 0;
  bool at_top = true;
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', begin)) {
    const std::string_view folder = path.substr(begin, slash - begin);
    if (folder == "scripts" || folder == "bin" || folder == "tools") return Population::kScript;
    begin = slash + 1;
    at_top = false;
  }
  return at_top ? Population::kScript : Population::kProduction;
}

ScanContext::ScanContext(const graph::CodeBase& code)
    : code_(code), resolver_(code), graph_(resolver_) {
  const std::vector<graph::SourceFile>& files = code.tree().files();
  populations_.reserve(files.size());
  for (const graph::SourceFile& file : files) populations_.push_back(population_of(file));
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
  if (!warns && !facts.docstring_says_deprecated) return;
  std::string reason;
  if (warns)
    reason =
        "warns of its deprecation when it is imported (line " + std::to_string(warning->line) + ")";
  if (facts.docstring_says_deprecated)
    reason.append(warns ? " and its docstring says DEPRECATED" : "its docstring says DEPRECATED");
  is_deprecated_[file] = true;
  deprecated_.push_back(
      {.file = file, .reason = std::move(reason), .line = warns ? warning->line : 1});
}

Guard ScanContext::guard(graph::FileId file, std::uint32_t block) const {
  const python::ModuleFacts& facts = code_.facts(file);
  Guard result = Guard::kNone;
  for (std::uint32_t at = block; at != 0 && !python::is_scope(facts.blocks[at].kind);
       at = facts.blocks[at].parent) {
    const BlockKind kind = facts.blocks[at].kind;
    if (kind == BlockKind::kExcept || kind == BlockKind::kFinally) return Guard::kErrorPath;
    if (kind != BlockKind::kTry || result == Guard::kSwallowed) continue;
    if (source_file_ != file) {
      auto text = code_.tree().read(file);
      source_ = text.has_value() ? std::move(text).value() : std::string();
      source_file_ = file;
    }
    for (std::uint32_t handler = at + 1; handler < facts.blocks.size(); ++handler) {
      const python::Block& candidate = facts.blocks[handler];
      if (candidate.kind != BlockKind::kExcept || candidate.first != at) continue;
      if (!catches_import_error(slice(source_, candidate.header))) continue;
      result = raises(slice(source_, candidate.body)) ? Guard::kReraised : Guard::kSwallowed;
      break;
    }
  }
  return result;
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
