/// Classes of bytes, as Python's tokenizer tells them apart. Bytes over 0x7f count as letters:
/// which of them may stand in an identifier is not our question.
#pragma once

#include <array>
#include <cstdint>

namespace gp::python {

enum class CharClass : std::uint8_t {
  kOther,  ///< no place outside strings and comments
  kSpace,
  kLetter,
  kDigit,
  kQuote,
  kOpen,
  kClose,
  kNewline,
  kHash,
  kBackslash,
  kDot,
  kOperator
};

namespace detail {
constexpr std::array<CharClass, 256> make_char_classes() {
  std::array<CharClass, 256> table{};
  for (int c = 'a'; c <= 'z'; ++c) table[c] = table[c - 'a' + 'A'] = CharClass::kLetter;
  for (int c = 0x80; c <= 0xff; ++c) table[c] = CharClass::kLetter;
  table['_'] = CharClass::kLetter;
  for (int c = '0'; c <= '9'; ++c) table[c] = CharClass::kDigit;
  for (const int c : {' ', '\t', '\f'}) table[c] = CharClass::kSpace;
  for (const int c : {'\'', '"'}) table[c] = CharClass::kQuote;
  for (const int c : {'(', '[', '{'}) table[c] = CharClass::kOpen;
  for (const int c : {')', ']', '}'}) table[c] = CharClass::kClose;
  for (const int c : {'\n', '\r'}) table[c] = CharClass::kNewline;
  for (const int c :
       {'+', '-', '*', '/', '%', '@', '&', '|', '^', '~', '<', '>', '=', '!', ':', ';', ','})
    table[c] = CharClass::kOperator;
  table['#'] = CharClass::kHash;
  table['\\'] = CharClass::kBackslash;
  table['.'] = CharClass::kDot;
  return table;
}
inline constexpr std::array<CharClass, 256> kCharClasses = make_char_classes();

constexpr std::array<bool, 256> make_word_bytes() {
  std::array<bool, 256> table{};
  for (int c = 0; c < 256; ++c)
    table[c] = kCharClasses[c] == CharClass::kLetter || kCharClasses[c] == CharClass::kDigit;
  return table;
}
inline constexpr std::array<bool, 256> kWordBytes = make_word_bytes();
}  // namespace detail

inline CharClass char_class(char c) { return detail::kCharClasses[static_cast<unsigned char>(c)]; }
inline bool is_word(char c) { return detail::kWordBytes[static_cast<unsigned char>(c)]; }
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace gp::python
