#include "gardener/python/string_literal.h"

#include <algorithm>
#include <cstring>

namespace gp::python {
namespace {

bool is_escaped(const char* begin, const char* at) {
  const char* first = at;
  while (first > begin && first[-1] == '\\') --first;
  return ((at - first) & 1) != 0;
}

LiteralEnd triple_end(const char* at, const char* end, char quote, bool has_carriage_return) {
  const char* begin = at;
  for (;;) {
    const auto* found =
        static_cast<const char*>(std::memchr(at, quote, static_cast<std::size_t>(end - at)));
    if (found == nullptr) return {end, count_line_breaks(begin, end, has_carriage_return), false};
    if (is_escaped(begin, found)) {
      at = found + 1;
      continue;
    }
    if (end - found >= 3 && found[1] == quote && found[2] == quote)
      return {found + 3, count_line_breaks(begin, found, has_carriage_return), true};
    at = found + 1;
  }
}

LiteralEnd single_end(const char* at, const char* end, char quote) {
  std::uint32_t breaks = 0;
  for (; at < end; ++at) {
    const char c = *at;
    if (c == quote) return {at + 1, breaks, true};
    if (c == '\n' || c == '\r') return {at, breaks, false};
    if (c != '\\') continue;
    if (++at == end) return {end, breaks, false};
    if (*at == '\r' && at + 1 < end && at[1] == '\n') ++at;
    if (*at == '\n' || *at == '\r') ++breaks;
  }
  return {end, breaks, false};
}

}  // namespace

std::uint32_t count_line_breaks(const char* at, const char* end, bool has_carriage_return) {
  auto breaks = static_cast<std::uint32_t>(std::count(at, end, '\n'));
  if (!has_carriage_return) return breaks;
  for (; at < end; ++at)
    if (*at == '\r' && (at + 1 == end || at[1] != '\n')) ++breaks;
  return breaks;
}

LiteralEnd plain_literal_end(const char* at, const char* end, char quote, bool triple,
                             bool has_carriage_return) {
  if (at >= end) return {end, 0, false};
  return triple ? triple_end(at, end, quote, has_carriage_return) : single_end(at, end, quote);
}

}  // namespace gp::python
