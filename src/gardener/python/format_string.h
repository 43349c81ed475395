/// FormatStringLexer: the end of an f-string or t-string and the tokens of its fields (PEP 498,
/// 701, 750).
///
/// A stack of open literals and fields, no recursion. A literal that is valid before 3.12 ends at
/// the same byte under the old rules; where the two ends differ, or a field holds a backslash or a
/// comment, it needs 3.12. If the fields do not close, the literal is taken as a plain string and
/// ok is false; the bytes lost by such attempts are limited to the size of the source, then fields
/// are not looked into.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "gardener/python/token.h"

namespace gp::python {

class FormatStringLexer {
 public:
  struct Outcome {
    const char* end = nullptr;
    std::uint32_t line_breaks = 0;
    bool terminated = false;
    bool ok = false;                     ///< fields were understood
    std::uint16_t minor_version = 0;     ///< 12 if the fields need 3.12
    std::uint16_t template_version = 0;  ///< 14 if a t-string is nested inside
  };

  FormatStringLexer(std::string_view source, bool has_carriage_return)
      : source_(source), has_carriage_return_(has_carriage_return) {}

  /// `at` stands behind the opening quotes; the tokens of the fields are appended to `fields` if it
  /// is not null, nested literals as kString.
  Outcome lex(const char* at, std::uint32_t line, char quote, std::uint8_t flags,
              std::vector<Token>* fields);

 private:
  struct Frame {
    const char* content = nullptr;  ///< behind the opening quotes
    std::size_t token = 0;          ///< of a nested literal
    std::uint32_t depth = 0;        ///< brackets open in the field that is above this literal
    std::uint32_t fields = 0;  ///< fields open in this literal (a field in a format spec nests)
    char quote = 0;
    bool triple = false;
    bool raw = false;
  };

  bool run();
  bool literal_part();
  bool field_part();
  bool close_literal(const char* end);
  bool open_literal(const char* quote_at, const char* begin, std::uint8_t flags);
  bool field_word();
  bool field_operator();
  void newline();
  void put(const char* begin, const char* end, TokenKind kind, std::uint32_t line);
  std::uint32_t offset(const char* at) const {
    return static_cast<std::uint32_t>(at - source_.data());
  }
  const char* source_end() const { return source_.data() + source_.size(); }

  std::string_view source_;
  bool has_carriage_return_;
  std::uint64_t wasted_ = 0;
  std::vector<Frame> stack_{};
  std::vector<Token>* fields_ = nullptr;
  const char* at_ = nullptr;
  std::uint32_t line_ = 0;
  bool in_field_ = false;
  bool needs_701_ = false;
  bool has_template_ = false;
};

}  // namespace gp::python
