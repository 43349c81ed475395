/// Lexer: the logical lines of a file, as tokens.
///
/// begin_line() finds the next line that has a token and measures its indentation; lex_line() reads
/// its tokens up to the line end outside brackets. Both feed the rolling hash (tokens only). An
/// unclosed bracket ends its line where a line begins with a keyword no expression can hold. Limit:
/// kMaxTokens per logical line are kept; what follows in it is read but not analysed, a problem
/// says so.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "gardener/python/facts.h"
#include "gardener/python/format_string.h"
#include "gardener/python/keyword.h"
#include "gardener/python/problem_list.h"
#include "gardener/python/rolling_hash.h"
#include "gardener/python/token.h"

namespace gp::python {

struct Indentation {
  std::uint32_t column = 0;  ///< tabs to multiples of 8
  std::uint32_t narrow = 0;  ///< tabs count 1: a second opinion that finds ambiguous mixes
};

/// The tokens of the fields of one f-string.
struct FieldTokens {
  std::uint32_t string_begin = 0;  ///< offset of the literal
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

class Lexer {
 public:
  static constexpr std::size_t kMaxTokens = 8'000'000;

  struct Options {
    bool has_carriage_return = false;
    bool fields = false;                    ///< keep the tokens of f-strings' fields
    std::vector<Span>* comments = nullptr;  ///< null: not kept
  };

  Lexer(std::string_view source, std::size_t begin, Options options, ProblemList& problems);

  bool begin_line();
  void lex_line();

  Indentation indentation() const { return indentation_; }
  std::uint32_t line() const { return line_; }
  Tokens tokens() const { return {tokens_.data(), count_}; }
  bool has_comment() const { return has_comment_; }
  bool has_semicolon() const { return has_semicolon_; }
  const std::vector<FieldTokens>& fields() const { return field_ranges_; }
  const std::vector<Token>& field_tokens() const { return field_tokens_; }
  RollingHash& hash() { return hash_; }

 private:
  struct Bracket {
    char open;
    std::uint32_t line;
  };

  bool lex_token();
  bool word();
  void number();
  void string(const char* begin, std::uint8_t flags);
  void bracket();
  void close_bracket();
  void operators();
  void comment();
  void continuation();
  void newline();
  void end_of_brackets(const char* message);
  void measure_indentation();
  void put(const char* begin, const char* end, TokenKind kind) {
    put_token({offset(begin), offset(end), line_, kind, 0, 0});
  }
  void put_token(const Token& token) {
    hash_.feed(source_.data() + token.begin, token.end - token.begin, end_);
    if (count_ == tokens_.size() && !make_room(token.line)) return;
    tokens_[count_++] = token;
  }
  bool make_room(std::uint32_t line);
  std::uint32_t offset(const char* at) const {
    return static_cast<std::uint32_t>(at - source_.data());
  }

  std::string_view source_;
  Options options_;
  ProblemList& problems_;
  const char* at_;
  const char* end_;
  std::uint32_t line_ = 1;
  Indentation indentation_{};
  RollingHash hash_{};
  std::vector<Token> tokens_{};
  std::size_t count_ = 0;
  std::vector<Bracket> brackets_{};
  bool has_comment_ = false;
  bool has_semicolon_ = false;
  bool at_line_start_ = false;  ///< of a physical line inside brackets
  bool too_long_ = false;
  FormatStringLexer format_strings_;
  std::vector<Token> field_tokens_{};
  std::vector<FieldTokens> field_ranges_{};
};

}  // namespace gp::python
