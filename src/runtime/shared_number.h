/// SharedNumber: a counter or gauge that any thread may change and read, for metrics and health.
///
/// Relaxed by intention: it is a number by itself and never says that other data is ready.
/// Thread: any.
#pragma once

#include <atomic>
#include <cstdint>

namespace gp::runtime {

class SharedNumber {
 public:
  explicit SharedNumber(std::uint64_t value = 0) : value_(value) {}

  void add(std::uint64_t by = 1) { value_.fetch_add(by, std::memory_order_relaxed); }
  void set(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_;
};

}  // namespace gp::runtime
