#include "gardener/tracker/tracker.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "gardener/tracker/marked_document.h"
#include "protocol/codes.h"

namespace gp::tracker {
namespace {

constexpr std::size_t kDependentsMax = 20;
constexpr std::array<std::string_view, 6> kParts = {"status",   "summary",  "files",
                                                    "progress", "criteria", "tests"};

std::string part_list() {
  std::string out;
  for (const std::string_view part : kParts)
    out += fmt::format("{}{}", out.empty() ? "" : ", ", part);
  return out;
}

std::string status(const Facts& facts) {
  if (is_closed(facts))
    return fmt::format("**Status:** COMPLETE{}{}\n", facts.date.empty() ? "" : ", ", facts.date);
  const std::vector<Stage> all = stages(facts);
  const auto open =
      std::find_if(all.begin(), all.end(), [](const Stage& stage) { return !stage.is_complete(); });
  if (open == all.begin()) return "**Status:** IN PROGRESS - Step 0 open\n";
  if (open == all.end()) return "**Status:** IN PROGRESS - all steps done, success criteria open\n";
  return fmt::format("**Status:** IN PROGRESS - Step {} complete\n", open->number - 1);
}

std::string summary(const Facts& facts) {
  std::string size;
  if (facts.target_lines > 0) size = fmt::format(" ({} lines)", facts.target_lines);
  std::string out =
      fmt::format("The deprecated module `{}`{} {} beside `{}`: two sources of truth.\n",
                  facts.target, size, facts.target_exists ? "stands" : "stood", facts.canonical);
  std::uint32_t total = 0;
  for (const ClassCount& count : facts.references) total += count.total;
  if (total == 0) return out;
  out += fmt::format(
      "\n{} places name it now:\n\n| class | all | production | would fail in silence |\n"
      "|---|---|---|---|\n",
      total);
  for (const ClassCount& count : facts.references) {
    out += fmt::format("| {} | {} | {} | {} |\n", count.name, count.total, count.production,
                       count.silent);
  }
  return out;
}

std::string files(const Facts& facts) {
  const std::string& path = facts.target_path.empty() ? facts.target : facts.target_path;
  std::string out = fmt::format(
      "- **PRIMARY:** `{}` ({})\n", path,
      facts.target_exists ? fmt::format("{} lines", facts.target_lines) : std::string("removed"));
  out += fmt::format("- **CANONICAL:** `{}`\n", facts.canonical);
  for (std::size_t i = 0; i < std::min(facts.dependents.size(), kDependentsMax); ++i)
    out += fmt::format("- **DEPENDENT:** `{}`\n", facts.dependents[i]);
  if (facts.dependents.size() > kDependentsMax) {
    out += fmt::format("- and {} more: `gardener refs {}`\n",
                       facts.dependents.size() - kDependentsMax, facts.target);
  }
  return out;
}

std::string lines_of(const std::vector<Box>& boxes) {
  std::string out;
  for (const Box& box : boxes)
    out += fmt::format("- [{}] {} — {}\n", box.is_ticked ? "x" : " ", box.text, box.evidence);
  return out;
}

std::string progress(const Facts& facts) {
  std::string out;
  for (const Stage& stage : stages(facts)) {
    const bool is_done = stage.is_complete();
    out +=
        fmt::format("{}### {} {}) {}{}\n{}", out.empty() ? "" : "\n", is_done ? "✅" : "⏳",
                    stage.number, stage.title, is_done ? " (COMPLETE)" : "", lines_of(stage.boxes));
  }
  return out;
}

std::string tests(const Facts& facts) {
  std::string out;
  if (const StepFact* fact = facts.fresh(Step::kTests); fact != nullptr) {
    out += fmt::format("- Tests that protect the importers and must go on passing: {}\n",
                       fact->number("protecting"));
    out += fmt::format("- Tests that use the module itself, and change or go with it: {}\n",
                       fact->number("of_the_module"));
    for (const std::string& note : fact->notes) out += fmt::format("- {}\n", note);
  } else {
    out += fmt::format("- Not looked for yet: `gardener tests {}`\n", facts.target);
  }
  for (const std::string& path : facts.generated_tests) out += fmt::format("- New: `{}`\n", path);
  out += "- Before and after are compared test by test: `gardener loop`\n";
  return out;
}

std::string content_of(std::string_view part, const Facts& facts) {
  if (part == "status") return status(facts);
  if (part == "summary") return summary(facts);
  if (part == "files") return files(facts);
  if (part == "progress") return progress(facts);
  if (part == "criteria") return lines_of(success_criteria(facts));
  return tests(facts);
}

std::string marked(std::string_view part, const Facts& facts) {
  return fmt::format("{}\n{}{}\n", begin_marker(part), content_of(part, facts), end_marker(part));
}

/// "WebSocket manager factory" of "a.b.websocket_manager_factory" is beyond us: the words are kept.
std::string title_of(std::string_view target) {
  std::string words(
      target.substr(target.rfind('.') == std::string_view::npos ? 0 : target.rfind('.') + 1));
  std::replace(words.begin(), words.end(), '_', ' ');
  return fmt::format("SSOT Legacy Removal: {}", words);
}

}  // namespace

std::string start_tracker(const TrackerHead& head, const Facts& facts) {
  std::string out =
      fmt::format("# {}\n\n", head.title.empty() ? title_of(facts.target) : head.title);
  if (!head.issue.empty()) out += fmt::format("**Issue:** {}\n", head.issue);
  if (!head.priority.empty()) out += fmt::format("**Priority:** {}\n", head.priority);
  out += marked("status", facts);
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kSections = {{
      {"Issue Summary", "summary"},
      {"Critical Files", "files"},
      {"Process Progress", "progress"},
      {"Success Criteria", "criteria"},
      {"Test Strategy", "tests"},
  }};
  for (const auto& [title, part] : kSections)
    out += fmt::format("\n## {}\n{}", title, marked(part, facts));
  out += "\n---\n";
  if (!facts.date.empty()) out += fmt::format("*Started: {}*\n\n", facts.date);
  out += "*The parts between markers are written by `gardener tracker`; the rest is yours.*\n";
  return out;
}

Result<TrackerUpdate> update_tracker(std::string document, std::string_view path,
                                     const Facts& facts) {
  GP_TRY(MarkedDocument marked_text, MarkedDocument::parse(std::move(document), path));
  for (const std::string& name : marked_text.names()) {
    if (std::find(kParts.begin(), kParts.end(), name) == kParts.end()) {
      return fail(Code::invalid_command, fmt::format("{}: there is no part '{}'; the parts are {}",
                                                     path, name, part_list()));
    }
  }
  TrackerUpdate update;
  for (const std::string_view part : kParts) {
    if (!marked_text.replace(part, content_of(part, facts))) update.missing.emplace_back(part);
  }
  if (update.missing.size() == kParts.size()) {
    return fail(
        Code::invalid_command,
        fmt::format("{}: nothing to update: it has none of the parts {}; write {} and {} where "
                    "one shall stand, or name a file that does not exist to start one",
                    path, part_list(), begin_marker("progress"), end_marker("progress")));
  }
  update.text = marked_text.text();
  return update;
}

}  // namespace gp::tracker
