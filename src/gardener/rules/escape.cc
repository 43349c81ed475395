#include "gardener/rules/escape.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <cstdint>

namespace gp::rules {
namespace {

/// Bytes of the UTF-8 sequence at the front (RFC 3629: no surrogates, no overlong forms); 0 if
/// there is none.
std::size_t sequence_size(std::string_view text) {
  const auto byte = [&text](std::size_t i) {
    return i < text.size() ? static_cast<std::uint8_t>(text[i]) : std::uint8_t{0};
  };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return 1;
  std::size_t size = 0;
  std::uint8_t low = 0x80;
  std::uint8_t high = 0xbf;
  if (first >= 0xc2 && first <= 0xdf) {
    size = 2;
  } else if (first >= 0xe0 && first <= 0xef) {
    size = 3;
    if (first == 0xe0) low = 0xa0;
    if (first == 0xed) high = 0x9f;
  } else if (first >= 0xf0 && first <= 0xf4) {
    size = 4;
    if (first == 0xf0) low = 0x90;
    if (first == 0xf4) high = 0x8f;
  } else {
    return 0;
  }
  if (text.size() < size || byte(1) < low || byte(1) > high) return 0;
  for (std::size_t i = 2; i < size; ++i)
    if (byte(i) < 0x80 || byte(i) > 0xbf) return 0;
  return size;
}

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

/// C1 controls (U+0080 … U+009F) are control characters of terminals too.
bool is_c1(std::string_view sequence) {
  return sequence.size() == 2 && sequence[0] == '\xc2' &&
         static_cast<std::uint8_t>(sequence[1]) < 0xa0;
}

/// Calls `valid(sequence)` and `invalid(byte)` for the pieces of `bytes`.
template <class Valid, class Invalid>
void for_each_piece(std::string_view bytes, Valid valid, Invalid invalid) {
  while (!bytes.empty()) {
    const std::size_t size = sequence_size(bytes);
    if (size == 0) {
      invalid(static_cast<std::uint8_t>(bytes[0]));
    } else {
      valid(bytes.substr(0, size));
    }
    bytes.remove_prefix(std::max<std::size_t>(size, 1));
  }
}

}  // namespace

std::string json_text(std::string_view bytes) {
  std::string out = "\"";
  for_each_piece(
      bytes,
      [&out](std::string_view piece) {
        const auto first = static_cast<std::uint8_t>(piece[0]);
        if (piece == "\"" || piece == "\\") {
          out.append("\\").append(piece);
        } else if (piece == "\n") {
          out += "\\n";
        } else if (piece == "\t") {
          out += "\\t";
        } else if (first < 0x20 || first == 0x7f) {
          out += fmt::format("\\u{:04x}", first);
        } else {
          out += piece;
        }
      },
      [&out](std::uint8_t byte) { out += fmt::format("\\udc{:02x}", byte); });
  return out + "\"";
}

std::string utf8_text(std::string_view bytes) {
  std::string out;
  for_each_piece(
      bytes, [&out](std::string_view piece) { out += piece; },
      [&out](std::uint8_t) { out += kReplacement; });
  return out;
}

std::string shown_text(std::string_view bytes) {
  std::string out;
  for_each_piece(
      bytes,
      [&out](std::string_view piece) {
        const auto first = static_cast<std::uint8_t>(piece[0]);
        if (piece == "\t") {
          out += ' ';
        } else if (first < 0x20 || first == 0x7f) {
          out += fmt::format("\\x{:02x}", first);
        } else if (is_c1(piece)) {
          out += fmt::format("\\x{:02x}", static_cast<std::uint8_t>(piece[1]));
        } else {
          out += piece;
        }
      },
      [&out](std::uint8_t) { out += kReplacement; });
  return out;
}

std::string uri_text(std::string_view path) {
  static constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
  std::string out;
  for (const char c : path) {
    if (kPlain.find(c) != kPlain.npos) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<std::uint8_t>(c));
    }
  }
  return out;
}

std::string markdown_code(std::string_view bytes) {
  const std::string text = shown_text(bytes);
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(longest + 1, '`');
  const std::string space = longest == 0 ? "" : " ";
  std::string out = fence + space;
  for (const char c : text) {
    // A table's cell ends at a bar, even in code.
    if (c == '|') out += '\\';
    out += c;
  }
  return out + space + fence;
}

std::string markdown_text(std::string_view bytes) {
  static constexpr std::string_view kMarkup = "\\`*_{}[]<>#|~";
  const std::string text = shown_text(bytes);
  const auto is_word = [&text](std::size_t i) {
    return i < text.size() && std::isalnum(static_cast<unsigned char>(text[i])) != 0;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool inside_word = text[i] == '_' && i != 0 && is_word(i - 1) && is_word(i + 1);
    if (kMarkup.find(text[i]) != kMarkup.npos && !inside_word) out += '\\';
    out += text[i];
  }
  return out;
}

}  // namespace gp::rules
