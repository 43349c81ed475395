/// MemoryCeiling: whether the process holds more memory than it was given (limits.memory_bytes).
///
/// Looks at most every kLook; above the ceiling it first asks the allocator to give back what is
/// free, so that memory that was only fragmented does not refuse anybody.
/// Owner: a listener. Thread: its core. Reaction: the listener refuses new connections with 503.
#pragma once

#include <cstddef>

#include "base/clock.h"
#include "base/unique_function.h"

namespace gp::net {

/// Physical memory of this process; 0 if the system does not tell.
std::size_t resident_bytes();
/// The allocator's free pages go back to the system.
void give_memory_back();

class MemoryCeiling {
 public:
  static constexpr Duration kLook = std::chrono::milliseconds(200);

  /// 0: no ceiling.
  explicit MemoryCeiling(std::size_t bytes_max,
                         UniqueFunction<std::size_t()> bytes = resident_bytes)
      : bytes_max_(bytes_max), bytes_(std::move(bytes)) {}

  bool reached(MonotonicTime now);

 private:
  const std::size_t bytes_max_;
  UniqueFunction<std::size_t()> bytes_;
  MonotonicTime looked_{};
  bool reached_ = false;
};

}  // namespace gp::net
