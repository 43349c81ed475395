#include "base/ids.h"

#include <chrono>

namespace gp {

// 48 bits of milliseconds, version 7, 12 bits of a counter within the millisecond, variant 10, 62
// random bits.
std::string IdSource::make(std::string_view prefix, WallTime now) {
  const auto since_epoch =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch());
  const auto milliseconds = static_cast<std::uint64_t>(since_epoch.count());
  if (milliseconds > last_milliseconds_) {
    last_milliseconds_ = milliseconds;
    counter_ = 0;
  } else if (++counter_ > 0xfff) {
    ++last_milliseconds_;
    counter_ = 0;
  }
  const std::uint64_t high = (last_milliseconds_ << 16) | 0x7000U | counter_;
  const std::uint64_t low = (random_.next() >> 2) | 0x8000000000000000ULL;

  static constexpr char kHex[] = "0123456789abcdef";
  char digits[32];
  for (int i = 0; i < 16; ++i) {
    digits[i] = kHex[(high >> (60 - 4 * i)) & 0xf];
    digits[16 + i] = kHex[(low >> (60 - 4 * i)) & 0xf];
  }
  std::string id;
  id.reserve(prefix.size() + 36);
  id.append(prefix).append(digits, 8).append("-").append(digits + 8, 4).append("-");
  id.append(digits + 12, 4).append("-").append(digits + 16, 4).append("-").append(digits + 20, 12);
  return id;
}

}  // namespace gp
