#include "runtime/asio_core.h"

#include <sched.h>

#include "base/assert.h"

namespace gp::runtime {

AsioCore::AsioCore(std::uint32_t index) : AsioCore(std::make_unique<Members>(), index) {}

AsioCore::AsioCore(std::unique_ptr<Members> members, std::uint32_t index)
    : Core(members->clock, members->random),
      members_(std::move(members)),
      index_(index),
      io_(1),
      mailbox_event_(io_, mailbox_.event_fd()),
      alarm_(io_) {
  wait_mailbox();
}

AsioCore::~AsioCore() { mailbox_event_.release(); }

void AsioCore::assert_here() const {
  const std::thread::id owner = owner_.load(std::memory_order_relaxed);
  GP_ASSERT(owner == std::thread::id{} || owner == std::this_thread::get_id(),
            "a core's object was touched from another thread: use core.post()");
}

void AsioCore::run() {
  owner_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  const auto keep_running = boost::asio::make_work_guard(io_);
  io_.run();
  owner_.store(std::thread::id{}, std::memory_order_relaxed);
}

void AsioCore::stop() { io_.stop(); }

void AsioCore::wait_mailbox() {
  mailbox_event_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                            [this](boost::system::error_code error) {
                              if (error) return;
                              {
                                Turn turn(*this);
                                mailbox_.drain();
                              }
                              wait_mailbox();
                            });
}

TimerId AsioCore::call_after(Duration delay, Task task) {
  const TimerId id = timers_.add(now() + delay, std::move(task));
  arm_timer();
  return id;
}

// One Asio timer stands for the earliest deadline. A cancelled deadline is left armed: it fires
// once for nothing.
void AsioCore::arm_timer() {
  const auto next = timers_.next_deadline();
  if (!next || *next >= alarm_at_) return;
  alarm_at_ = *next;
  alarm_.expires_at(std::chrono::time_point_cast<std::chrono::steady_clock::duration>(*next));
  alarm_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    alarm_at_ = MonotonicTime::max();
    fire_timers();
  });
}

void AsioCore::fire_timers() {
  {
    Turn turn(*this);
    const MonotonicTime due = now();
    while (Task task = timers_.take_due(due)) task();
  }
  arm_timer();
}

std::vector<int> usable_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> processors;
  if (::sched_getaffinity(0, sizeof(set), &set) == 0) {
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (CPU_ISSET(cpu, &set)) processors.push_back(cpu);
    }
  }
  if (processors.empty()) processors.push_back(0);
  return processors;
}

void pin_this_thread(int processor) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(processor, &set);
  (void)::sched_setaffinity(0, sizeof(set), &set);
}

}  // namespace gp::runtime
