#include "gardener/rules/gate.h"

#include <algorithm>
#include <map>

#include "gardener/rules/rules.h"

namespace gp::rules {
namespace {

bool is_code(refs::RefClass kind) {
  switch (kind) {
    case refs::RefClass::kImport:
    case refs::RefClass::kTransitiveImport:
    case refs::RefClass::kAttribute:
    case refs::RefClass::kModuleUse:
    case refs::RefClass::kImportModule:
    case refs::RefClass::kShellImport: return true;
    default: return false;
  }
}

void check_ban(const graph::SourceTree& tree, const Ban& ban, const refs::RefsOptions& options,
               GateResult& result) {
  const refs::ReferenceReport report = refs::find_references(tree, ban.module, options);
  if (ban.file && report.target_file != graph::kNoFile)
    result.findings.push_back({.finding = banned_file(ban, tree.file(report.target_file).path)});
  for (const refs::Reference& reference : report.references) {
    if (reference.is_internal || reference.is_excluded ||
        reference.population == Population::kBackup ||
        std::find(ban.classes.begin(), ban.classes.end(), reference.kind) == ban.classes.end())
      continue;
    result.findings.push_back(
        {.finding = is_code(reference.kind) ? banned_import(ban, tree, reference)
                                            : banned_string(ban, tree, reference),
         .line = baseline_line(refs::name_of(reference.kind), tree.file(reference.file).path,
                               ban.module + ":" + reference.symbol)});
  }
  for (const refs::Unreadable& file : report.unreadable) {
    if (!file.leaves_hole()) continue;
    result.is_incomplete = true;
    const auto is_same = [&](const Trouble& trouble) {
      return trouble.path == file.path && trouble.line == file.line;
    };
    if (std::none_of(result.unreadable.begin(), result.unreadable.end(), is_same))  // other bans
      result.unreadable.push_back({.path = file.path, .line = file.line, .message = file.message});
  }
}

}  // namespace

GateResult check_bans(const graph::SourceTree& tree, const std::vector<Ban>& bans,
                      const refs::RefsOptions& options) {
  GateResult result;
  for (const Ban& ban : bans) check_ban(tree, ban, options, result);
  return result;
}

void check_unresolved(const graph::CodeBase& code, std::uint16_t target_minor, GateResult& result) {
  const ScanContext context(code);
  std::vector<Finding> unresolved;
  kUnresolvedImport.check(context, unresolved);
  for (Finding& finding : unresolved) {
    const graph::FileId file = code.tree().find(finding.place.file);
    if (file != graph::kNoFile && code.tree().file(file).is_excluded) continue;
    std::string line = baseline_line("unresolved", finding.place.file, finding.subject);
    finding.code = "GP104";
    finding.priority = Priority::kP1;
    finding.message += ", and the baseline does not have it";
    finding.advice = "mend the import; a baseline only shrinks";
    result.findings.push_back({.finding = std::move(finding), .line = std::move(line)});
  }
  for (Trouble& trouble : troubles_of(code, target_minor)) {
    result.is_incomplete = result.is_incomplete || trouble.is_unread;
    const auto is_same = [&](const Trouble& other) {
      return other.path == trouble.path && other.line == trouble.line;
    };
    if (std::none_of(result.unreadable.begin(), result.unreadable.end(), is_same))
      result.unreadable.push_back(std::move(trouble));
  }
}

Baseline baseline_of(const GateResult& result) {
  std::vector<std::string> lines;
  for (const GateFinding& found : result.findings)
    if (!found.line.empty()) lines.push_back(found.line);
  return Baseline::of(std::move(lines));
}

std::vector<Finding> new_findings(const GateResult& result, const Baseline& accepted) {
  std::map<std::string_view, std::size_t> allowance;
  for (const std::string& line : accepted.lines()) ++allowance[line];
  std::vector<Finding> findings;
  for (const GateFinding& found : result.findings) {
    const auto entry = allowance.find(found.line);
    if (!found.line.empty() && entry != allowance.end() && entry->second != 0) {
      --entry->second;
      continue;
    }
    findings.push_back(found.finding);
  }
  sort(findings);
  return findings;
}

}  // namespace gp::rules
