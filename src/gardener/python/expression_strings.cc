// The part of ExpressionWalker that says what a string is for: its neighbours and the bracket
// around decide.
#include "gardener/python/expression_walker.h"
#include "gardener/python/string_content.h"

namespace gp::python {

StringLiteral ExpressionWalker::literal_of(const Token& token) const {
  StringLiteral literal;
  literal.span = span_of(token);
  literal.content = content_of(token);
  literal.is_raw = (token.flags & kRaw) != 0;
  literal.is_bytes = (token.flags & kBytes) != 0;
  literal.is_format = (token.flags & kFormat) != 0;
  literal.is_triple = (token.flags & kTriple) != 0;
  literal.has_escape =
      !literal.is_raw && context_.text(literal.content).find('\\') != std::string_view::npos;
  literal.block = blocks_.block();
  literal.line = token.line;
  literal.assigned_to = shape_.assigned_to;
  return literal;
}

namespace {

// Operators that take an operand before a comparison does, and what goes on with a primary.
bool binds_tighter(TokenKind kind) {
  switch (kind) {
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '@':
    case '&':
    case '|':
    case '^':
    case '.':
    case kOtherOperator:
    case kDoubleStar: return true;
    default: return false;
  }
}

}  // namespace

// Neighbouring literals are one string: all get the same role.
std::size_t ExpressionWalker::strings(std::size_t at) {
  std::size_t end = at;
  while (kind_at(end) == kString) ++end;
  begin_primary(tokens_[at]);
  StringLiteral role;
  role.call = top().call;
  string_role(at, end, role);
  for (; at < end; ++at) {
    StringLiteral literal = literal_of(tokens_[at]);
    literal.role = role.role;
    literal.call = role.call;
    literal.argument = role.argument;
    literal.keyword = role.keyword;
    literal.is_joined = end - at > 1 || (at > 0 && tokens_[at - 1].kind == kString);
    context_.facts.strings.push_back(literal);
    const std::uint32_t primary = primary_;
    const bool awaited = primary_awaited_;
    if (literal.is_format) fields(tokens_[at]);
    primary_ = primary;
    primary_awaited_ = awaited;
  }
  after_operand_ = true;
  after_await_ = false;
  last_use_ = kNone;
  return end;
}

// Outside brackets: can what begins here be an element of a tuple? The comma of an assert makes
// none.
bool ExpressionWalker::is_tuple_place(std::size_t at) const {
  if (keyword_at(0) == Keyword::kAssert) return false;
  if (at == 0 || at == shape_.value || tokens_[at - 1].kind == ',') return true;
  const Keyword before = keyword_at(at - 1);
  return before == Keyword::kReturn || before == Keyword::kYield || before == Keyword::kIn;
}

// Is the token at `at` the star of an argument or element, not a multiplication?
bool ExpressionWalker::unpacks(std::size_t at, const ExpressionFrame& frame) const {
  return kind_at(at) == '*' && (at == frame.content || tokens_[at - 1].kind == ',');
}

// `with (a, b):` has two items, not a tuple.
bool ExpressionWalker::holds_with_items(const ExpressionFrame& frame) const {
  const std::size_t with = keyword_at(0) == Keyword::kAsync ? 1 : 0;
  return frame.content == with + 2 && keyword_at(with) == Keyword::kWith;
}

// Is [begin, end) a whole operand of a comparison, `in` or `is`?
bool ExpressionWalker::is_compared(std::size_t begin, std::size_t end,
                                   const ExpressionFrame& frame) const {
  const auto compares = [this](std::size_t at) {
    const TokenKind kind = kind_at(at);
    const Keyword word = keyword_at(at);
    return kind == kComparison || kind == '<' || kind == '>' || word == Keyword::kIn ||
           word == Keyword::kIs;
  };
  const TokenKind after = kind_at(end);
  const bool goes_on = binds_tighter(after) || after == '(' || after == '[';
  if (begin > 0 && compares(begin - 1) && !goes_on &&
      !(keyword_at(begin - 1) == Keyword::kIn && frame.is_loop_in))
    return true;
  const TokenKind before = begin > 0 ? kind_at(begin - 1) : TokenKind{0};
  if (before == '~' || (binds_tighter(before) && !unpacks(begin - 1, frame))) return false;
  return compares(end) || (keyword_at(end) == Keyword::kNot && keyword_at(end + 1) == Keyword::kIn);
}

void ExpressionWalker::string_role(std::size_t begin, std::size_t end, StringLiteral& literal) {
  // Parentheses around nothing but the string are not there.
  std::size_t frame_index = frames_.size() - 1;
  while (begin > 0 && tokens_[begin - 1].kind == '(' && kind_at(end) == ')' &&
         frames_[frame_index].kind == FrameKind::kGroup) {
    --begin;
    ++end;
    --frame_index;
  }
  const ExpressionFrame& frame = frames_[frame_index];
  const TokenKind before = begin > 0 ? tokens_[begin - 1].kind : TokenKind{0};
  const TokenKind after = kind_at(end);
  const Keyword word_after = keyword_at(end);

  if (is_compared(begin, end, frame)) {
    literal.role = StringRole::kCompare;
    return;
  }
  const bool begins = begin == frame.content || before == ',';
  const bool in_comprehension = word_after == Keyword::kFor || word_after == Keyword::kAsync;
  const bool ends = end == tokens_.size() || after == ',' || is_close(after) || in_comprehension;
  const bool behind_equal = begin > 0 && frame.equal == tokens_[begin - 1].begin;
  if (!ends && !(after == ':' && frame.kind == FrameKind::kBrace)) return;
  if (frame.lambdas > 0) return;
  switch (frame.kind) {
    case FrameKind::kStatement:
      if (frame_index == 0 && begin == shape_.value && end == tokens_.size()) {
        literal.role = StringRole::kAssigned;
      } else if ((after == ',' || before == ',') && frame_index == 0 && is_tuple_place(begin)) {
        literal.role = StringRole::kTuple;
      }
      return;
    case FrameKind::kGroup:
      if (begins && !holds_with_items(frame) && (after == ',' || before == ','))
        literal.role = StringRole::kTuple;
      return;
    case FrameKind::kList:
      if (begins) literal.role = StringRole::kList;
      return;
    case FrameKind::kSubscript:
      if (begins) literal.role = StringRole::kSubscript;
      return;
    case FrameKind::kBrace:
      if (behind_equal) {
        literal.role = StringRole::kDictValue;
      } else if (begins) {
        literal.role = after == ':' ? StringRole::kDictKey : StringRole::kSet;
      }
      return;
    case FrameKind::kCall:
      if ((behind_equal || begins) && !in_comprehension) {
        literal.role = StringRole::kArgument;
        literal.argument = frame.argument;
        if (behind_equal) literal.keyword = frame.keyword;
      }
      return;
    default: return;
  }
}

}  // namespace gp::python
