#include "hunt.h"

#include <algorithm>

#include "base/planted_bug.h"

namespace gp::sim {
namespace {

std::uint64_t under_way = 0;

}  // namespace

std::uint64_t schedule_under_way() { return under_way; }

std::optional<Find> hunt(std::uint64_t seed, std::uint64_t from, std::uint64_t count) {
  for (std::uint64_t number = from; number < from + count; ++number) {
    Outcome outcome = replay(seed, number, Trace::Lines::kNone);
    if (!outcome.promise.empty()) return Find{number, std::move(outcome)};
  }
  return std::nullopt;
}

Outcome replay(std::uint64_t seed, std::uint64_t schedule, Trace::Lines lines) {
  under_way = schedule;
  return World(seed, schedule, lines).run();
}

const std::vector<std::string_view>& planted_bugs() {
  static const std::vector<std::string_view> names{
#define GP_NAME(name) #name,
      GP_PLANTED_BUG_LIST(GP_NAME)
#undef GP_NAME
  };
  return names;
}

bool plant(std::string_view name) {
  planted::selected = planted::Bug::none;
  if (name.empty()) return true;
  const auto found = std::ranges::find(planted_bugs(), name);
  if (found == planted_bugs().end()) return false;
  planted::selected = static_cast<planted::Bug>(1 + (found - planted_bugs().begin()));
  return true;
}

}  // namespace gp::sim
