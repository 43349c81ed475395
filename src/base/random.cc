#include "base/random.h"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/assert.h"

namespace gp {

void SystemRandom::fill(std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    if (used_ == sizeof(buffer_)) {
      std::size_t have = 0;
      while (have < sizeof(buffer_)) {
        const ssize_t got = ::getrandom(buffer_ + have, sizeof(buffer_) - have, 0);
        GP_ASSERT(got > 0 || errno == EINTR, "getrandom failed");
        if (got > 0) have += static_cast<std::size_t>(got);
      }
      used_ = 0;
    }
    const std::size_t count = std::min(bytes.size(), sizeof(buffer_) - used_);
    std::memcpy(bytes.data(), buffer_ + used_, count);
    std::memset(buffer_ + used_, 0, count);
    used_ += count;
    bytes = bytes.subspan(count);
  }
}

void SeededRandom::fill(std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t value = state_;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
    value ^= value >> 31;
    const std::size_t count = std::min(bytes.size(), sizeof(value));
    std::memcpy(bytes.data(), &value, count);
    bytes = bytes.subspan(count);
  }
}

}  // namespace gp
