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

/// What the tracker can read about a run of `command`; writes the result file. Does nothing on a
/// tree that cannot be written but say so on stderr: the result itself is not lost.
void record_step(const GlobalFlags& global, const PlanInput& input, tracker::StepFact fact);

}  // namespace gp::app
