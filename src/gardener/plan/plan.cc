#include "gardener/plan/plan.h"

#include <array>

namespace gp::plan {
namespace {

constexpr std::array<std::string_view, 7> kActions = {"redirect", "rename",        "move",  "drop",
                                                      "keep",     "broken-before", "manual"};

}  // namespace

std::string_view name_of(Action action) { return kActions[static_cast<std::size_t>(action)]; }

bool parse(std::string_view name, Action& action) {
  for (std::size_t i = 0; i < kActions.size(); ++i) {
    if (kActions[i] != name) continue;
    action = static_cast<Action>(i);
    return true;
  }
  return false;
}

std::string_view name_of(Edit edit) {
  constexpr std::array<std::string_view, 4> kNames = {"none", "rewrite", "delete", "manual"};
  return kNames[static_cast<std::size_t>(edit)];
}

std::string_view name_of(Risk risk) {
  constexpr std::array<std::string_view, 3> kNames = {"low", "medium", "high"};
  return kNames[static_cast<std::size_t>(risk)];
}

std::string_view name_of(CheckState state) {
  constexpr std::array<std::string_view, 3> kNames = {"passed", "failed", "unknown"};
  return kNames[static_cast<std::size_t>(state)];
}

const SymbolRow* Plan::symbol(std::string_view name) const {
  for (const SymbolRow& row : symbols)
    if (row.name == name) return &row;
  return nullptr;
}

bool goes(Action action) {
  return action == Action::kRedirect || action == Action::kRename || action == Action::kMove;
}

}  // namespace gp::plan
