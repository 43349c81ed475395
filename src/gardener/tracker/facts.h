/// Facts: what is known about a removal; the only thing that ticks a box of the tracker.
///
/// apply, verify and loop leave a StepFact in `.gardener/<plan name>.<step>.json` (write_step); the
/// tracker itself keeps what scan, refs and tests show while the module is there. A fact counts
/// only while it is fresh: made from the plan as it is now (hash of the plan file) and, for verify,
/// loop and gate, from the planned files as they are now (state_of). A stale fact is shown as such.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "gardener/plan/plan.h"

namespace gp::tracker {

enum class Step : std::uint8_t { kScan, kRefs, kTests, kPlan, kApply, kVerify, kLoop, kGate, kPr };
inline constexpr Step kSteps[] = {Step::kScan, Step::kRefs,  Step::kTests,
                                  Step::kPlan, Step::kApply, Step::kVerify,
                                  Step::kLoop, Step::kGate,  Step::kPr};
std::string_view name_of(Step step);  // "scan", "refs", … as the command

/// What one command found out. Numbers the tracker reads, by step:
/// scan: findings, P0 · refs: references, production, production_files, silent · tests: protecting,
/// of_the_module, contradictions · apply: files, edits, deleted · verify: checks, failed · loop:
/// collected_before, collected_after, differences, bad · gate: bans, violations.
struct StepFact {
  Step step = Step::kScan;
  bool is_ok = false;
  std::string command{};    ///< as typed
  std::string date{};       ///< "2026-11-23", given by the caller
  std::string plan_hash{};  ///< "" before there is a plan
  std::string state{};      ///< state_of() when it was made; "" if it does not depend on it
  std::vector<std::pair<std::string, std::uint64_t>> numbers{};
  std::vector<std::string> notes{};  ///< what a reviewer should read; each one line

  /// 0 if there is no such number.
  std::uint64_t number(std::string_view name) const;
};

/// References to the target as they are now.
struct ClassCount {
  std::string name{};  ///< class of reference
  std::uint32_t total = 0;
  std::uint32_t production = 0;
  std::uint32_t silent = 0;  ///< swallowed or skipped if the target were deleted
};

struct Facts {
  std::string target{};
  std::string canonical{};
  std::string target_path{};  ///< of the module's file, relative to the root; "" if never known
  std::string plan_path{};    ///< as typed on the command line
  std::string plan_hash{};    ///< content_hash of the plan file
  std::string state{};        ///< state_of() now
  std::string date{};         ///< of this update; never read from a clock here
  const plan::Plan* plan = nullptr;  ///< nothing: not made yet
  bool target_exists = true;
  bool is_tracker_committed = false;
  std::uint32_t target_lines = 0;              ///< of the module's file; 0 if it is gone
  std::vector<ClassCount> references{};        ///< sorted by name
  std::vector<std::string> dependents{};       ///< production files that import; sorted
  std::vector<std::string> generated_tests{};  ///< paths that exist; sorted
  bool bans_module = false;                    ///< gardener.toml has [[ban]] for the target
  bool bans_file = false;                      ///< … with file = true
  std::vector<StepFact> steps{};               ///< at most one per step

  const StepFact* step(Step step) const;
  /// The step's fact if it is fresh.
  const StepFact* fresh(Step step) const;
};

/// FNV-1a, 64 bits, as 16 hexadecimal digits: tells versions apart, is no protection.
std::string content_hash(std::string_view bytes);

/// One hash over the planned files as they are now: their bytes, or that they are missing.
std::string state_of(const plan::Plan& plan, const std::string& root);

/// ".gardener/plan.verify.json" for "some/plan.toml".
std::string step_path(std::string_view plan_path, Step step);

/// Errors: the path and the reason.
Result<void> write_step(const std::string& root, std::string_view plan_path, const StepFact& fact);
/// Takes the result back (`apply -R`); nothing to do if there is none.
void forget_step(const std::string& root, std::string_view plan_path, Step step);
/// All steps there are; sorted by step. Errors: a damaged file, with path and what to do.
Result<std::vector<StepFact>> read_steps(const std::string& root, std::string_view plan_path);

}  // namespace gp::tracker
