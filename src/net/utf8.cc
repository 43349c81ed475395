#include "net/utf8.h"

#include <simdjson.h>

#include <algorithm>

namespace gp::net {
namespace {

/// Length of the character that starts with `byte`; 1 for bytes that start none, which the
/// validators then refuse.
std::size_t character_size(unsigned char byte) {
  if (byte >= 0xf0) return 4;
  if (byte >= 0xe0) return 3;
  if (byte >= 0xc0) return 2;
  return 1;
}

bool is_continuation(unsigned char byte) { return (byte & 0xc0) == 0x80; }

}  // namespace

bool is_valid_utf8(std::string_view text) {
  return text.empty() || simdjson::validate_utf8(text.data(), text.size());
}

std::string_view without_cut_character(std::string_view text) {
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, text.size()); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if (is_continuation(byte)) continue;
    return character_size(byte) > back ? text.substr(0, text.size() - back) : text;
  }
  return text;
}

// A piece is: the rest of a character cut before it (byte by byte), whole characters (vectorised),
// the start of a character cut at its end (byte by byte, so that its first wrong byte is seen now
// and not with the next piece).
bool Utf8Validator::feed(std::string_view piece) {
  while (needed_ > 0 && !piece.empty()) {
    if (!step(static_cast<unsigned char>(piece.front()))) return false;
    piece.remove_prefix(1);
  }
  const std::string_view whole = without_cut_character(piece);
  if (!is_valid_utf8(whole)) return false;
  return std::ranges::all_of(piece.substr(whole.size()),
                             [this](char c) { return step(static_cast<unsigned char>(c)); });
}

// RFC 3629 section 4: only the first continuation byte has a narrowed range, after E0, ED, F0 and
// F4.
bool Utf8Validator::step(unsigned char byte) {
  if (needed_ > 0) {
    if (byte < lowest_ || byte > highest_) return false;
    --needed_;
    lowest_ = 0x80;
    highest_ = 0xbf;
    return true;
  }
  if (byte < 0x80) return true;
  if (byte < 0xc2 || byte > 0xf4) return false;
  needed_ = static_cast<std::uint8_t>(character_size(byte) - 1);
  if (byte == 0xe0) lowest_ = 0xa0;
  if (byte == 0xed) highest_ = 0x9f;
  if (byte == 0xf0) lowest_ = 0x90;
  if (byte == 0xf4) highest_ = 0x8f;
  return true;
}

}  // namespace gp::net
