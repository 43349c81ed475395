/// Results that commands leave for the tracker: `.gardener/<plan name>.<step>.json`.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gardener/global_flags.h"
#include "gardener/plan/plan.h"
#include "gardener/tracker/facts.h"

namespace gp::app {

/// A plan file as a command gets it.
struct PlanInput {
  std::string path{};  ///< as typed
  std::string hash{};  ///< of its bytes
  plan::Plan plan{};
};

/// Errors: no such file (with the command that makes one), or what plan::read_plan() refuses.
Result<PlanInput> read_plan_input(const std::string& path);

/// ".gardener/plan.diff": what apply changed, as a unified diff for people.
std::string diff_path(const std::string& plan_path);

/// Today in UTC, "2026-11-23".
std::string today();

/// Writes the result file that the tracker reads: `fact` with the plan's hash, the state of its
/// files and today's date. A tree that cannot be written is told on stderr; the command goes on.
void record_step(const GlobalFlags& global, const PlanInput& input, tracker::StepFact fact);

}  // namespace gp::app
