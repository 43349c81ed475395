#include <fmt/core.h>

#include "gardener/rules/escape.h"
#include "gardener/rules/finding_report.h"
#include "gardener/rules/source_lines.h"

namespace gp::rules {
namespace {

/// As actions/toolkit's command.ts escapes: data, and properties, which end at ',' or ':'.
std::string escape(std::string_view bytes, std::string_view also) {
  std::string out;
  for (const char c : utf8_text(bytes)) {
    if (c == '%' || c == '\r' || c == '\n' || also.find(c) != also.npos) {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

std::string_view command_of(Priority priority) {
  switch (priority) {
    case Priority::kP0:
    case Priority::kP1: return "error";
    case Priority::kP2: return "warning";
    case Priority::kP3: return "notice";
  }
  return "notice";
}

}  // namespace

std::string github_of(const FindingReport& report, const graph::SourceTree& tree) {
  SourceLines lines(tree);
  std::string out;
  for (const Finding& finding : report.findings) {
    const Place& place = finding.place;
    out += fmt::format("::{} file={}", command_of(finding.priority), escape(place.file, ",:"));
    if (place.line != 0) out += fmt::format(",line={}", place.line);
    if (place.line != 0 && place.end_line != 0) {
      out += fmt::format(",col={}", lines.character_column(place.file, place.line, place.column));
      if (place.end_line == place.line)
        out += fmt::format(",endColumn={}",
                           lines.character_column(place.file, place.line, place.end_column));
    }
    std::string text = finding.message;
    if (!finding.advice.empty()) text += ". What to do: " + finding.advice;
    out += fmt::format(",title={}::{}\n",
                       escape(std::string(finding.code) + " " + finding.subject, ",:"),
                       escape(text, ""));
  }
  for (const Trouble& trouble : report.unreadable)
    out += fmt::format("::warning file={},line={},title=not wholly understood::{}\n",
                       escape(trouble.path, ",:"), std::max(trouble.line, 1u),
                       escape(trouble.message, ""));
  return out;
}

}  // namespace gp::rules
