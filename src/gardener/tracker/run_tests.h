/// run_tests(): runs a test command in a folder and says how every test ended.
///
/// pytest is recognised by name or by `-m pytest` and gets --continue-on-collection-errors and our
/// plugin (`-p`), which is written to a temporary folder on PYTHONPATH; byte code goes there, too
/// (PYTHONPYCACHEPREFIX), so that a stale .pyc never answers for a changed file and the tree stays
/// clean. stdin is empty; the command has a process group of its own, which is killed at the
/// timeout and at its end. SIGINT and SIGTERM reach it.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "gardener/tracker/test_run.h"

namespace gp::tracker {

enum class Echo : std::uint8_t { kNone, kStderr };

struct RunOptions {
  std::string folder{};                ///< where the command runs
  std::vector<std::string> command{};  ///< argv
  Duration timeout{};                  ///< zero: none
  Echo echo = Echo::kNone;             ///< kStderr: the command's output as it comes
  std::string original{};  ///< the tree `folder` is a copy of: imports from there are reported
};

/// True if the command runs pytest; `at` is the index after which options may stand.
bool is_pytest(const std::vector<std::string>& command, std::size_t& at);

/// A command that fails is no error: its exit status is in the result. Errors: no command, command
/// not found, interpreter without pytest, no test collected, usage errors of pytest: a sentence
/// each.
Result<TestRun> run_tests(const RunOptions& options);

}  // namespace gp::tracker
