/// ManualCore: a Core with virtual time, driven by the test or simulator that owns it. Nothing here
/// is nondeterministic.
///
/// post() queues; run() executes what is queued, each task in its own turn; advance() moves time
/// and fires timers in order of their deadlines (ties in order of arming).
#pragma once

#include <deque>

#include "runtime/core.h"
#include "runtime/timer_queue.h"

namespace gp::runtime {

class ManualClock final : public Clock {
 public:
  MonotonicTime now() const override { return now_; }
  WallTime wall_now() const override { return wall_; }
  void advance(Duration by) {
    now_ += by;
    wall_ += by;
  }
  void jump_wall(Duration by) { wall_ += by; }

 private:
  MonotonicTime now_{std::chrono::hours(1)};
  WallTime wall_{std::chrono::seconds(1'757'880'000)};
};

class GP_CAPABILITY("core") ManualCore final : public Core {
 public:
  explicit ManualCore(std::uint64_t seed = 1, std::uint32_t index = 0);

  std::uint32_t index() const override { return index_; }
  const Clock& clock() const override { return members_.clock; }
  Random& random() override { return members_.random; }
  void assert_here() const override GP_ASSERT_CAPABILITY(this) {}
  void post(Task task) override { queue_.push_back(std::move(task)); }
  bool try_post(Task task) override;
  TimerId call_after(Duration delay, Task task) override {
    return timers_.add(now() + delay, std::move(task));
  }
  void cancel(TimerId timer) override { timers_.cancel(timer); }

  ManualClock& manual_clock() { return members_.clock; }
  /// Runs queued tasks until none is left.
  void run();
  /// run(), then moves time by `by`, firing the timers that fall due and running what they queue.
  void advance(Duration by);
  std::size_t pending_timers() const { return timers_.size(); }

 private:
  // A base of the members that Core's constructor needs.
  struct Members {
    ManualClock clock;
    SeededRandom random;
  };
  ManualCore(std::unique_ptr<Members> members, std::uint32_t index);

  std::unique_ptr<Members> owned_;
  Members& members_;
  std::uint32_t index_;
  std::deque<Task> queue_;
  TimerQueue timers_;
};

}  // namespace gp::runtime
