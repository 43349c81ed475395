// In a literal's text (literal_part) `{` opens a field, in a field (field_part) tokens are read
// until `}` closes it or `:` leads back to text, the format spec, in which fields nest once more.
#include "gardener/python/format_string.h"

#include <cstring>

#include "gardener/python/char_class.h"
#include "gardener/python/string_literal.h"
#include "gardener/python/string_prefix.h"

namespace gp::python {

FormatStringLexer::Outcome FormatStringLexer::lex(const char* at, std::uint32_t line, char quote,
                                                  std::uint8_t flags, std::vector<Token>* fields) {
  const bool triple = (flags & kTriple) != 0;
  const std::size_t tokens_before = fields == nullptr ? 0 : fields->size();
  if (wasted_ <= source_.size()) {
    stack_.clear();
    fields_ = fields;
    at_ = at;
    line_ = line;
    in_field_ = false;
    needs_701_ = false;
    has_template_ = false;
    stack_.push_back({at, 0, 0, 0, quote, triple, (flags & kRaw) != 0});
    if (run())
      return {at_,
              line_ - line,
              true,
              true,
              static_cast<std::uint16_t>(needs_701_ ? 12 : 0),
              static_cast<std::uint16_t>(has_template_ ? 14 : 0)};
    wasted_ += static_cast<std::uint64_t>(at_ - at) + 64;
  }
  if (fields != nullptr) fields->resize(tokens_before);
  const LiteralEnd plain = plain_literal_end(at, source_end(), quote, triple, has_carriage_return_);
  return {plain.end, plain.line_breaks, plain.terminated, false, 0, 0};
}

bool FormatStringLexer::run() {
  while (!stack_.empty())
    if (at_ >= source_end() || !(in_field_ ? field_part() : literal_part())) return false;
  return true;
}

void FormatStringLexer::newline() {
  if (*at_ == '\r' && at_ + 1 < source_end() && at_[1] == '\n') ++at_;
  ++at_;
  ++line_;
}

void FormatStringLexer::put(const char* begin, const char* end, TokenKind kind,
                            std::uint32_t line) {
  if (fields_ != nullptr) fields_->push_back({offset(begin), offset(end), line, kind, 0, 0});
}

bool FormatStringLexer::literal_part() {
  Frame& frame = stack_.back();
  const char* const end = source_end();
  while (at_ < end) {
    const char c = *at_;
    if (c == frame.quote) {
      if (!frame.triple) return close_literal(at_ + 1);
      if (end - at_ >= 3 && at_[1] == c && at_[2] == c) return close_literal(at_ + 3);
      ++at_;
    } else if (c == '{') {
      if (frame.fields == 0 && at_ + 1 < end && at_[1] == '{') {
        at_ += 2;
        continue;
      }
      if (frame.fields >= 2) needs_701_ = true;  // deeper nesting of format specs was refused
      ++frame.fields;
      frame.depth = 0;
      put(at_, at_ + 1, kFieldOpen, line_);
      ++at_;
      in_field_ = true;
      return true;
    } else if (c == '}') {
      if (frame.fields == 0) {
        if (at_ + 1 == end || at_[1] != '}') return false;
        at_ += 2;
        continue;
      }
      put(at_, at_ + 1, kFieldClose, line_);
      ++at_;
      --frame.fields;
    } else if (c == '\\') {
      if (stack_.size() > 1) needs_701_ = true;
      if (++at_ == end) return false;
      if (*at_ == '{' || *at_ == '}') continue;
      if (*at_ == '\n' || *at_ == '\r') {
        newline();
      } else if (*at_ == 'N' && !frame.raw && at_ + 1 < end && at_[1] == '{') {
        while (at_ < end && *at_ != '}' && *at_ != '\n' && *at_ != frame.quote) ++at_;
        if (at_ < end && *at_ == '}') ++at_;
      } else {
        ++at_;
      }
    } else if (c == '\n' || c == '\r') {
      if (!frame.triple) return false;
      newline();
    } else {
      ++at_;
    }
  }
  return false;
}

bool FormatStringLexer::close_literal(const char* end) {
  const Frame frame = stack_.back();
  if (frame.fields > 0) return false;
  if (!needs_701_ &&
      plain_literal_end(frame.content, source_end(), frame.quote, frame.triple, false).end != end)
    needs_701_ = true;
  stack_.pop_back();
  if (!stack_.empty() && fields_ != nullptr) (*fields_)[frame.token].end = offset(end);
  at_ = end;
  in_field_ = !stack_.empty();
  return true;
}

bool FormatStringLexer::open_literal(const char* quote_at, const char* begin, std::uint8_t flags) {
  const char quote = *quote_at;
  const bool triple = source_end() - quote_at >= 3 && quote_at[1] == quote && quote_at[2] == quote;
  const char* content = quote_at + (triple ? 3 : 1);
  const std::uint32_t line = line_;
  if ((flags & kFormat) != 0) {
    if ((flags & kTemplate) != 0) has_template_ = true;
    stack_.push_back({content, fields_ == nullptr ? 0 : fields_->size(), 0, 0, quote, triple,
                      (flags & kRaw) != 0});
    put(begin, content, kString, line);
    at_ = content;
    in_field_ = false;
    return true;
  }
  const LiteralEnd literal =
      plain_literal_end(content, source_end(), quote, triple, has_carriage_return_);
  if (!literal.terminated) return false;
  if (std::memchr(content, '\\', static_cast<std::size_t>(literal.end - content)) != nullptr)
    needs_701_ = true;
  line_ += literal.line_breaks;
  put(begin, literal.end, kString, line);
  at_ = literal.end;
  return true;
}

bool FormatStringLexer::field_word() {
  const char* begin = at_;
  const char* const end = source_end();
  while (at_ < end && is_word(*at_)) ++at_;
  if (at_ < end && (*at_ == '\'' || *at_ == '"')) {
    std::uint8_t flags = 0;
    if (string_prefix({begin, static_cast<std::size_t>(at_ - begin)}, &flags))
      return open_literal(at_, begin, flags);
  }
  put(begin, at_, kName, line_);
  return true;
}

bool FormatStringLexer::field_part() {
  const char* const end = source_end();
  const char c = *at_;
  switch (char_class(c)) {
    case CharClass::kSpace: ++at_; return true;
    case CharClass::kNewline: newline(); return true;
    case CharClass::kLetter: return field_word();
    case CharClass::kQuote: return open_literal(at_, at_, 0);
    case CharClass::kHash:
      needs_701_ = true;
      while (at_ < end && *at_ != '\n' && *at_ != '\r') ++at_;
      return true;
    case CharClass::kBackslash:
      needs_701_ = true;
      if (++at_ == end || (*at_ != '\n' && *at_ != '\r')) return false;
      newline();
      return true;
    case CharClass::kDigit: {
      const char* begin = at_;
      while (at_ < end && (is_word(*at_) || (*at_ == '.' && at_ + 1 < end && is_digit(at_[1]))))
        ++at_;
      put(begin, at_, kNumber, line_);
      return true;
    }
    default: return field_operator();
  }
}

bool FormatStringLexer::field_operator() {
  Frame& frame = stack_.back();
  const char* const end = source_end();
  const char c = *at_;
  const char next = at_ + 1 < end ? at_[1] : '\0';
  if (frame.depth == 0 && (c == '}' || c == ':')) {
    in_field_ = false;  // literal_part() sees the `}`, or the text of the format spec
    if (c == ':') ++at_;
    return true;
  }
  if (is_open(static_cast<TokenKind>(c))) {
    ++frame.depth;
  } else if (is_close(static_cast<TokenKind>(c))) {
    if (frame.depth == 0) return false;
    --frame.depth;
  } else if ((c == '=' || c == '!' || c == '<' || c == '>') && next == '=') {
    put(at_, at_ + 2, kComparison, line_);
    at_ += 2;
    return true;
  } else if (c == '!') {  // the conversion: `!r`
    at_ += is_word(next) ? 2 : 1;
    return true;
  } else if (c == ':' && next == '=') {
    put(at_, at_ + 2, kWalrus, line_);
    at_ += 2;
    return true;
  } else if (c == '*' && next == '*') {
    put(at_, at_ + 2, kDoubleStar, line_);
    at_ += 2;
    return true;
  } else if (char_class(c) == CharClass::kOther) {
    return false;
  }
  put(at_, at_ + 1, static_cast<TokenKind>(c), line_);
  ++at_;
  return true;
}

}  // namespace gp::python
