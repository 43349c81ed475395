#include "gardener/python/lexer.h"

#include <algorithm>
#include <cstring>

#include "gardener/python/char_class.h"
#include "gardener/python/string_literal.h"
#include "gardener/python/string_prefix.h"

namespace gp::python {

Lexer::Lexer(std::string_view source, std::size_t begin, Options options, ProblemList& problems)
    : source_(source),
      options_(options),
      problems_(problems),
      at_(source.data() + begin),
      end_(source.data() + source.size()),
      format_strings_(source, options.has_carriage_return) {
  tokens_.resize(256);
}

bool Lexer::begin_line() {
  for (;;) {
    measure_indentation();
    if (at_ == end_) return false;
    if (*at_ == '#') {
      comment();
    } else if (*at_ == '\n' || *at_ == '\r') {
      newline();
    } else {
      return true;
    }
  }
}

void Lexer::measure_indentation() {
  indentation_ = {};
  bool split = false;  // behind white space and a backslash the column does not grow
  for (; at_ < end_; ++at_) {
    if (end_ - at_ >= 8 && !split) {
      std::uint64_t bytes;
      std::memcpy(&bytes, at_, 8);
      if (bytes == 0x2020202020202020) {
        indentation_.column += 8;
        indentation_.narrow += 8;
        at_ += 7;
        continue;
      }
    }
    switch (*at_) {
      case ' ':
        if (!split) ++indentation_.column, ++indentation_.narrow;
        break;
      case '\t':
        if (!split) indentation_.column = (indentation_.column / 8 + 1) * 8, ++indentation_.narrow;
        break;
      case '\f':
        if (!split) indentation_ = {};
        break;
      case '\\':
        if (at_ + 1 == end_ || (at_[1] != '\n' && at_[1] != '\r')) return;
        ++at_;
        newline();
        --at_;
        split = indentation_.column > 0;
        break;
      default: return;
    }
  }
}

void Lexer::newline() {
  if (*at_ == '\r' && at_ + 1 < end_ && at_[1] == '\n') ++at_;
  ++at_;
  ++line_;
}

void Lexer::lex_line() {
  count_ = 0;
  has_comment_ = false;
  has_semicolon_ = false;
  at_line_start_ = false;
  too_long_ = false;
  brackets_.clear();
  field_tokens_.clear();
  field_ranges_.clear();
  while (lex_token()) {
  }
  hash_.feed(std::uint64_t{'\n'});
}

// False at the end of the logical line.
bool Lexer::lex_token() {
  if (at_ == end_) {
    if (!brackets_.empty())
      end_of_brackets("a bracket that is not closed before the end of the file");
    return false;
  }
  switch (char_class(*at_)) {
    case CharClass::kSpace: ++at_; return true;
    case CharClass::kLetter: return word();
    case CharClass::kDigit: number(); return true;
    case CharClass::kQuote: string(at_, 0); return true;
    case CharClass::kOpen: bracket(); return true;
    case CharClass::kClose: close_bracket(); return true;
    case CharClass::kNewline:
      newline();
      at_line_start_ = true;
      return !brackets_.empty();
    case CharClass::kHash:
      has_comment_ = true;
      comment();
      return true;
    case CharClass::kBackslash: continuation(); return true;
    case CharClass::kDot:
      if (end_ - at_ > 1 && is_digit(at_[1])) {
        number();
        return true;
      }
      operators();
      return true;
    case CharClass::kOperator: operators(); return true;
    case CharClass::kOther:
      if (*at_ != '\0') problems_.syntax(line_, "a character that has no meaning in Python");
      put(at_, at_ + 1, kStray);
      ++at_;
      return true;
  }
  return false;
}

bool Lexer::make_room(std::uint32_t line) {
  if (count_ >= kMaxTokens) {
    if (!too_long_)
      problems_.syntax(line,
                       "a statement of more than 8,000,000 tokens: the rest of it is not analysed");
    too_long_ = true;
    return false;
  }
  tokens_.resize(std::min(tokens_.size() * 2, kMaxTokens));
  return true;
}

bool Lexer::word() {
  const char* begin = at_;
  do ++at_;
  while (at_ < end_ && is_word(*at_));
  const std::string_view text(begin, static_cast<std::size_t>(at_ - begin));
  if (at_ < end_ && (*at_ == '"' || *at_ == '\'')) {
    std::uint8_t flags = 0;
    if (string_prefix(text, &flags)) {
      string(begin, flags);
      return true;
    }
  }
  if (at_line_start_) {
    at_line_start_ = false;
    const Keyword keyword = keyword_of(text);
    const bool is_from =
        keyword == Keyword::kFrom && count_ > 0 &&
        tokens_[count_ - 1].kind != kName;  // else it may belong to a yield or raise
    if (is_from || is_statement_keyword(keyword)) {
      at_ = begin;
      while (at_[-1] == ' ' || at_[-1] == '\t') --at_;  // the next line is measured from its start
      end_of_brackets("a bracket that is not closed before the next statement");
      return false;
    }
  }
  put(begin, at_, kName);
  return true;
}

void Lexer::end_of_brackets(const char* message) {
  problems_.syntax(brackets_.back().line, message);
  brackets_.clear();
}

void Lexer::number() {
  const char* begin = at_;
  if (*at_ == '0' && end_ - at_ > 1 && std::strchr("xXoObB", at_[1]) != nullptr && at_[1] != '\0') {
    const bool hexadecimal = (at_[1] | 0x20) == 'x';
    for (at_ += 2; at_ < end_; ++at_) {
      const char lower = static_cast<char>(*at_ | 0x20);
      if (!is_digit(*at_) && *at_ != '_' && !(hexadecimal && lower >= 'a' && lower <= 'f')) break;
    }
  } else {
    const auto digits = [this] {
      while (at_ < end_ && (is_digit(*at_) || *at_ == '_')) ++at_;
    };
    digits();
    if (at_ < end_ && *at_ == '.') {
      ++at_;
      digits();
    }
    if (at_ < end_ && (*at_ | 0x20) == 'e') {
      const char* exponent = at_ + 1;
      if (exponent < end_ && (*exponent == '+' || *exponent == '-')) ++exponent;
      if (exponent < end_ && is_digit(*exponent)) {
        at_ = exponent;
        digits();
      }
    }
    if (at_ < end_ && (*at_ | 0x20) == 'j') ++at_;
  }
  put(begin, at_, kNumber);
}

// at_ stands on the first quote.
void Lexer::string(const char* begin, std::uint8_t flags) {
  const char quote = *at_;
  const bool triple = end_ - at_ >= 3 && at_[1] == quote && at_[2] == quote;
  if (triple) flags |= kTriple;
  const char* content = at_ + (triple ? 3 : 1);
  Token token{offset(begin), 0, line_, kString, flags, static_cast<std::uint8_t>(at_ - begin)};
  std::uint32_t line_breaks = 0;
  bool terminated = false;
  if ((flags & kFormat) != 0) {
    const auto first = static_cast<std::uint32_t>(field_tokens_.size());
    const auto literal = format_strings_.lex(content, line_, quote, flags,
                                             options_.fields ? &field_tokens_ : nullptr);
    at_ = literal.end;
    line_breaks = literal.line_breaks;
    terminated = literal.terminated;
    if (field_tokens_.size() > first)
      field_ranges_.push_back(
          {token.begin, first, static_cast<std::uint32_t>(field_tokens_.size() - first)});
    if (terminated && !literal.ok)
      problems_.syntax(line_, "an f-string whose `{` and `}` do not make fields");
    if ((flags & kTemplate) != 0 || literal.template_version != 0)
      problems_.needs_version(line_, 14, "a t-string");
    else if (literal.minor_version != 0)
      problems_.needs_version(
          line_, literal.minor_version,
          "an f-string with its own quotes, a backslash or a comment in a field");
  } else {
    const LiteralEnd literal =
        plain_literal_end(content, end_, quote, triple, options_.has_carriage_return);
    at_ = literal.end;
    line_breaks = literal.line_breaks;
    terminated = literal.terminated;
  }
  if (!terminated) {
    token.flags |= kUnterminated;
    problems_.syntax(line_, "a string that is not closed");
  }
  token.end = offset(at_);
  at_line_start_ = false;
  put_token(token);
  line_ += line_breaks;
}

void Lexer::bracket() {
  brackets_.push_back({*at_, line_});
  put(at_, at_ + 1, static_cast<TokenKind>(*at_));
  ++at_;
  at_line_start_ = false;
}

void Lexer::close_bracket() {
  const char close = *at_;
  at_line_start_ = false;
  if (brackets_.empty()) {
    problems_.syntax(line_, "a closing bracket that was not opened");
    put(at_, at_ + 1, kStray);
  } else {
    const char open = brackets_.back().open;
    brackets_.pop_back();
    const char right = open == '(' ? ')' : open == '[' ? ']' : '}';
    if (close != right)
      problems_.syntax(line_, "a closing bracket of another kind than the open one");
    put(at_, at_ + 1, static_cast<TokenKind>(right));
  }
  ++at_;
}

void Lexer::operators() {
  const char c = *at_;
  const char next = end_ - at_ > 1 ? at_[1] : '\0';
  const char third = end_ - at_ > 2 ? at_[2] : '\0';
  std::uint32_t size = 1;
  auto kind = static_cast<TokenKind>(c);
  at_line_start_ = false;
  if (c == ',' || c == '~') {
  } else if (c == ';') {
    has_semicolon_ = true;
  } else if (c == '.') {
    if (next == '.' && third == '.') size = 3, kind = kEllipsis;
  } else if (c == ':') {
    if (next == '=') size = 2, kind = kWalrus;
  } else if (next == '=') {
    size = 2;
    kind = c == '=' || c == '!' || c == '<' || c == '>' ? kComparison : kAugmented;
  } else if (next == c && (c == '*' || c == '/' || c == '<' || c == '>')) {
    size = third == '=' ? 3 : 2;
    kind = third == '=' ? kAugmented : c == '*' ? kDoubleStar : kOtherOperator;
  } else if (c == '-' && next == '>') {
    size = 2;
    kind = kArrow;
  } else if (c == '<' && next == '>') {
    size = 2;
    kind = kComparison;
  } else if (c == '!') {
    problems_.syntax(line_, "a character that has no meaning in Python");
    kind = kStray;
  }
  put(at_, at_ + size, kind);
  at_ += size;
}

// Up to the line end, which stays.
void Lexer::comment() {
  const char* begin = at_;
  if (options_.has_carriage_return) {
    while (at_ < end_ && *at_ != '\n' && *at_ != '\r') ++at_;
  } else {
    const auto* found =
        static_cast<const char*>(std::memchr(at_, '\n', static_cast<std::size_t>(end_ - at_)));
    at_ = found == nullptr ? end_ : found;
  }
  if (options_.comments != nullptr) options_.comments->push_back({offset(begin), offset(at_)});
}

void Lexer::continuation() {
  ++at_;
  if (at_ < end_ && (*at_ == '\n' || *at_ == '\r')) {
    newline();
    return;
  }
  problems_.syntax(line_, "a backslash that does not end its line");
  put(at_ - 1, at_, kStray);
}

}  // namespace gp::python
