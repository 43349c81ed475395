/// ExpressionWalker: one pass over the tokens of a header or simple statement; appends strings,
/// calls and uses.
///
/// A stack of open brackets, no recursion on input (f-string fields, whose tokens are flat, are
/// walked once inside). Facts come in the order of the source: a call where its "(" stands, so
/// parents before children.
#pragma once

#include <cstdint>
#include <vector>

#include "gardener/python/block_tracker.h"
#include "gardener/python/lexer.h"
#include "gardener/python/scan_context.h"

namespace gp::python {

/// What a bracket is; kStatement is the level outside brackets.
enum class FrameKind : std::uint8_t {
  kStatement,
  kGroup,  ///< parentheses around an expression or tuple
  kList,
  kBrace,
  kSubscript,
  kCall,
  kParameters,      ///< of a def, and type parameters
  kClassArguments,  ///< bases and keywords of a class
  kPattern,         ///< in a case
  kField            ///< of an f-string
};

enum class ArgumentKind : std::uint8_t { kNotBegun, kPositional, kKeyword, kUnpacked, kMapping };

struct ExpressionFrame {
  FrameKind kind = FrameKind::kStatement;
  ArgumentKind argument_kind = ArgumentKind::kNotBegun;
  bool in_target = false;       ///< names are bound here
  bool is_loop_in = false;      ///< the last `in` was a for's
  bool awaited = false;         ///< the primary this bracket belongs to stands behind await
  bool as_target = false;       ///< in_target until the next comma
  std::uint32_t lambdas = 0;    ///< whose ':' is still to come
  std::uint32_t call = kNone;   ///< innermost call around what stands here, itself if kCall
  std::uint32_t primary = 0;    ///< where the primary begins that this bracket is part of
  std::uint32_t argument = 0;   ///< arguments before this one
  std::uint32_t equal = kNone;  ///< offset of the keyword argument's '=', or of a dict's last ':'
  TextRef keyword{};
  std::size_t first_keyword = 0;    ///< in the stack of keywords
  std::size_t content = 0;          ///< index of the first token inside
  std::uint32_t last_call = kNone;  ///< the last call that ended directly here …
  std::uint32_t last_call_begin = 0;
  std::size_t last_call_end = 0;  ///< … and the index of its ")"
};

/// What the statement around says.
struct StatementShape {
  std::size_t target_end = 0;           ///< tokens before it are assignment targets
  std::size_t value = ~std::size_t{0};  ///< index of the value of an assignment
  TextRef assigned_to{};
  bool all_targets = false;    ///< del, global, nonlocal
  bool is_pattern = false;     ///< case: until the guard
  bool is_class = false;       ///< the first parenthesis holds bases
  bool is_definition = false;  ///< the first brackets hold parameters
  bool is_type_alias = false;  ///< only the square brackets do
  bool is_decorator = false;
};

class ExpressionWalker {
 public:
  ExpressionWalker(ScanContext& context, const BlockTracker& blocks, const Lexer& lexer)
      : context_(context), blocks_(blocks), lexer_(lexer) {}

  void walk(Tokens tokens, const StatementShape& shape);
  /// A name in a place that only the statement's shape tells: bound there.
  void bound_name(const Token& name);

 private:
  ExpressionFrame& top() { return frames_.back(); }
  void token(std::size_t at);
  std::size_t word(std::size_t at);
  std::size_t identifier(std::size_t at);
  void keyword_word(Keyword keyword);
  void open_bracket(std::size_t at);
  void open_call(std::size_t at, ExpressionFrame& frame);
  bool is_read(std::size_t at);
  FrameKind bracket_kind(std::size_t at);
  void close_bracket(std::size_t at);
  void close_call(std::size_t at, const ExpressionFrame& frame);
  void end_argument();
  void comma();
  std::size_t strings(std::size_t at);
  void string_role(std::size_t begin, std::size_t end, StringLiteral& literal);
  bool is_compared(std::size_t begin, std::size_t end, const ExpressionFrame& frame) const;
  bool is_tuple_place(std::size_t at) const;
  bool unpacks(std::size_t at, const ExpressionFrame& frame) const;
  bool holds_with_items(const ExpressionFrame& frame) const;
  StringLiteral literal_of(const Token& token) const;
  void fields(const Token& string);
  void begin_primary(const Token& token);
  bool binds(std::size_t at, std::size_t end);
  bool is_parameter_place(std::size_t at) const;
  TokenKind kind_at(std::size_t at) const {
    return at < tokens_.size() ? tokens_[at].kind : TokenKind{0};
  }
  Keyword keyword_at(std::size_t at) const {
    return at < tokens_.size() ? context_.keyword(tokens_[at]) : Keyword::kNotOne;
  }
  bool continues_primary(std::size_t at) const {
    const TokenKind kind = kind_at(at);
    return kind == '.' || kind == '(' || kind == '[';
  }

  ScanContext& context_;
  const BlockTracker& blocks_;
  const Lexer& lexer_;
  Tokens tokens_{};
  StatementShape shape_{};
  std::vector<ExpressionFrame> frames_{};
  std::vector<TextRef> keywords_{};           ///< of the open calls
  std::vector<BracketPair> read_brackets_{};  ///< of this statement, once one is asked for
  bool knows_read_brackets_ = false;
  std::size_t next_fields_ = 0;  ///< in lexer_.fields()
  std::uint32_t open_fields_ = 0;
  std::uint32_t last_use_ = kNone;  ///< the use that ended with the previous token
  std::uint32_t primary_ = 0;
  bool primary_awaited_ = false;
  bool after_await_ = false;
  bool after_operand_ = false;  ///< the previous token ends a primary
  bool in_fields_ = false;
};

}  // namespace gp::python
