#include <fmt/core.h>

#include "gardener/rules/counts.h"
#include "gardener/rules/escape.h"
#include "gardener/rules/finding_report.h"
#include "gardener/rules/page.h"
#include "gardener/rules/text_paint.h"

namespace gp::rules {
namespace {

constexpr std::size_t kEvidenceShown = 4;
constexpr std::size_t kTroublesShown = 10;

std::string place_text(const Place& place) {
  std::string text = shown_text(place.file);
  if (place.line != 0) text += ":" + std::to_string(place.line);
  if (place.line != 0 && place.end_line != 0) text += ":" + std::to_string(place.column);
  return text;
}

std::string_view heading(Priority priority) {
  switch (priority) {
    case Priority::kP0: return "breaks silently, or already behaves wrongly";
    case Priority::kP1: return "diverging sources of truth";
    case Priority::kP2: return "duplicate sources of truth, races";
    case Priority::kP3: return "tidy up";
  }
  return "";
}

void append_finding(std::string& out, const Finding& finding, const Paint& paint) {
  const Page* page = find_page(finding.code);
  out += fmt::format("  {} {}  {}\n", paint.yellow(finding.code),
                     paint.bold(shown_text(finding.subject)),
                     paint.dim(page == nullptr ? "" : page->name));
  out += fmt::format("    {}: {}\n", paint.cyan(place_text(finding.place)),
                     shown_text(finding.message));
  const std::size_t shown = std::min(finding.evidence.size(), kEvidenceShown);
  for (std::size_t i = 0; i < shown; ++i)
    out += fmt::format("      {}  {}\n", place_text(finding.evidence[i].place),
                       shown_text(finding.evidence[i].text));
  if (finding.evidence.size() > shown)
    out += fmt::format("      and {} (--format json has all)\n",
                       count_text(finding.evidence.size() - shown, "more place"));
  if (!finding.advice.empty()) out += fmt::format("    -> {}\n", shown_text(finding.advice));
}

void append_troubles(std::string& out, const FindingReport& report, const Paint& paint) {
  if (report.unreadable.empty()) return;
  out += "\n" +
         paint.bold("not read, or not wholly understood: " +
                    count_text(report.unreadable.size(), "place")) +
         "\n";
  const std::size_t shown = std::min(report.unreadable.size(), kTroublesShown);
  for (std::size_t i = 0; i < shown; ++i) {
    const Trouble& trouble = report.unreadable[i];
    out += fmt::format("  {}: {}\n", place_text({.file = trouble.path, .line = trouble.line}),
                       shown_text(trouble.message));
  }
  if (report.unreadable.size() > shown)
    out += fmt::format("  and {} more (--format json has all)\n", report.unreadable.size() - shown);
}

}  // namespace

std::string text_of(const FindingReport& report, TextOptions options) {
  const Paint paint(options.color);
  std::string out;
  std::size_t begin = 0;
  while (begin < report.findings.size()) {
    const Priority priority = report.findings[begin].priority;
    std::size_t end = begin;
    while (end < report.findings.size() && report.findings[end].priority == priority) ++end;
    const std::string title =
        std::string(name_of(priority)) + "  " + std::string(heading(priority));
    out += fmt::format("{}: {}\n", priority == Priority::kP0 ? paint.red(title) : paint.bold(title),
                       count_text(end - begin, "finding"));
    const std::size_t shown = std::min(end, begin + options.per_priority);
    for (std::size_t i = begin; i < shown; ++i) append_finding(out, report.findings[i], paint);
    if (shown < end) out += fmt::format("  and {} more: --all\n", with_commas(end - shown));
    out += "\n";
    begin = end;
  }
  out += paint.bold(report.findings.empty() ? "no finding"
                                            : count_text(report.findings.size(), "finding"));
  for (const auto& [name, value] : report.facts) out += "; " + fact_text(value, name);
  out += "\n";
  append_troubles(out, report, paint);
  for (const std::string& note : report.notes) out += shown_text(note) + "\n";
  return out;
}

}  // namespace gp::rules
