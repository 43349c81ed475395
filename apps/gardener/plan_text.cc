#include "gardener/plan_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace gp::app {
namespace {

constexpr std::size_t kByHandMax = 40;

std::size_t count(const plan::Plan& plan, plan::Action action) {
  return static_cast<std::size_t>(
      std::count_if(plan.symbols.begin(), plan.symbols.end(),
                    [action](const plan::SymbolRow& row) { return row.action == action; }));
}

std::string shown_name(const plan::SymbolRow& row) {
  return row.name.empty() ? "(the module itself)" : row.name;
}

void append_symbol(std::string& out, const plan::SymbolRow& row) {
  out += fmt::format("  {:<14} {}{}{}\n", plan::name_of(row.action), shown_name(row),
                     row.to.empty() ? "" : " -> ", row.to);
  if (row.action == plan::Action::kManual && !row.reason.empty())
    out += fmt::format("      {}\n", row.reason);
  for (const plan::Check& check : row.checks) {
    if (check.state == plan::CheckState::kPassed) continue;
    out += fmt::format("      {} {}{}{}\n", check.name, plan::name_of(check.state),
                       check.detail.empty() ? "" : ": ", check.detail);
  }
}

/// Places that gardener does not edit and that change what the program does.
std::string by_hand(const plan::Plan& plan) {
  std::string rows;
  std::size_t found = 0;
  for (const plan::ReferenceRow& row : plan.references) {
    if (row.edit != plan::Edit::kManual) continue;
    if (++found <= kByHandMax) {
      rows += fmt::format("  {}:{} {}{}{}\n", row.file, row.line, refs::name_of(row.kind),
                          row.reason.empty() ? "" : ": ", row.reason);
    }
  }
  if (found == 0) return {};
  if (found > kByHandMax) rows += fmt::format("  and {} more, in the plan\n", found - kByHandMax);
  return fmt::format("\nby hand ({}):\n{}", found, rows);
}

}  // namespace

bool is_open(const plan::Derivation& derivation) {
  return count(derivation.plan, plan::Action::kManual) > 0 || !derivation.refusals.empty();
}

std::string plan_text(const plan::Derivation& derivation) {
  const plan::Plan& plan = derivation.plan;
  std::string out =
      fmt::format("{} -> {}\n\nsymbols ({}):\n", plan.target, plan.canonical, plan.symbols.size());
  for (const plan::SymbolRow& row : plan.symbols) append_symbol(out, row);
  std::array<std::size_t, 4> edits{};
  for (const plan::ReferenceRow& row : plan.references) ++edits[static_cast<std::size_t>(row.edit)];
  const auto deleted = std::count_if(plan.files.begin(), plan.files.end(),
                                     [](const plan::FileRow& row) { return row.is_deleted; });
  out += fmt::format(
      "\nreferences ({}): {} rewritten, {} deleted, {} by hand, {} as they are\nfiles: {} edited, "
      "{} "
      "deleted\n",
      plan.references.size(), edits[static_cast<std::size_t>(plan::Edit::kRewrite)],
      edits[static_cast<std::size_t>(plan::Edit::kDelete)],
      edits[static_cast<std::size_t>(plan::Edit::kManual)],
      edits[static_cast<std::size_t>(plan::Edit::kNone)],
      plan.files.size() - static_cast<std::size_t>(deleted), deleted);
  out += by_hand(plan);
  if (!derivation.refusals.empty()) {
    out += fmt::format("\napply will refuse ({}):\n", derivation.refusals.size());
    for (const std::string& refusal : derivation.refusals) out += "  " + refusal + "\n";
  }
  const std::size_t open = count(plan, plan::Action::kManual);
  if (open > 0) {
    out += fmt::format(
        "\n{} {} open: give each [[symbol]] with action = \"manual\" an action and a `to`, then "
        "plan "
        "again\n",
        open, open == 1 ? "symbol is" : "symbols are");
  }
  return out;
}

}  // namespace gp::app
