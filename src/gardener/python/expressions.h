/// Expressions: strings, calls, keywords and uses of names; what Detail::kAll adds.
#pragma once

#include "gardener/python/block_tracker.h"
#include "gardener/python/compound_header.h"
#include "gardener/python/lexer.h"
#include "gardener/python/scan_context.h"

namespace gp::python {

class Expressions {
 public:
  Expressions(ScanContext& context, BlockTracker& blocks, const Lexer& lexer)
      : context_(context), blocks_(blocks), lexer_(lexer) {}
  void decorator(Tokens) {}
  void header(const CompoundHeader&, Tokens) {}
  void statement(Tokens) {}
  void docstring(Tokens) {}

 private:
  [[maybe_unused]] ScanContext& context_;
  [[maybe_unused]] BlockTracker& blocks_;
  [[maybe_unused]] const Lexer& lexer_;
};

}  // namespace gp::python
