#include "gardener/rules/counts.h"
#include "gardener/rules/page.h"
#include "gardener/rules/references_groups.h"

namespace gp::rules {
namespace {

using refs::FailureMode;
using refs::RefClass;

Priority priority_of(const refs::Reference& reference) {
  const bool is_code =
      reference.kind == RefClass::kImport || reference.kind == RefClass::kTransitiveImport ||
      reference.kind == RefClass::kAttribute || reference.kind == RefClass::kModuleUse ||
      reference.kind == RefClass::kShellImport || reference.kind == RefClass::kImportModule;
  if (reference.population != Population::kProduction)
    return is_code ? Priority::kP2 : Priority::kP3;
  if (reference.failure == FailureMode::kSwallowed) return Priority::kP0;
  return is_code ? Priority::kP1 : Priority::kP2;
}

}  // namespace

std::vector<Finding> reference_findings(const ReferencesView& view) {
  std::vector<Finding> findings;
  for (const refs::Reference& reference : view.report.references) {
    if (!view.shows(reference) || !is_dependency(reference)) continue;
    const Page* page = find_page(refs::name_of(reference.kind));
    Finding finding{.code = refs::name_of(reference.kind),
                    .priority = priority_of(reference),
                    .place = {.file = view.tree.file(reference.file).path,
                              .line = reference.begin.line,
                              .column = reference.begin.column,
                              .end_line = reference.end.line,
                              .end_column = reference.end.column},
                    .subject = view.report.target};
    if (!reference.symbol.empty()) finding.subject += "." + reference.symbol;
    finding.message = page == nullptr ? std::string(finding.code) : std::string(page->summary);
    if (finding.message.ends_with('.')) finding.message.pop_back();
    if (const std::string_view meaning = meaning_of(reference.failure); !meaning.empty())
      finding.message.append("; if the module were deleted, ").append(meaning);
    findings.push_back(std::move(finding));
  }
  sort(findings);
  return findings;
}

}  // namespace gp::rules
