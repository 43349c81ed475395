#include "gardener/rules/references_groups.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <tuple>
#include <utility>

namespace gp::rules {
namespace {

using refs::FailureMode;
using refs::RefClass;

constexpr std::size_t kExcerptMax = 110;

bool is_importer(const refs::Reference& reference) {
  return reference.kind == RefClass::kImport || reference.kind == RefClass::kTransitiveImport ||
         reference.kind == RefClass::kShellImport || reference.kind == RefClass::kImportModule;
}

/// "57:8" as numbers.
void read_position(std::string_view text, ShownReference& shown) {
  const std::size_t colon = text.find(':');
  if (colon == text.npos) return;
  const char* const end = text.data() + text.size();
  std::from_chars(text.data(), text.data() + colon, shown.line);
  std::from_chars(text.data() + colon + 1, end, shown.column);
}

/// Appends `reference`, or its symbol to the line of the statement it is part of.
void append(std::vector<ShownReference>& shown, const refs::Reference& reference) {
  if (!shown.empty() && !reference.statement.empty()) {
    ShownReference& last = shown.back();
    if (last.reference->file == reference.file &&
        last.reference->statement == reference.statement) {
      if (!reference.symbol.empty()) last.symbols += ", " + reference.symbol;
      last.is_missing = last.is_missing || reference.is_missing;
      return;
    }
  }
  shown.push_back({.reference = &reference,
                   .symbols = reference.symbol,
                   .line = reference.begin.line,
                   .column = reference.begin.column,
                   .is_missing = reference.is_missing});
  read_position(reference.statement, shown.back());
}

bool is_silent(FailureMode mode) {
  return mode == FailureMode::kSwallowed || mode == FailureMode::kSkipped;
}

}  // namespace

bool ReferencesView::shows(const refs::Reference& reference) const {
  return classes.empty() ||
         std::find(classes.begin(), classes.end(), reference.kind) != classes.end();
}

bool is_dependency(const refs::Reference& reference) {
  if (reference.is_internal) return false;
  switch (reference.kind) {
    case RefClass::kImport:
    case RefClass::kTransitiveImport:
    case RefClass::kAttribute:
    case RefClass::kModuleUse:
    case RefClass::kPatch:
    case RefClass::kPatchIndirect:
    case RefClass::kImportModule:
    case RefClass::kContainer:
    case RefClass::kPath:
    case RefClass::kOtherString:
    case RefClass::kShellImport:
    case RefClass::kConfig:
    case RefClass::kUnparsable: return true;
    default: return false;
  }
}

ReferenceGroups group_references(const ReferencesView& view) {
  ReferenceGroups groups;
  std::set<graph::FileId> files;
  std::set<std::pair<graph::FileId, std::string_view>> statements;
  for (const refs::Reference& reference : view.report.references) {
    if (!view.shows(reference)) continue;
    ++groups.total;
    files.insert(reference.file);
    if (reference.is_internal) {
      ++groups.internal;
      continue;
    }
    groups.counts[reference.kind].add(reference.population);
    if (reference.kind == RefClass::kImport &&
        statements.emplace(reference.file, reference.statement).second)
      ++groups.statements[reference.failure];
    if (is_importer(reference) && reference.population == Population::kProduction) {
      append(groups.production, reference);
    } else {
      append(groups.others[reference.kind], reference);
    }
  }
  groups.files = files.size();
  groups.import_statements = statements.size();
  const auto rank = [](const ShownReference& shown) {
    return std::tuple(shown.reference->population, !is_silent(shown.reference->failure));
  };
  const auto by_rank = [&rank](const ShownReference& a, const ShownReference& b) {
    return rank(a) < rank(b);
  };
  std::stable_sort(groups.production.begin(), groups.production.end(), by_rank);
  for (auto& [kind, references] : groups.others)
    std::stable_sort(references.begin(), references.end(), by_rank);
  return groups;
}

std::string_view meaning_of(FailureMode mode) {
  switch (mode) {
    case FailureMode::kNone: return "";
    case FailureMode::kLoud: return "ImportError reaches the importer";
    case FailureMode::kSwallowed: return "a handler catches it and goes on";
    case FailureMode::kSkipped: return "the test is skipped";
    case FailureMode::kReraised: return "a handler raises another error";
    case FailureMode::kFailsTest: return "the test fails";
  }
  return "";
}

std::string summary_of(const ReferencesView& view, const ReferenceGroups& groups) {
  std::string text =
      count_text(groups.total, "reference") + " in " + count_text(groups.files, "file");
  if (groups.internal != 0)
    text += " (" + with_commas(groups.internal) + " of them inside the module itself)";
  if (view.report.target_file == graph::kNoFile) text += "; the module has no file in this tree";
  if (groups.import_statements == 0) return text + ".";
  text += ".\n" + count_text(groups.import_statements, "import statement") +
          "; if the module were simply deleted:";
  std::string_view separator = " ";
  for (const auto& [mode, count] : groups.statements) {
    text.append(separator).append(with_commas(count)).append(" ");
    text += mode == FailureMode::kNone ? "fail already" : refs::name_of(mode);
    separator = ", ";
  }
  return text + ".";
}

std::string excerpt_of(std::string_view line) {
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  if (line.size() <= kExcerptMax) return std::string(line);
  std::size_t end = kExcerptMax;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0u) == 0x80u) --end;
  return std::string(line.substr(0, end)) + "…";
}

}  // namespace gp::rules
