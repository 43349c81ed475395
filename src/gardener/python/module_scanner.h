/// ModuleScanner: one file's way from bytes to facts.
///
/// Lexer → logical line → header and simple statements; each goes to the parts that fill the facts:
/// BlockTracker, read_import(), Bindings, read_dunder_all(), LazyGlobals, Deprecations and, for
/// Detail::kAll, Expressions.
#pragma once

#include <string_view>

#include "gardener/python/bindings.h"
#include "gardener/python/block_tracker.h"
#include "gardener/python/compound_header.h"
#include "gardener/python/deprecation.h"
#include "gardener/python/expressions.h"
#include "gardener/python/lazy_globals.h"
#include "gardener/python/lexer.h"
#include "gardener/python/scan.h"
#include "gardener/python/scan_context.h"

namespace gp::python {

class ModuleScanner {
 public:
  /// `source` must not be empty.
  ModuleScanner(std::string_view source, Detail detail, ModuleFacts& facts);
  void run();

 private:
  Lexer make_lexer(std::string_view source);
  void logical_line(Tokens line);
  void compound(Tokens line, const CompoundHeader& header);
  void block_names(Tokens header, const CompoundHeader& shape, std::uint32_t begin);
  void simple_statements(Tokens tokens, bool behind_colon);
  void simple_statement(Tokens tokens, bool shares_line);
  void imports(Tokens tokens, std::uint32_t index, bool shares_line);
  void names(Tokens tokens);
  bool docstring(Tokens tokens);

  Detail detail_;
  ModuleFacts& facts_;
  ProblemList problems_;
  TextArena arena_;
  ScanContext context_;
  Lexer lexer_;
  BlockTracker blocks_;
  Bindings bindings_;
  LazyGlobals lazy_globals_;
  Deprecations deprecations_;
  Expressions expressions_;
  RollingHash line_start_{};
};

}  // namespace gp::python
