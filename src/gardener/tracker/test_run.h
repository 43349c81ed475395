/// TestRun: what one run of a test command collected and how each test ended.
///
/// pytest tells it through our plugin (pytest_plugin.h), one JSON line per happening; of any other
/// command only the exit status is known. The record (`loop --record before.json`) is one JSON
/// document, sorted by id.
/// Limits: a record of more than 256 MiB is refused; texts of failures are cut by the plugin to
/// 16 KiB (head and tail).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace gp::tracker {

/// In order of severity: what happens to one test several times (subtests, teardown after a call)
/// is as bad as the worst.
enum class TestState : std::uint8_t {
  kNotRun,  ///< collected, but the run ended before its turn or in it
  kPassed,
  kXpassed,  ///< expected to fail, and passed
  kXfailed,  ///< failed as expected
  kSkipped,
  kError,  ///< in setup, teardown or collection
  kFailed,
};
std::string_view name_of(TestState state);  // "not run", "passed", "xpassed", …
bool parse(std::string_view name, TestState& state);

struct TestCase {
  std::string id{};    ///< pytest's node id
  std::string file{};  ///< relative to the folder the command ran in
  TestState state = TestState::kNotRun;
  std::uint32_t count = 1;  ///< more than 1: collected that often
  std::string text{};       ///< failure, or why skipped
};

struct TestRun {
  std::vector<std::string> command{};
  std::string plan_hash{};   ///< "" if unknown
  int exit_status = 0;       ///< 128 + n: ended by signal n
  bool knows_tests = false;  ///< pytest with our plugin; else only the exit status is known
  bool is_timed_out = false;
  bool is_finished = false;  ///< pytest came to its end (a crash does not)
  std::uint32_t deselected = 0;
  std::vector<TestCase> tests{};       ///< sorted by id
  std::vector<TestCase> collection{};  ///< files with kError or kSkipped while collecting; sorted
  std::vector<std::string> foreign{};  ///< files imported from the original tree during a run in a
                                       ///< copy; sorted

  std::size_t count(TestState state) const;  ///< tests only
  /// Skipped tests, and files that are skipped as a whole.
  std::size_t skipped() const;
};

/// The plugin's lines. Errors: Code::invalid_json with the number of the line.
Result<TestRun> read_plugin_lines(std::string_view lines);

std::string to_json(const TestRun& run);
/// Errors: Code::invalid_json or Code::invalid_command: what is wrong and how to make a record.
Result<TestRun> read_record(std::string_view text, std::string_view path);

/// "39 passed, 3 xpassed, 1 collection error"
std::string summary(const TestRun& run);

}  // namespace gp::tracker
