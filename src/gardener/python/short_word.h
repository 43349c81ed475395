/// short_word(): up to eight bytes as one number, the first byte lowest.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace gp::python {

static_assert(std::endian::native == std::endian::little,
              "short_word() reads the first byte lowest");

/// `size` is at most 8. `readable_end` is the end of the memory that may be read: away from it the
/// eight bytes are read at once.
inline std::uint64_t short_word(const char* data, std::size_t size, const char* readable_end) {
  std::uint64_t word = 0;
  if (readable_end - data >= 8) [[likely]] {
    std::memcpy(&word, data, 8);
    return size >= 8 ? word : word & ((std::uint64_t{1} << (8 * size)) - 1);
  }
  for (std::size_t i = size; i-- > 0;) word = word << 8 | static_cast<unsigned char>(data[i]);
  return word;
}

}  // namespace gp::python
