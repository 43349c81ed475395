/// Hunt: many schedules of one seed, until one breaks a promise.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "world.h"

namespace gp::sim {

struct Find {
  std::uint64_t schedule;
  Outcome outcome;
};

/// The first of schedules `from` … `from + count - 1` that breaks a promise.
std::optional<Find> hunt(std::uint64_t seed, std::uint64_t from, std::uint64_t count);

/// One schedule, with its trace if asked for.
Outcome replay(std::uint64_t seed, std::uint64_t schedule, Trace::Lines lines);

/// The schedule that is being run, for whoever must say where the process died.
std::uint64_t schedule_under_way();

/// The names of the bugs that can be planted (base/planted_bug.h).
const std::vector<std::string_view>& planted_bugs();
/// Switches one on for the process; an empty name: none. False if there is none of this name.
bool plant(std::string_view name);

}  // namespace gp::sim
