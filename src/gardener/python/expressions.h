/// Expressions: what Detail::kAll adds. Knows which parts of each kind of statement bind names and
/// hands the tokens to ExpressionWalker.
#pragma once

#include "gardener/python/compound_header.h"
#include "gardener/python/expression_walker.h"

namespace gp::python {

class Expressions {
 public:
  Expressions(ScanContext& context, const BlockTracker& blocks, const Lexer& lexer)
      : context_(context), walker_(context, blocks, lexer) {}

  /// `tokens` begins with `@`.
  void decorator(Tokens tokens);
  /// Without its ':'.
  void header(const CompoundHeader& header, Tokens tokens);
  /// A simple statement that is no import.
  void statement(Tokens tokens);
  /// The strings of a docstring.
  void docstring(Tokens strings);

 private:
  void walk(Tokens tokens, const StatementShape& shape);
  StatementShape assignment_shape(Tokens tokens);

  ScanContext& context_;
  ExpressionWalker walker_;
};

}  // namespace gp::python
