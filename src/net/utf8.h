/// UTF-8 (RFC 3629) of complete text and of text that arrives in pieces.
///
/// Thread:  values.
/// Refused: overlong forms, surrogates (U+D800-DFFF), code points above U+10FFFF, bytes that start
///          nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gp::net {

bool is_valid_utf8(std::string_view text);

/// `text` without a character that its end cuts in two. Only the end is looked at.
std::string_view without_cut_character(std::string_view text);

/// Judges text piece by piece, at the first wrong byte: feed() fails as soon as no continuation
/// could make it valid.
class Utf8Validator {
 public:
  /// Must not be called again after a failure.
  [[nodiscard]] bool feed(std::string_view piece);
  /// No character is cut at this point.
  bool complete() const { return needed_ == 0; }

 private:
  bool step(unsigned char byte);

  std::uint8_t needed_ = 0;      ///< continuation bytes still to come
  std::uint8_t lowest_ = 0x80;   ///< smallest value the next continuation byte may have
  std::uint8_t highest_ = 0xbf;  ///< largest one
};

}  // namespace gp::net
