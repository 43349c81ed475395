/// TimerQueue: what a core has to do later, in order of deadline (ties in order of arming).
///
/// How it works: a heap with four children a node in one piece of memory; the tasks stand
/// elsewhere, each in a place of its own that does not move. So arming one of thousands of timers
/// touches a few lines of cache, where a tree of nodes touches one for each of its levels. Memory:
/// 104 bytes for each of the most timers there ever were at once. Thread: one core. Cost: O(log n)
/// per arm and cancel. For a timeout per connection use LazyWheel, which costs 2 ns per activity.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/assert.h"
#include "runtime/core.h"

namespace gp::runtime {

class TimerQueue {
 public:
  TimerId add(MonotonicTime when, Task task) {
    const std::uint32_t place = take_place();
    tasks_[place] = std::move(task);
    const std::uint64_t number = next_number_++;
    numbers_[place] = number;
    heap_.emplace_back();
    rise(heap_.size() - 1, {when, number, place});
    return id_of(place);
  }

  void cancel(TimerId timer) {
    const auto place = static_cast<std::uint32_t>((timer.value >> kNumberBits) - 1);
    if (place >= tasks_.size() || id_of(place).value != timer.value) return;
    if (positions_[place] == kNowhere) return;
    const Task cancelled = std::move(tasks_[place]);  // dies last: it may own whoever cancels more
    remove(positions_[place]);
  }

  std::optional<MonotonicTime> next_deadline() const {
    if (heap_.empty()) return std::nullopt;
    return heap_.front().when;
  }

  /// The first task whose deadline is not after `now`; empty if there is none.
  Task take_due(MonotonicTime now) {
    if (heap_.empty() || heap_.front().when > now) return Task{};
    Task due = std::move(tasks_[heap_.front().place]);
    remove(0);
    return due;
  }

  std::size_t size() const { return heap_.size(); }
  void clear() {
    while (!heap_.empty()) {
      const Task cancelled = std::move(tasks_[heap_.back().place]);
      remove(heap_.size() - 1);
    }
  }

 private:
  static constexpr std::size_t kChildren = 4;
  static constexpr std::uint32_t kNowhere = UINT32_MAX;
  /// An id is a place (from 1) and the last bits of the number that the timer there has: 2^40
  /// timers are armed between two that could be taken for each other.
  static constexpr unsigned kNumberBits = 40;
  static constexpr std::size_t kPlacesMax = (std::size_t{1} << (64 - kNumberBits)) - 1;

  struct Node {
    MonotonicTime when;
    std::uint64_t number;  ///< in order of arming
    std::uint32_t place;
    bool before(const Node& other) const {
      return when != other.when ? when < other.when : number < other.number;
    }
  };

  TimerId id_of(std::uint32_t place) const {
    constexpr std::uint64_t kNumberMask = (std::uint64_t{1} << kNumberBits) - 1;
    return {(std::uint64_t{place} + 1) << kNumberBits | (numbers_[place] & kNumberMask)};
  }

  std::uint32_t take_place() {
    if (free_.empty()) {
      GP_ASSERT(tasks_.size() < kPlacesMax, "more timers at once than an id can name");
      tasks_.emplace_back();
      numbers_.push_back(0);
      positions_.push_back(kNowhere);
      return static_cast<std::uint32_t>(tasks_.size() - 1);
    }
    const std::uint32_t place = free_.back();
    free_.pop_back();
    return place;
  }

  void remove(std::size_t position) {
    const std::uint32_t place = heap_[position].place;
    positions_[place] = kNowhere;
    free_.push_back(place);
    const Node last = heap_.back();
    heap_.pop_back();
    if (position == heap_.size()) return;
    if (last.before(heap_[position]))
      rise(position, last);
    else
      sink(position, last);
  }

  void put(std::size_t position, const Node& node) {
    heap_[position] = node;
    positions_[node.place] = static_cast<std::uint32_t>(position);
  }

  void rise(std::size_t position, const Node& node) {
    while (position > 0) {
      const std::size_t parent = (position - 1) / kChildren;
      if (!node.before(heap_[parent])) break;
      put(position, heap_[parent]);
      position = parent;
    }
    put(position, node);
  }

  void sink(std::size_t position, const Node& node) {
    for (;;) {
      const std::size_t first = position * kChildren + 1;
      if (first >= heap_.size()) break;
      const std::size_t end = std::min(first + kChildren, heap_.size());
      std::size_t least = first;
      for (std::size_t child = first + 1; child < end; ++child) {
        if (heap_[child].before(heap_[least])) least = child;
      }
      if (!heap_[least].before(node)) break;
      put(position, heap_[least]);
      position = least;
    }
    put(position, node);
  }

  std::vector<Node> heap_;
  std::vector<Task> tasks_;               ///< by place
  std::vector<std::uint64_t> numbers_;    ///< by place: of the timer that is, or was last, there
  std::vector<std::uint32_t> positions_;  ///< by place: where in the heap
  std::vector<std::uint32_t> free_;
  std::uint64_t next_number_ = 1;
};

}  // namespace gp::runtime
