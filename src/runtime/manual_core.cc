#include "runtime/manual_core.h"

namespace gp::runtime {

ManualCore::ManualCore(std::uint64_t seed, std::uint32_t index)
    : ManualCore(std::make_unique<Members>(Members{ManualClock{}, SeededRandom(seed)}), index) {}

ManualCore::ManualCore(std::unique_ptr<Members> members, std::uint32_t index)
    : Core(members->clock, members->random),
      owned_(std::move(members)),
      members_(*owned_),
      index_(index) {}

bool ManualCore::try_post(Task task) {
  post(std::move(task));
  return true;
}

void ManualCore::run() {
  while (!queue_.empty()) {
    Task task = std::move(queue_.front());
    queue_.pop_front();
    Turn turn(*this);
    task();
  }
}

void ManualCore::advance(Duration by) {
  const MonotonicTime until = now() + by;
  run();
  while (const auto deadline = timers_.next_deadline()) {
    if (*deadline > until) break;
    if (*deadline > now()) members_.clock.advance(*deadline - now());
    Task task = timers_.take_due(now());
    {
      Turn turn(*this);
      task();
    }
    run();
  }
  members_.clock.advance(until - now());
}

}  // namespace gp::runtime
