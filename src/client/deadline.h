/// Deadline: the moment at which a blocking wait gives up. Every wait of this room takes one.
///
/// Thread: a value.
#pragma once

#include <algorithm>
#include <chrono>

#include "base/clock.h"

namespace gp::client {

class Deadline {
 public:
  static Deadline in(Duration duration) { return Deadline(SystemClock().now() + duration); }
  /// Waits take what is there already and do not block.
  static Deadline now() { return Deadline(MonotonicTime{}); }

  /// Never negative.
  Duration left() const { return std::max(Duration::zero(), at_ - SystemClock().now()); }
  bool over() const { return left() == Duration::zero(); }
  /// For poll(2): rounded up, so that a wait never ends before the deadline; at most an hour.
  int poll_milliseconds() const {
    const auto left_now = std::chrono::ceil<std::chrono::milliseconds>(left());
    return static_cast<int>(std::min(left_now, std::chrono::milliseconds(3'600'000)).count());
  }
  /// The earlier one.
  friend Deadline earlier(Deadline a, Deadline b) { return a.at_ < b.at_ ? a : b; }

 private:
  explicit Deadline(MonotonicTime at) : at_(at) {}

  MonotonicTime at_;
};

}  // namespace gp::client
