/// Trace: what happened in a schedule, as a hash (always) and as lines (when asked for). The same
/// seed gives the same hash: whatever goes in must depend on nothing else, addresses least of all.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace gp::sim {

class Trace {
 public:
  enum class Lines { kNone, kKept };
  explicit Trace(Lines lines = Lines::kNone) : kept_(lines == Lines::kKept) {}

  void mix(std::uint64_t value) { hash_ = (hash_ ^ value) * 0x100000001b3ULL; }
  void mix(std::string_view text) {
    mix(text.size());
    for (const char c : text) mix(static_cast<unsigned char>(c));
  }

  bool kept() const { return kept_; }
  template <class... Args>
  void line(MonotonicTime now, fmt::format_string<Args...> pattern, Args&&... args) {
    if (!kept_) return;
    const double ms =
        std::chrono::duration<double, std::milli>(now - MonotonicTime(std::chrono::hours(1)))
            .count();
    lines_.push_back(
        fmt::format("{:10.3f} ms  {}", ms, fmt::format(pattern, std::forward<Args>(args)...)));
  }

  std::uint64_t hash() const { return hash_; }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  bool kept_;
  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
  std::vector<std::string> lines_;
};

}  // namespace gp::sim
