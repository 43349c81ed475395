/// InboxCore: a Core without a loop of its own, for tests of what answers from BlockingPool
/// threads.
///
/// post() from any thread fills the inbox; the owner, on the thread that made it, drives it with
/// run_until(). No timers.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "base/assert.h"
#include "runtime/core.h"

namespace gp::runtime {

class GP_CAPABILITY("core") InboxCore final : public Core {
 public:
  explicit InboxCore(std::uint32_t index = 0) : InboxCore(std::make_unique<Members>(), index) {}

  std::uint32_t index() const override { return index_; }
  const Clock& clock() const override { return members_->clock; }
  Random& random() override { return members_->random; }
  void assert_here() const override {
    GP_ASSERT(std::this_thread::get_id() == owner_, "an InboxCore was entered from another thread");
  }
  void post(Task task) override {
    const std::lock_guard lock(mutex_);
    inbox_.push_back(std::move(task));
    filled_.notify_one();
  }
  bool try_post(Task task) override {
    post(std::move(task));
    return true;
  }
  TimerId call_after(Duration, Task) override {
    GP_ASSERT(false, "an InboxCore has no timers; use ManualCore");
    return {};
  }
  void cancel(TimerId) override {}

  /// Runs what arrives, each task in its own turn, until `done`; false if nothing arrives for
  /// `patience` before.
  bool run_until(UniqueFunction<bool()> done, Duration patience = std::chrono::seconds(60)) {
    assert_here();
    while (!done()) {
      std::unique_lock lock(mutex_);
      if (!filled_.wait_for(lock, patience, [this] { return !inbox_.empty(); })) return false;
      Task task = std::move(inbox_.front());
      inbox_.pop_front();
      lock.unlock();
      Turn turn(*this);
      task();
    }
    return true;
  }

 private:
  struct Members {
    SystemClock clock;
    SeededRandom random{1};
  };
  InboxCore(std::unique_ptr<Members> members, std::uint32_t index)
      : Core(members->clock, members->random), members_(std::move(members)), index_(index) {}

  std::unique_ptr<Members> members_;
  std::uint32_t index_;
  std::thread::id owner_ = std::this_thread::get_id();
  std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<Task> inbox_;
};

}  // namespace gp::runtime
