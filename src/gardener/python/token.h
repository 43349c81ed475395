/// Token: a piece of a logical line. White space, comments and line ends inside brackets are no
/// tokens.
#pragma once

#include <cstdint>
#include <span>

namespace gp::python {

/// One-character operators and brackets are their own kind ('(' is a '('); the rest is below.
using TokenKind = std::uint8_t;

inline constexpr TokenKind kName = 128;  ///< identifiers and keywords
inline constexpr TokenKind kNumber = 129;
inline constexpr TokenKind kString = 130;
inline constexpr TokenKind kFieldOpen = 131;   ///< `{` of an f-string
inline constexpr TokenKind kFieldClose = 132;  ///< its `}`
inline constexpr TokenKind kArrow = 133;
inline constexpr TokenKind kWalrus = 134;
inline constexpr TokenKind kComparison = 135;  ///< == != <= >= <>; `<` and `>` are themselves
inline constexpr TokenKind kAugmented = 136;   ///< += and its like
inline constexpr TokenKind kDoubleStar = 137;
inline constexpr TokenKind kEllipsis = 138;
inline constexpr TokenKind kOtherOperator = 139;  ///< // << >>
inline constexpr TokenKind kStray = 140;          ///< a byte Python has no use for

/// Flags of a string.
inline constexpr std::uint8_t kRaw = 1;
inline constexpr std::uint8_t kBytes = 2;
inline constexpr std::uint8_t kFormat = 4;
inline constexpr std::uint8_t kTemplate = 8;  ///< t"…": kFormat is set too
inline constexpr std::uint8_t kTriple = 16;
inline constexpr std::uint8_t kUnterminated = 32;

struct Token {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t line = 0;  ///< of begin
  TokenKind kind = 0;
  std::uint8_t flags = 0;
  std::uint8_t prefix = 0;  ///< bytes before a string's first quote
};

using Tokens = std::span<const Token>;

inline bool is_open(TokenKind kind) { return kind == '(' || kind == '[' || kind == '{'; }
inline bool is_close(TokenKind kind) { return kind == ')' || kind == ']' || kind == '}'; }

}  // namespace gp::python
