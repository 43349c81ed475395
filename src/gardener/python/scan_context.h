/// ScanContext: what every part of the scanner of one file shares, and how it reads tokens.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "gardener/python/facts.h"
#include "gardener/python/keyword.h"
#include "gardener/python/problem_list.h"
#include "gardener/python/text_arena.h"
#include "gardener/python/token.h"

namespace gp::python {

struct ScanContext {
  std::string_view source;
  ModuleFacts& facts;
  TextArena& arena;
  ProblemList& problems;

  std::string_view text(Span span) const { return source.substr(span.begin, span.size()); }
  std::string_view text(const Token& token) const {
    return source.substr(token.begin, token.end - token.begin);
  }
  Keyword keyword(const Token& token) const {
    return token.kind == kName ? keyword_of(text(token), source.data() + source.size())
                               : Keyword::kNotOne;
  }
  /// A name that is no keyword.
  bool is_identifier(const Token& token) const {
    return token.kind == kName && keyword(token) == Keyword::kNotOne;
  }
  bool is(const Token& token, std::string_view word) const {
    return token.kind == kName && text(token) == word;
  }
  TextRef intern(const Token& token) { return arena.intern(text(token)); }
  /// The tokens' text without what stands between them.
  TextRef intern(Tokens tokens);
  /// Bytes from the start of the token's physical line, which is remembered: a line can hold many
  /// tokens.
  std::uint32_t column(const Token& token);

  std::uint32_t known_line = 0;
  std::uint32_t known_line_begin = 0;
};

inline Span span_of(const Token& token) { return {token.begin, token.end}; }
inline Span span_of(Tokens tokens) { return {tokens.front().begin, tokens.back().end}; }

/// The index behind the dotted name that begins at `at`; `at` itself if there is none.
std::size_t dotted_end(const ScanContext& context, Tokens tokens, std::size_t at);
/// The index of the bracket that closes the one at `at`; tokens.size() if there is none.
std::size_t matching(Tokens tokens, std::size_t at);
/// The index of the first `kind` from `at` on outside brackets and lambdas; tokens.size() if there
/// is none.
std::size_t find_outside(const ScanContext& context, Tokens tokens, std::size_t at, TokenKind kind);

/// The brackets that go on with `.`, `(` or `[` behind their end: what stands inside is read, not
/// bound.
struct BracketPair {
  std::size_t open = 0;
  std::size_t close = 0;
};
/// Sorted by open; in one pass.
std::vector<BracketPair> brackets_with_trailer(Tokens tokens);
/// The index of the closing bracket if the one at `open` is in the list; 0 otherwise.
std::size_t trailer_close(const std::vector<BracketPair>& pairs, std::size_t open);

/// Calls visit(const Token&) for each name that an assignment to `target` binds: names, also in
/// tuples, lists and behind a star, but not attributes and subscripts.
template <class Visit>
void visit_bound_names(const ScanContext& context, Tokens target, Visit visit) {
  std::vector<BracketPair> read;
  if (target.size() > 1 && is_open(target.front().kind)) read = brackets_with_trailer(target);
  for (std::size_t i = 0; i < target.size(); ++i) {
    const TokenKind kind = target[i].kind;
    if (const std::size_t close = is_open(kind) ? trailer_close(read, i) : 0; close != 0) {
      i = close;
      continue;
    }
    const TokenKind before = i == 0 ? TokenKind{','} : target[i - 1].kind;
    if ((kind == '(' || kind == '[') &&
        (before == kName || is_close(before) || before == kString)) {
      i = matching(target, i);
      continue;
    }
    if (kind != kName || before == '.') continue;
    const TokenKind after = i + 1 == target.size() ? TokenKind{','} : target[i + 1].kind;
    if (after != '.' && after != '(' && after != '[' && context.is_identifier(target[i]))
      visit(target[i]);
  }
}

}  // namespace gp::python
