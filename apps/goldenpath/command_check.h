/// `goldenpath check`: walks the Golden Path against any deployment and says what is broken.
///
/// The steps are in check_steps.cc.
#pragma once

#include <chrono>
#include <string>

namespace gp::app {

enum class Detail { kShort, kVerbose };

struct CheckOptions {
  std::string url;
  std::string token{};                   ///< empty: a demo session
  std::string token2{};                  ///< of another user; empty: a demo session
  std::string ca_file{};                 ///< over TLS: whom to trust; empty: the system's store
  std::chrono::seconds timeout{10};      ///< of a step
  std::chrono::seconds run_timeout{60};  ///< of a step that waits for a run
  Detail detail = Detail::kShort;        ///< kVerbose: what each step is about
};

/// Prints the table to stdout. 0: all is well; 1: a step failed; 2: the URL is none.
int run_check(const CheckOptions& options);

}  // namespace gp::app
