#include "gardener/python/expression_walker.h"

#include <algorithm>

#include "gardener/python/string_content.h"

namespace gp::python {

void ExpressionWalker::walk(Tokens tokens, const StatementShape& shape) {
  tokens_ = tokens;
  shape_ = shape;
  frames_.clear();
  keywords_.clear();
  const std::vector<FieldTokens>& ranges = lexer_.fields();
  next_fields_ =
      static_cast<std::size_t>(std::lower_bound(ranges.begin(), ranges.end(), tokens.front().begin,
                                                [](const FieldTokens& range, std::uint32_t begin) {
                                                  return range.string_begin < begin;
                                                }) -
                               ranges.begin());
  open_fields_ = 0;
  knows_read_brackets_ = false;
  last_use_ = kNone;
  after_await_ = after_operand_ = primary_awaited_ = in_fields_ = false;
  ExpressionFrame statement;
  if (shape.is_pattern) statement.kind = FrameKind::kPattern;
  statement.in_target = shape.all_targets;
  frames_.push_back(statement);
  for (std::size_t at = 0; at < tokens_.size();) {
    if (tokens_[at].kind == kString) {
      at = strings(at);
    } else if (tokens_[at].kind == kName) {
      at = word(at);
    } else {
      token(at++);
    }
  }
  while (frames_.size() > 1) close_bracket(tokens_.size() - 1);  // brackets that were never closed
}

void ExpressionWalker::begin_primary(const Token& token) {
  primary_ = token.begin;
  primary_awaited_ = after_await_;
  after_await_ = false;
  if (top().kind == FrameKind::kCall && top().argument_kind == ArgumentKind::kNotBegun)
    top().argument_kind = ArgumentKind::kPositional;
}

// Neither a name nor a string.
void ExpressionWalker::token(std::size_t at) {
  const Token& token = tokens_[at];
  const TokenKind kind = token.kind;
  if (is_open(kind) || kind == kFieldOpen) {
    open_bracket(at);
    return;
  }
  if (is_close(kind) || kind == kFieldClose) {
    close_bracket(at);
    return;
  }
  if (kind == kNumber || kind == kEllipsis) {
    begin_primary(token);
    after_operand_ = true;
    last_use_ = kNone;
    return;
  }
  ExpressionFrame& frame = top();
  if (kind == ',') {
    comma();
  } else if (kind == ':') {
    if (frame.lambdas > 0) {
      --frame.lambdas;
    } else {
      frame.equal = token.begin;
      frame.in_target = frame.in_target && frame.kind != FrameKind::kParameters;
    }
  } else if (frame.kind == FrameKind::kCall && frame.argument_kind == ArgumentKind::kNotBegun) {
    frame.argument_kind = kind == '*'           ? ArgumentKind::kUnpacked
                          : kind == kDoubleStar ? ArgumentKind::kMapping
                                                : ArgumentKind::kPositional;
  }
  if (kind != '.') after_operand_ = false;
  last_use_ = kNone;
}

void ExpressionWalker::comma() {
  ExpressionFrame& frame = top();
  const bool in_loop_target = frame.in_target && !frame.as_target;
  if (frame.lambdas > 0 || in_loop_target) return;
  if (frame.kind == FrameKind::kCall || frame.kind == FrameKind::kClassArguments) end_argument();
  if (frame.as_target) frame.as_target = frame.in_target = false;
}

void ExpressionWalker::end_argument() {
  ExpressionFrame& frame = top();
  if (frame.kind == FrameKind::kCall) {
    Call& call = context_.facts.calls[frame.call];
    switch (frame.argument_kind) {
      case ArgumentKind::kNotBegun: return;
      case ArgumentKind::kPositional: ++call.positional; break;
      case ArgumentKind::kKeyword: break;
      case ArgumentKind::kUnpacked: call.has_star = true; break;
      case ArgumentKind::kMapping: call.has_double_star = true; break;
    }
  }
  ++frame.argument;
  frame.argument_kind = ArgumentKind::kNotBegun;
  frame.keyword = {};
  frame.equal = kNone;
}

std::size_t ExpressionWalker::word(std::size_t at) {
  const Keyword keyword = context_.keyword(tokens_[at]);
  if (keyword == Keyword::kNotOne) return identifier(at);
  last_use_ = kNone;
  if (is_constant(keyword)) {
    begin_primary(tokens_[at]);
    after_operand_ = true;
  } else {
    if (keyword != Keyword::kAwait && top().kind == FrameKind::kCall &&
        top().argument_kind == ArgumentKind::kNotBegun)
      top().argument_kind = ArgumentKind::kPositional;
    keyword_word(keyword);
    after_operand_ = false;
  }
  return at + 1;
}

void ExpressionWalker::keyword_word(Keyword keyword) {
  ExpressionFrame& frame = top();
  switch (keyword) {
    case Keyword::kAwait: after_await_ = true; break;
    case Keyword::kLambda: ++frame.lambdas; break;
    case Keyword::kFor: frame.in_target = true; break;
    case Keyword::kIn:
      frame.is_loop_in = frame.in_target;
      if (!shape_.all_targets) frame.in_target = false;
      break;
    case Keyword::kAs: frame.in_target = frame.as_target = true; break;
    case Keyword::kIf:
      if (shape_.is_pattern && frames_.size() == 1) {  // the guard
        shape_.is_pattern = false;
        frame.kind = FrameKind::kStatement;
        frame.in_target = false;
      }
      break;
    default: break;
  }
}

// In the head of a lambda or def: behind the opener, a comma or a star.
bool ExpressionWalker::is_parameter_place(std::size_t at) const {
  const ExpressionFrame& frame = frames_.back();
  if (at == 0 || (frame.lambdas == 0 && frame.kind != FrameKind::kParameters)) return false;
  const TokenKind star = tokens_[at - 1].kind;
  if (at > 1 && (star == '*' || star == kDoubleStar)) --at;  // `*args: *Ts` has a second star
  const TokenKind before = tokens_[at - 1].kind;
  if (frame.lambdas > 0) return before == ',' || keyword_at(at - 1) == Keyword::kLambda;
  return before == ',' || at == frame.content;
}

// Is the name [at, end) bound where it stands?
bool ExpressionWalker::binds(std::size_t at, std::size_t end) {
  const TokenKind after = kind_at(end);
  if (after == kWalrus) return true;
  if (after == '(' || after == '[' || after == '.') return false;
  if (is_parameter_place(at)) return true;
  if (top().kind == FrameKind::kPattern) return end == at + 1;
  if (top().in_target) return true;
  return frames_.size() == 1 && at < shape_.target_end;
}

std::size_t ExpressionWalker::identifier(std::size_t at) {
  const Token& token = tokens_[at];
  if (at > 0 && tokens_[at - 1].kind == '.' &&
      after_operand_) {  // an attribute of more than a name
    last_use_ = kNone;
    return at + 1;
  }
  ExpressionFrame& frame = top();
  const bool takes_keywords = frame.kind == FrameKind::kCall ||
                              frame.kind == FrameKind::kClassArguments ||
                              frame.kind == FrameKind::kPattern;
  if (takes_keywords && frame.lambdas == 0 && kind_at(at + 1) == '=' && at > 0 &&
      (tokens_[at - 1].kind == '(' || tokens_[at - 1].kind == ',')) {
    frame.equal = tokens_[at + 1].begin;
    if (frame.kind == FrameKind::kCall) {
      frame.argument_kind = ArgumentKind::kKeyword;
      frame.keyword = context_.intern(token);
      keywords_.push_back(frame.keyword);
    }
    after_operand_ = false;
    last_use_ = kNone;
    return at + 2;
  }
  begin_primary(token);
  after_operand_ = true;
  const std::size_t end = dotted_end(context_, tokens_, at);
  if (frame.kind == FrameKind::kPattern && context_.is(token, "_")) {
    last_use_ = kNone;
    return end;
  }
  Use use;
  use.text = context_.intern(tokens_.subspan(at, end - at));
  use.span = {token.begin, tokens_[end - 1].end};
  use.block = blocks_.block();
  use.line = token.line;
  use.is_store = binds(at, end);
  use.is_format_field = open_fields_ > 0;
  last_use_ = static_cast<std::uint32_t>(context_.facts.uses.size());
  context_.facts.uses.push_back(use);
  return end;
}

void ExpressionWalker::bound_name(const Token& name) {
  Use use;
  use.text = context_.intern(name);
  use.span = span_of(name);
  use.block = blocks_.block();
  use.line = name.line;
  use.is_store = true;
  context_.facts.uses.push_back(use);
}

FrameKind ExpressionWalker::bracket_kind(std::size_t at) {
  const TokenKind kind = tokens_[at].kind;
  if (kind == kFieldOpen) return FrameKind::kField;
  const FrameKind around = frames_.back().kind;
  if (around == FrameKind::kPattern) return FrameKind::kPattern;
  if (frames_.size() == 1 && shape_.is_definition && (kind == '(' || at == 0)) {
    shape_.is_definition = kind == '[' && !shape_.is_type_alias;
    if (kind == '[') return FrameKind::kParameters;  // type parameters
    return shape_.is_class ? FrameKind::kClassArguments : FrameKind::kParameters;
  }
  if (kind == '{') return FrameKind::kBrace;
  if (kind == '[') return after_operand_ ? FrameKind::kSubscript : FrameKind::kList;
  return after_operand_ ? FrameKind::kCall : FrameKind::kGroup;
}

void ExpressionWalker::open_bracket(std::size_t at) {
  const Token& token = tokens_[at];
  ExpressionFrame frame;
  frame.kind = bracket_kind(at);
  frame.call = top().call;
  frame.content = at + 1;
  frame.first_keyword = keywords_.size();
  const bool is_trailer = frame.kind == FrameKind::kCall || frame.kind == FrameKind::kSubscript;
  if (!is_trailer) begin_primary(token);
  frame.primary = primary_;
  frame.awaited = primary_awaited_;
  if (frame.kind == FrameKind::kGroup || frame.kind == FrameKind::kList)
    frame.in_target = (top().in_target || (frames_.size() == 1 && at < shape_.target_end)) &&
                      (in_fields_ || !is_read(at));
  if (frame.kind == FrameKind::kCall) open_call(at, frame);
  if (frame.kind == FrameKind::kField) ++open_fields_;
  frames_.push_back(frame);
  after_operand_ = after_await_ = primary_awaited_ = false;
  last_use_ = kNone;
}

// Does the bracket go on with an attribute, call or subscript? Then a target inside is no target.
bool ExpressionWalker::is_read(std::size_t at) {
  if (!knows_read_brackets_) read_brackets_ = brackets_with_trailer(tokens_);
  knows_read_brackets_ = true;
  return trailer_close(read_brackets_, at) != 0;
}

void ExpressionWalker::open_call(std::size_t at, ExpressionFrame& frame) {
  ModuleFacts& facts = context_.facts;
  const Token& token = tokens_[at];
  Call call;
  call.span = {frame.primary, token.end};
  call.arguments = {token.end, token.end};
  call.parent = frame.call;
  call.block = blocks_.block();
  call.line = token.line;
  frame.call = static_cast<std::uint32_t>(facts.calls.size());
  if (last_use_ != kNone) {
    Use& callee = facts.uses[last_use_];
    callee.call = frame.call;
    call.callee = callee.text;
    call.line = callee.line;
  }
  facts.calls.push_back(call);
}

void ExpressionWalker::close_bracket(std::size_t at) {
  if (frames_.size() == 1) return;
  const Token& token = tokens_[at];
  if (top().kind == FrameKind::kCall) end_argument();
  const ExpressionFrame frame = top();
  frames_.pop_back();
  if (frame.kind == FrameKind::kField && open_fields_ > 0) --open_fields_;
  if (frame.kind == FrameKind::kCall) close_call(at, frame);
  const bool holds_one_call = frame.kind == FrameKind::kGroup && frame.last_call != kNone &&
                              frame.last_call_end + 1 == at && frame.content < tokens_.size() &&
                              frame.last_call_begin == tokens_[frame.content].begin;
  if (holds_one_call) {
    if (frame.awaited && !continues_primary(at + 1))
      context_.facts.calls[frame.last_call].awaited = true;
    top().last_call = frame.last_call;
    top().last_call_begin = frame.primary;
    top().last_call_end = at;
  }
  primary_ = frame.primary;
  primary_awaited_ = frame.awaited;
  after_operand_ = token.kind != kFieldClose || in_fields_;
  last_use_ = kNone;
}

void ExpressionWalker::close_call(std::size_t at, const ExpressionFrame& frame) {
  ModuleFacts& facts = context_.facts;
  Call& call = facts.calls[frame.call];
  const Token& token = tokens_[at];
  const bool closed = token.kind == ')' && token.begin >= call.arguments.begin;
  call.arguments.end = closed ? token.begin : std::max(call.arguments.begin, token.end);
  call.span.end = std::max(call.span.end, token.end);
  call.first_keyword = static_cast<std::uint32_t>(facts.keywords.size());
  call.keyword_count = static_cast<std::uint32_t>(keywords_.size() - frame.first_keyword);
  facts.keywords.insert(facts.keywords.end(),
                        keywords_.begin() + static_cast<std::ptrdiff_t>(frame.first_keyword),
                        keywords_.end());
  keywords_.resize(frame.first_keyword);
  const bool ends_primary = !continues_primary(at + 1);
  call.awaited = frame.awaited && ends_primary;
  call.is_decorator = shape_.is_decorator && frames_.size() == 1 && at + 1 == tokens_.size() &&
                      frame.primary == tokens_.front().begin && !in_fields_;
  top().last_call = frame.call;
  top().last_call_begin = frame.primary;
  top().last_call_end = at;
}

// The tokens of its fields are elsewhere: walked as one more bracket of this place.
void ExpressionWalker::fields(const Token& string) {
  const std::vector<FieldTokens>& ranges = lexer_.fields();
  while (next_fields_ < ranges.size() && ranges[next_fields_].string_begin < string.begin)
    ++next_fields_;
  if (next_fields_ == ranges.size() || ranges[next_fields_].string_begin != string.begin) return;
  const FieldTokens range = ranges[next_fields_++];
  const Tokens outside = tokens_;
  const std::size_t depth = frames_.size();
  tokens_ = Tokens(lexer_.field_tokens()).subspan(range.first, range.count);
  in_fields_ = true;
  for (std::size_t at = 0; at < tokens_.size();) {
    if (tokens_[at].kind == kName) {
      at = word(at);
    } else if (tokens_[at].kind == kString) {
      begin_primary(tokens_[at++]);
      after_operand_ = true;
      last_use_ = kNone;
    } else {
      token(at++);
    }
  }
  while (frames_.size() > depth) close_bracket(tokens_.size() - 1);
  in_fields_ = false;
  tokens_ = outside;
}

}  // namespace gp::python
