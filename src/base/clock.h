/// Clock: the only source of time. Real in production, virtual in tests and simulation.
#pragma once

#include <chrono>
#include <cstdint>

namespace gp {

using Duration = std::chrono::nanoseconds;
using MonotonicTime = std::chrono::time_point<std::chrono::steady_clock, Duration>;
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

class Clock {
 public:
  virtual ~Clock() = default;
  /// Never goes back; for timeouts and durations.
  virtual MonotonicTime now() const = 0;
  /// May jump; for timestamps that people and tokens see.
  virtual WallTime wall_now() const = 0;
};

/// The operating system's clocks.
class SystemClock final : public Clock {
 public:
  MonotonicTime now() const override { return std::chrono::steady_clock::now(); }
  WallTime wall_now() const override { return std::chrono::system_clock::now(); }
};

/// Seconds since 1970 with fractions, cut to microseconds: how times look on the wire. (Nanoseconds
/// since 1970 do not fit a double: 0.123 s would be written as 0.1230001.)
inline double to_seconds(WallTime time) {
  const auto whole = std::chrono::floor<std::chrono::microseconds>(time.time_since_epoch());
  return static_cast<double>(whole.count()) / 1e6;
}

/// The reverse of to_seconds, rounded to microseconds.
inline WallTime from_seconds(double seconds) {
  return WallTime(std::chrono::duration_cast<Duration>(std::chrono::microseconds(
      static_cast<std::int64_t>(seconds * 1e6 + (seconds < 0 ? -0.5 : 0.5)))));
}

}  // namespace gp
