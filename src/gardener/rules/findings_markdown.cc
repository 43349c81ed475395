#include <fmt/core.h>

#include "gardener/rules/counts.h"
#include "gardener/rules/escape.h"
#include "gardener/rules/finding_report.h"
#include "gardener/rules/page.h"

namespace gp::rules {
namespace {

constexpr std::size_t kEvidenceShown = 10;

std::string place_code(const Place& place) {
  return markdown_code(place.line == 0 ? place.file
                                       : place.file + ":" + std::to_string(place.line));
}

void append_finding(std::string& out, const Finding& finding) {
  const Page* page = find_page(finding.code);
  out += fmt::format("### {} {}\n\n", finding.code, markdown_code(finding.subject));
  out += fmt::format("{} at {}: {}.\n\n", page == nullptr ? "" : page->name,
                     place_code(finding.place), markdown_text(finding.message));
  const std::size_t shown = std::min(finding.evidence.size(), kEvidenceShown);
  for (std::size_t i = 0; i < shown; ++i)
    out += fmt::format("- {}: {}\n", place_code(finding.evidence[i].place),
                       markdown_text(finding.evidence[i].text));
  if (finding.evidence.size() > shown)
    out += fmt::format("- and {}\n", count_text(finding.evidence.size() - shown, "more place"));
  if (shown != 0) out += "\n";
  if (!finding.advice.empty()) out += "What to do: " + markdown_text(finding.advice) + ".\n\n";
}

}  // namespace

std::string markdown_of(const FindingReport& report) {
  std::string out = fmt::format("# gardener {}\n\n", report.command);
  out += fmt::format("{}", count_text(report.findings.size(), "finding"));
  for (const auto& [name, value] : report.facts) out += "; " + fact_text(value, name);
  out += ".\n";
  const Finding* previous = nullptr;
  for (const Finding& finding : report.findings) {
    if (previous == nullptr || previous->priority != finding.priority)
      out += fmt::format("\n## {}\n\n", name_of(finding.priority));
    append_finding(out, finding);
    previous = &finding;
  }
  if (!report.unreadable.empty()) {
    out += "\n## Not read, or not wholly understood\n\n";
    for (const Trouble& trouble : report.unreadable)
      out += fmt::format("- {}: {}\n", place_code({.file = trouble.path, .line = trouble.line}),
                         markdown_text(trouble.message));
  }
  if (!report.notes.empty()) out += "\n";
  for (const std::string& note : report.notes) out += markdown_text(note) + "\n";
  return out;
}

}  // namespace gp::rules
