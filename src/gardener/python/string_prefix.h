/// The prefixes of strings: any case and order of r, b, u, f, t as Python allows them (`ur` is
/// Python 2's).
#pragma once

#include <cstdint>
#include <string_view>

#include "gardener/python/token.h"

namespace gp::python {

/// True if `word` can stand before a quote; then `flags` is set.
inline bool string_prefix(std::string_view word, std::uint8_t* flags) {
  if (word.size() > 2) return false;
  std::uint8_t found = 0;
  for (const char c : word) {
    std::uint8_t flag = 0;
    switch (c | 0x20) {
      case 'r': flag = kRaw; break;
      case 'b': flag = kBytes; break;
      case 'f': flag = kFormat; break;
      case 't': flag = kFormat | kTemplate; break;
      case 'u':
        if (word.size() > 1) return false;
        break;
      default: return false;
    }
    if ((found & flag) != 0 || ((found | flag) & (kBytes | kFormat)) == (kBytes | kFormat))
      return false;
    found |= flag;
  }
  *flags = found;
  return true;
}

}  // namespace gp::python
