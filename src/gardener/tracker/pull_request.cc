#include <fmt/core.h>

#include <algorithm>

#include "gardener/tracker/tracker.h"

namespace gp::tracker {
namespace {

constexpr std::size_t kRowsMax = 30;

struct FileChange {
  std::string path;
  std::size_t added = 0;
  std::size_t removed = 0;
  bool is_deleted = false;
};

/// Reads a unified diff in git's style. Hunk sizes say which lines are content, so that a removed
/// line `-- a` is not taken for a file header.
std::vector<FileChange> changes_in(std::string_view patch) {
  std::vector<FileChange> changes;
  std::size_t minus = 0;
  std::size_t plus = 0;
  while (!patch.empty()) {
    const std::size_t end = std::min(patch.find('\n'), patch.size());
    const std::string_view line = patch.substr(0, end);
    patch.remove_prefix(std::min(end + 1, patch.size()));
    if (minus > 0 || plus > 0) {
      const char sign = line.empty() ? ' ' : line[0];
      if (sign == '-' || sign == ' ') minus -= minus > 0 ? 1 : 0;
      if (sign == '+' || sign == ' ') plus -= plus > 0 ? 1 : 0;
      if (!changes.empty()) {
        changes.back().removed += sign == '-' ? 1 : 0;
        changes.back().added += sign == '+' ? 1 : 0;
      }
    } else if (line.starts_with("--- a/")) {
      changes.push_back({std::string(line.substr(6)), 0, 0, false});
    } else if (line == "+++ /dev/null" && !changes.empty()) {
      changes.back().is_deleted = true;
    } else if (line.starts_with("+++ b/") && (changes.empty() || changes.back().path.empty())) {
      changes.push_back({std::string(line.substr(6)), 0, 0, false});
    } else if (line.starts_with("@@ -")) {
      const auto count_after = [&line](std::size_t at) {
        const std::size_t stop = line.find_first_of(" ,", at);
        if (stop == std::string_view::npos || line[stop] != ',') return std::size_t{1};
        std::size_t count = 0;
        for (std::size_t i = stop + 1; i < line.size() && line[i] >= '0' && line[i] <= '9'; ++i)
          count = count * 10 + static_cast<std::size_t>(line[i] - '0');
        return count;
      };
      const std::size_t second = line.find('+');
      minus = count_after(4);
      plus = second == std::string_view::npos ? 0 : count_after(second + 1);
    }
  }
  return changes;
}

std::string diffstat(std::string_view patch) {
  const std::vector<FileChange> changes = changes_in(patch);
  if (changes.empty()) return "No patch is stored: apply the plan with --write first.\n";
  std::size_t added = 0;
  std::size_t removed = 0;
  std::string rows;
  for (const FileChange& change : changes) {
    added += change.added;
    removed += change.removed;
    rows += fmt::format(" {} | +{} -{}{}\n", change.path, change.added, change.removed,
                        change.is_deleted ? " (deleted)" : "");
  }
  return fmt::format("```\n{} {} files changed, {} insertions(+), {} deletions(-)\n```\n", rows,
                     changes.size(), added, removed);
}

std::string symbols(const plan::Plan& plan) {
  std::string out = "| symbol | what becomes of it | why |\n|---|---|---|\n";
  for (const plan::SymbolRow& row : plan.symbols) {
    std::string reason = row.reason;
    std::replace(reason.begin(), reason.end(), '\n', ' ');
    for (std::size_t at = reason.find('|'); at != std::string::npos; at = reason.find('|', at + 2))
      reason.insert(at, 1, '\\');
    out += fmt::format("| `{}` | {}{} | {} |\n", row.name.empty() ? "(the module)" : row.name,
                       plan::name_of(row.action),
                       row.to.empty() ? "" : fmt::format(" `{}`", row.to), reason);
  }
  return out;
}

bool is_silent(refs::FailureMode failure) {
  return failure == refs::FailureMode::kSwallowed || failure == refs::FailureMode::kSkipped;
}

std::string row_line(const plan::ReferenceRow& row) {
  return fmt::format("- `{}:{}` {}{}{}{}\n", row.file, row.line, refs::name_of(row.kind),
                     row.symbol.empty() ? "" : fmt::format(" of `{}`", row.symbol),
                     is_silent(row.failure) ? fmt::format(", {}", refs::name_of(row.failure)) : "",
                     row.reason.empty() ? "" : fmt::format(": {}", row.reason));
}

/// A titled list of the rows for which `wanted` holds; nothing if there are none.
template <class Wanted>
std::string section(const plan::Plan& plan, std::string_view title, Wanted wanted) {
  std::string rows;
  std::size_t count = 0;
  for (const plan::ReferenceRow& row : plan.references) {
    if (!wanted(row)) continue;
    if (++count <= kRowsMax) rows += row_line(row);
  }
  if (count == 0) return {};
  if (count > kRowsMax) rows += fmt::format("- and {} more in the plan\n", count - kRowsMax);
  return fmt::format("\n**{}** ({})\n\n{}", title, count, rows);
}

std::string to_review(const plan::Plan& plan) {
  std::string out = section(plan, "By hand: no edit was made there", [](const auto& row) {
    return row.edit == plan::Edit::kManual || row.action == plan::Action::kManual;
  });
  out += section(
      plan, "Edited, and no test would have told: the failure would be swallowed",
      [](const auto& row) { return row.edit == plan::Edit::kRewrite && is_silent(row.failure); });
  out += section(plan, "Edited at high risk", [](const auto& row) {
    return row.edit != plan::Edit::kNone && row.edit != plan::Edit::kManual &&
           row.risk == plan::Risk::kHigh && !is_silent(row.failure);
  });
  out += section(plan, "Broken before and still",
                 [](const auto& row) { return row.action == plan::Action::kBrokenBefore; });
  out += section(plan, "Kept as they are", [](const auto& row) {
    return row.action == plan::Action::kKeep && row.edit == plan::Edit::kNone;
  });
  return out.empty() ? "\nNothing stands out.\n" : out;
}

}  // namespace

std::string pull_request(const Facts& facts, std::string_view patch) {
  std::string out = fmt::format(
      "# Remove the deprecated module `{}`\n\n## What and why\n\nThe module stood beside `{}`: two "
      "sources of truth. It is {}; every symbol has one home now.\n",
      facts.target, facts.canonical, facts.target_exists ? "NOT REMOVED YET" : "removed");
  if (facts.plan != nullptr) out += "\n" + symbols(*facts.plan);
  out += "\n## Look at this first\n";
  out += facts.plan == nullptr ? "\nThere is no plan yet.\n" : to_review(*facts.plan);
  out += "\n## Evidence\n\n";
  std::vector<Stage> all = stages(facts);
  for (Stage& stage : all) {
    if (stage.number < 4) continue;
    if (stage.number == 6) stage.boxes.pop_back();  // "this text is written"
    for (const Box& box : stage.boxes)
      out += fmt::format("- [{}] {} — {}\n", box.is_ticked ? "x" : " ", box.text, box.evidence);
  }
  for (const Step step : {Step::kVerify, Step::kLoop}) {
    if (const StepFact* fact = facts.fresh(step); fact != nullptr) {
      for (const std::string& note : fact->notes)
        out += fmt::format("- {}: {}\n", name_of(step), note);
    }
  }
  out += "\n## What changed\n\n" + diffstat(patch);
  out += fmt::format(
      "\n## How to revert\n\n`git revert` of this commit, or `gardener apply -R {}` on a tree that "
      "has "
      "not changed since: it restores every byte.\n",
      facts.plan_path.empty() ? "plan.toml" : facts.plan_path);
  return out;
}

}  // namespace gp::tracker
