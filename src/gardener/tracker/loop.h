/// loop: compares the tests before and after the removal of a module, by node id.
///
/// The proof fails when a test that passed fails, errs, is skipped or is gone (unless the plan
/// deletes its file), when collection shrinks otherwise, when skips rise, or when a run did not
/// come to its end. xfailed -> xpassed is reported and passes; what failed before may fail after.
/// Each difference names the rows of the plan that may have caused it, where there are any. Limit:
/// a command that is not pytest has only an exit status; the report says that sets are unknown.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gardener/plan/plan.h"
#include "gardener/tracker/test_run.h"

namespace gp::tracker {

enum class Change : std::uint8_t {
  kBroken,       ///< did not fail before; fails, errs or is not run now
  kUncollected,  ///< its file cannot be collected any more
  kLost,         ///< no longer collected
  kNowSkipped,
  kRunEnded,      ///< a run that timed out, crashed or ended with another status
  kPlannedDrop,   ///< no longer collected: the plan deletes its file
  kXpassed,       ///< expected to fail before, passes now: its mark can go
  kMended,        ///< failed before, passes now
  kNew,           ///< collected only after
  kStillFailing,  ///< failed (or its file was skipped or not collectable) before and after
  kOther,
};
std::string_view name_of(Change change);  // "broken", "uncollected", "lost", "now skipped", …
/// Whether the proof fails by it.
bool is_bad(Change change);

struct Difference {
  Change change = Change::kOther;
  std::string id{};  ///< node id; "" for the run as a whole
  std::string file{};
  TestState before = TestState::kNotRun;
  TestState after = TestState::kNotRun;
  std::string text{};               ///< last line of the failure, or why skipped
  std::vector<std::string> rows{};  ///< "file:line class symbol: action", nearest first, at most 3
  std::string advice{};
};

struct LoopReport {
  bool knows_tests = false;
  bool passes = false;
  std::string before{};  ///< summary()
  std::string after{};
  std::uint32_t collected_before = 0;
  std::uint32_t collected_after = 0;
  std::uint32_t unchanged = 0;
  std::vector<Difference> differences{};  ///< sorted by change, id
  std::vector<std::string> notes{};
};

LoopReport compare(const TestRun& before, const TestRun& after, const plan::Plan& plan);

std::string to_text(const LoopReport& report);
std::string to_json(const LoopReport& report);

/// The rows of the plan that may explain a failure of a test in `file` with this text; at most 3.
std::vector<std::string> attribute(const plan::Plan& plan, std::string_view file,
                                   std::string_view text);

}  // namespace gp::tracker
