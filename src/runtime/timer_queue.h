/// TimerQueue: what a core has to do later, in order of deadline (ties in order of arming).
///
/// Thread: one core. Cost: O(log n) per arm and cancel. For a timeout per connection use LazyWheel,
/// which costs 2 ns per activity.
#pragma once

#include <map>
#include <optional>
#include <unordered_map>

#include "runtime/core.h"

namespace gp::runtime {

class TimerQueue {
 public:
  TimerId add(MonotonicTime when, Task task) {
    const TimerId id{next_id_++};
    tasks_.emplace(Key{when, id.value}, std::move(task));
    deadlines_.emplace(id.value, when);
    return id;
  }

  void cancel(TimerId timer) {
    const auto found = deadlines_.find(timer.value);
    if (found == deadlines_.end()) return;
    tasks_.erase(Key{found->second, timer.value});
    deadlines_.erase(found);
  }

  std::optional<MonotonicTime> next_deadline() const {
    if (tasks_.empty()) return std::nullopt;
    return tasks_.begin()->first.when;
  }

  /// The first task whose deadline is not after `now`; empty if there is none.
  Task take_due(MonotonicTime now) {
    if (tasks_.empty() || tasks_.begin()->first.when > now) return Task{};
    auto node = tasks_.extract(tasks_.begin());
    deadlines_.erase(node.key().id);
    return std::move(node.mapped());
  }

  std::size_t size() const { return tasks_.size(); }
  void clear() {
    tasks_.clear();
    deadlines_.clear();
  }

 private:
  struct Key {
    MonotonicTime when;
    std::uint64_t id;
    auto operator<=>(const Key&) const = default;
  };

  std::map<Key, Task> tasks_;
  std::unordered_map<std::uint64_t, MonotonicTime> deadlines_;
  std::uint64_t next_id_ = 1;
};

}  // namespace gp::runtime
