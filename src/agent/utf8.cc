#include "agent/utf8.h"

namespace gp::agent {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

struct Step {
  std::size_t length;
  bool valid;
};

// The second byte has a narrower range after E0, ED, F0 and F4 (overlong forms, surrogates, beyond
// U+10FFFF).
struct SecondByte {
  unsigned char low;
  unsigned char high;
};

SecondByte second_byte_after(unsigned char lead) {
  switch (lead) {
    case 0xE0: return {0xA0, 0xBF};
    case 0xED: return {0x80, 0x9F};
    case 0xF0: return {0x90, 0xBF};
    case 0xF4: return {0x80, 0x8F};
    default: return {0x80, 0xBF};
  }
}

// The character, or the maximal invalid part, that begins at `at`.
Step step(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  if (lead < 0x80) return {1, true};
  if (lead < 0xC2 || lead > 0xF4) return {1, false};
  const std::size_t wanted = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  const SecondByte second = second_byte_after(lead);
  for (std::size_t i = 1; i < wanted; ++i) {
    const unsigned char low = i == 1 ? second.low : 0x80;
    const unsigned char high = i == 1 ? second.high : 0xBF;
    if (at + i >= text.size() || byte(at + i) < low || byte(at + i) > high) return {i, false};
  }
  return {wanted, true};
}

std::size_t valid_prefix(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const Step next = step(text, at);
    if (!next.valid) break;
    at += next.length;
  }
  return at;
}

}  // namespace

std::string replace_invalid_utf8(std::string text) {
  std::size_t at = valid_prefix(text);
  if (at == text.size()) return text;
  std::string out = text.substr(0, at);
  while (at < text.size()) {
    const Step next = step(text, at);
    out += next.valid ? std::string_view(text).substr(at, next.length) : kReplacement;
    at += next.length;
  }
  return out;
}

std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

}  // namespace gp::agent
