/// CoreThread: an AsioCore with its thread. Process signals, for the main thread.
#pragma once

#include <optional>
#include <thread>

#include "runtime/asio_core.h"

namespace gp::runtime {

class CoreThread {
 public:
  explicit CoreThread(std::uint32_t index) : core_(index) {}
  ~CoreThread() { stop(); }

  AsioCore& core() { return core_; }
  /// Runs the core on a thread of its own, tied to `processor` if one is given. Nothing if it runs.
  void start(std::optional<int> processor);
  /// Ends the loop after its turn and joins. Nothing if it does not run.
  void stop();

 private:
  AsioCore core_;
  std::thread thread_;
};

/// Lets the main thread wait until cores have done something: each calls arrive() once. Thread:
/// any.
class Countdown {
 public:
  explicit Countdown(std::size_t count);
  ~Countdown();
  void arrive();
  void wait();
  /// True if all have arrived.
  bool wait_for(Duration timeout);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// SIGTERM, SIGINT and SIGHUP are kept for wait_for_signal(), SIGPIPE is ignored. Call before any
/// thread is made.
void take_signals();
/// Waits for SIGTERM, SIGINT or SIGHUP; nothing if none came in time. Thread: main.
std::optional<int> wait_for_signal(std::optional<Duration> timeout);

}  // namespace gp::runtime
