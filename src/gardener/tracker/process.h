/// run_process(): one program in a process group of its own, with its output and a time limit.
///
/// stdin is empty; stdout and stderr come through one pipe. When the program has ended, or at the
/// timeout (SIGTERM, after two seconds SIGKILL), what is left of its group is killed: nothing else
/// is. SIGINT, SIGTERM and SIGHUP to us end the group, and the run is an error; the caller shall
/// come to its end.
/// Limit: the last 64 KiB of output are kept.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace gp::tracker {

struct ProcessOptions {
  std::string folder{};
  std::vector<std::string> command{};
  std::vector<std::pair<std::string, std::string>> environment{};  ///< set beside ours
  Duration timeout{};                                              ///< zero: none
  int echo = -1;  ///< a descriptor that gets the output as it comes; -1: none
};

struct ProcessEnd {
  int status = 0;  ///< exit status; 128 + n: ended by signal n
  bool is_timed_out = false;
  std::string output{};
};

/// Errors: Code::not_found (no such command), Code::interrupted (a signal), Code::internal with the
/// reason.
Result<ProcessEnd> run_process(const ProcessOptions& options);

}  // namespace gp::tracker
