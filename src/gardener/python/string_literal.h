/// Where a string literal ends.
#pragma once

#include <cstdint>
#include <string_view>

namespace gp::python {

struct LiteralEnd {
  const char* end = nullptr;      ///< behind the closing quote, or where an unterminated one stops
  std::uint32_t line_breaks = 0;  ///< inside
  bool terminated = false;
};

/// `at` stands behind the opening quotes. A backslash always hides the byte behind it, in raw
/// strings too. A single-quoted one stops before an unescaped line end, a triple-quoted one at
/// `end`.
LiteralEnd plain_literal_end(const char* at, const char* end, char quote, bool triple,
                             bool has_carriage_return);

/// Line ends in the text: LF, CR LF or a lone CR.
std::uint32_t count_line_breaks(const char* at, const char* end, bool has_carriage_return);

}  // namespace gp::python
