/// Bindings: the names a module and its top-level classes bind; fills ModuleFacts::bindings.
///
/// Counted: def, class, import, every target of `=`, of an annotation with a value, of for, with …
/// as and
/// :=, `type X`, captures of case. Not counted: a bare annotation (binds nothing), += (binds
/// nothing new), except … as (unbound again), del, a star import (see imports), what a function
/// binds by `global`.
#pragma once

#include <algorithm>
#include <cstdint>

#include "gardener/python/block_tracker.h"
#include "gardener/python/scan_context.h"

namespace gp::python {

/// The `=` of a simple statement.
struct Assignment {
  std::size_t first_equal = 0;  ///< index of the first `=`; tokens.size() if it is no assignment
  std::size_t last_equal = 0;
  std::size_t annotation = 0;  ///< index of the annotation's ':'; tokens.size() if there is none
};
Assignment find_assignment(const ScanContext& context, Tokens tokens);

/// Calls visit(const Token&, bool is_whole_target) for each name that the assignment statement
/// binds.
template <class Visit>
void visit_assigned_names(const ScanContext& context, Tokens tokens, const Assignment& assignment,
                          Visit visit) {
  std::size_t begin = 0;
  for (std::size_t at = assignment.first_equal; at <= assignment.last_equal; ++at) {
    if (at != assignment.first_equal && tokens[at].kind != '=') continue;
    const std::size_t end = begin == 0 ? std::min(at, assignment.annotation) : at;
    visit_bound_names(context, tokens.subspan(begin, end - begin),
                      [&](const Token& name) { visit(name, end - begin == 1); });
    begin = at + 1;
  }
}

class Bindings {
 public:
  Bindings(ScanContext& context, BlockTracker& blocks) : context_(context), blocks_(blocks) {}

  /// Decorators wait for the def or class behind them. `tokens` begins with `@`.
  void decorator(Tokens tokens, const RollingHash& before);
  bool has_decorators() const { return decorators_begin_ != kNone; }
  std::uint32_t decorators_begin() const { return decorators_begin_; }
  void forget_decorators();

  /// `tokens` is the header of a def or class whose block is about to be opened: [async] def|class
  /// name … Returns the binding, kNone where names are not public. Uses up the decorators.
  std::uint32_t definition(Tokens tokens, std::size_t name, BindingKind kind, std::uint32_t begin,
                           std::uint32_t own_block);
  /// The hash state before the definition's first token.
  RollingHash definition_start(const RollingHash& line_start) const {
    return has_decorators() ? decorators_start_ : line_start;
  }
  void assignment(Tokens tokens, const Assignment& assignment);
  /// Names [first, end) of facts.names.
  void imported(std::uint32_t first, std::uint32_t end, Span statement);
  /// for, with, case and walrus: names of a header or statement.
  void header(BlockKind kind, Tokens tokens);
  void walrus(Tokens tokens);
  void type_alias(Tokens tokens);

 private:
  Binding& add(const Token& name, BindingKind kind, Span definition);
  void parameters(Tokens tokens, Binding& binding);
  void bases(Tokens tokens, Binding& binding);
  void with_targets(Tokens tokens);

  ScanContext& context_;
  BlockTracker& blocks_;
  std::uint32_t decorators_begin_ = kNone;
  std::uint32_t first_decorator_ = 0;
  RollingHash decorators_start_{};
};

/// Calls visit(const Token&) for each name a `case` pattern captures.
template <class Visit>
void visit_captures(const ScanContext& context, Tokens pattern, Visit visit) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const Keyword keyword = context.keyword(pattern[i]);
    if (keyword == Keyword::kIf) return;  // the guard
    if (pattern[i].kind != kName || keyword != Keyword::kNotOne || context.is(pattern[i], "_"))
      continue;
    if (i > 0 && pattern[i - 1].kind == '.') continue;
    const TokenKind after = i + 1 < pattern.size() ? pattern[i + 1].kind : TokenKind{','};
    if (after != '.' && after != '(' && after != '=') visit(pattern[i]);
  }
}

}  // namespace gp::python
