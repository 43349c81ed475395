/// Random: the only source of randomness. The kernel's in production, seeded in tests and
/// simulation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace gp {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::byte> bytes) = 0;

  std::uint64_t next() {
    std::uint64_t value = 0;
    fill(std::as_writable_bytes(std::span(&value, 1)));
    return value;
  }
  /// Uniform in [0, bound); bound > 0. The bias of the modulo is below bound / 2^64.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
};

/// getrandom(2), buffered. Thread: one per core.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::byte> bytes) override;

 private:
  std::byte buffer_[4096];
  std::size_t used_ = sizeof(buffer_);
};

/// SplitMix64: the same seed gives the same bytes everywhere. Source: Steele, Lea, Flood, OOPSLA
/// 2014.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::byte> bytes) override;

 private:
  std::uint64_t state_;
};

}  // namespace gp
