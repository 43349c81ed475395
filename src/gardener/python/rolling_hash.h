/// RollingHash: the hash of any run of tokens from two states of one pass: h(a..b) = h(b) -
/// h(a)·K^n.
#pragma once

#include <cstdint>
#include <cstring>

#include "gardener/python/short_word.h"

namespace gp::python {

class RollingHash {
 public:
  /// One token. Bytes up to `readable_end` may be looked at.
  void feed(const char* data, std::uint32_t size, const char* readable_end) {
    std::uint64_t word = size;
    for (; size > 8; data += 8, size -= 8) {
      std::uint64_t part;
      std::memcpy(&part, data, 8);
      word = (word ^ part) * kMix;
      word ^= word >> 29;
    }
    feed(short_word(data, size, readable_end) ^ word * kMix);
  }
  void feed(std::uint64_t value) {
    value *= kMix;
    value ^= value >> 32;
    value_ = value_ * kBase + value;
    ++count_;
  }

  /// Of what was fed since `start`; never 0.
  std::uint64_t since(const RollingHash& start) const {
    std::uint64_t power = 1;
    std::uint64_t base = kBase;
    for (std::uint32_t n = count_ - start.count_; n != 0; n >>= 1, base *= base)
      if ((n & 1) != 0) power *= base;
    std::uint64_t hash = value_ - start.value_ * power;
    hash ^= hash >> 31;
    hash *= kMix;
    hash ^= hash >> 29;
    return hash == 0 ? 1 : hash;
  }

 private:
  static constexpr std::uint64_t kBase = 0x9fb21c651e98df25;
  static constexpr std::uint64_t kMix = 0xff51afd7ed558ccd;
  std::uint64_t value_ = 0;
  std::uint32_t count_ = 0;
};

}  // namespace gp::python
