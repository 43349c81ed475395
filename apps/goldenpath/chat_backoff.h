/// Backoff: how long to wait before the next attempt to reconnect. Doubling, with full jitter, so
/// that the clients of a restarted server do not come back at once.
///
/// Thread: a value. Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015 ("full
/// jitter").
#pragma once

#include <algorithm>
#include <chrono>

#include "base/random.h"

namespace gp::app {

class Backoff {
 public:
  static constexpr std::chrono::milliseconds kFirst{250};
  static constexpr std::chrono::milliseconds kMax{10'000};

  explicit Backoff(Random& random) : random_(random) {}

  /// Between 50 ms and the ceiling, which doubles from kFirst to kMax with every call.
  std::chrono::milliseconds next() {
    const auto wait = std::chrono::milliseconds(
        50 + random_.below(static_cast<std::uint64_t>(ceiling_.count() - 50)));
    ceiling_ = std::min(kMax, ceiling_ * 2);
    return wait;
  }
  void reset() { ceiling_ = kFirst; }

 private:
  Random& random_;
  std::chrono::milliseconds ceiling_ = kFirst;
};

}  // namespace gp::app
