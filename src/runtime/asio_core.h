/// AsioCore: the Core of production: one thread, one io_context, one mailbox, one timer queue.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>

#include "runtime/mailbox.h"
#include "runtime/timer_queue.h"

namespace gp::runtime {

class GP_CAPABILITY("core") AsioCore final : public Core {
 public:
  explicit AsioCore(std::uint32_t index = 0);
  ~AsioCore() override;

  std::uint32_t index() const override { return index_; }
  const Clock& clock() const override { return members_->clock; }
  Random& random() override { return members_->random; }
  void assert_here() const override GP_ASSERT_CAPABILITY(this);
  void post(Task task) override { mailbox_.push(std::move(task)); }
  bool try_post(Task task) override { return mailbox_.try_push(std::move(task)); }
  TimerId call_after(Duration delay, Task task) override;
  void cancel(TimerId timer) override { timers_.cancel(timer); }

  /// For what stands on Asio directly (poller, listener, signals, curl). Every handler opens a
  /// Core::Turn.
  boost::asio::io_context& io() { return io_; }

  /// Runs the loop on the calling thread until stop(). Exceptions from library code end the process
  /// with a message.
  void run();
  /// The loop ends after the current turn. Thread: any.
  void stop();

 private:
  struct Members {
    SystemClock clock;
    SystemRandom random;
  };
  AsioCore(std::unique_ptr<Members> members, std::uint32_t index);

  void wait_mailbox();
  void arm_timer();
  void fire_timers();

  std::unique_ptr<Members> members_;
  std::uint32_t index_;
  std::atomic<std::thread::id> owner_{};
  boost::asio::io_context io_;
  Mailbox mailbox_;
  boost::asio::posix::stream_descriptor mailbox_event_;
  TimerQueue timers_;
  boost::asio::steady_timer alarm_;
  MonotonicTime alarm_at_ = MonotonicTime::max();
};

/// The processors this process may use, in order.
std::vector<int> usable_processors();
/// Ties the calling thread to one processor. Failure is harmless and ignored: it costs speed, not
/// truth.
void pin_this_thread(int processor);

}  // namespace gp::runtime
