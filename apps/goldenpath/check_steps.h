/// The steps of `goldenpath check`, in their order.
///
/// To add one: write a function `Result<Finding> check_…(CheckContext&)` in the check_steps_*.cc it
/// belongs to, declare it below, and add its line to the table in check_steps.cc. A step fails by
/// returning an error that says what was expected and what came; it must not rely on anything but
/// what its `needs` names.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "goldenpath/check_context.h"

namespace gp::app {

/// What a step found when nothing was wrong.
struct Finding {
  enum class Kind { kOk, kSkipped };
  Kind kind = Kind::kOk;
  std::string text{};  ///< kSkipped: why
};

inline Finding found(std::string text) { return {Finding::Kind::kOk, std::move(text)}; }
inline Finding skipped(std::string why) { return {Finding::Kind::kSkipped, std::move(why)}; }

/// Without it the step is skipped.
enum class Needs { kNothing, kToken, kMessage, kRun, kSecondUser };
/// Which of the two times of CheckOptions the step has.
enum class StepTime { kShort, kRun };

struct CheckStep {
  std::string_view name;
  Needs needs;
  StepTime time;
  Result<Finding> (*run)(CheckContext&);
  std::string_view about;
};

std::span<const CheckStep> check_steps();

// check_steps_connect.cc
Result<Finding> check_live(CheckContext& context);
Result<Finding> check_ready(CheckContext& context);
Result<Finding> check_version(CheckContext& context);
Result<Finding> check_token(CheckContext& context);
Result<Finding> check_no_token(CheckContext& context);
Result<Finding> check_bad_token(CheckContext& context);
Result<Finding> check_welcome(CheckContext& context);
// check_steps_run.cc
Result<Finding> check_message(CheckContext& context);
Result<Finding> check_run_contract(CheckContext& context);
Result<Finding> check_gapless(CheckContext& context);
Result<Finding> check_second_tab(CheckContext& context);
Result<Finding> check_late_tab(CheckContext& context);
Result<Finding> check_resume(CheckContext& context);
Result<Finding> check_stop(CheckContext& context);
Result<Finding> check_sent_once(CheckContext& context);
Result<Finding> check_conflict(CheckContext& context);
// check_steps_access.cc
Result<Finding> check_foreign_thread(CheckContext& context);
Result<Finding> check_foreign_events(CheckContext& context);
Result<Finding> check_malformed(CheckContext& context);
Result<Finding> check_history(CheckContext& context);
Result<Finding> check_sse(CheckContext& context);
Result<Finding> check_threads(CheckContext& context);
Result<Finding> check_clean_up(CheckContext& context);

}  // namespace gp::app
