#include "gardener/python/scan_context.h"

#include <algorithm>
#include <string>

namespace gp::python {

TextRef ScanContext::intern(Tokens tokens) {
  if (tokens.empty()) return {};
  std::size_t size = 0;
  for (const Token& token : tokens) size += token.end - token.begin;
  const Span whole = span_of(tokens);
  if (whole.size() == size) return arena.intern(text(whole));
  std::string joined;
  joined.reserve(size);
  for (const Token& token : tokens) joined += text(token);
  return arena.intern(joined);
}

std::uint32_t ScanContext::column(const Token& token) {
  if (token.line != known_line) {
    known_line = token.line;
    known_line_begin = token.begin;
    while (known_line_begin > 0 && source[known_line_begin - 1] != '\n' &&
           source[known_line_begin - 1] != '\r')
      --known_line_begin;
    if (known_line_begin == 0 && source.starts_with("\xef\xbb\xbf")) known_line_begin = 3;
  }
  return token.begin - known_line_begin;
}

std::size_t dotted_end(const ScanContext& context, Tokens tokens, std::size_t at) {
  if (at >= tokens.size() || !context.is_identifier(tokens[at])) return at;
  ++at;
  while (at + 1 < tokens.size() && tokens[at].kind == '.' && context.is_identifier(tokens[at + 1]))
    at += 2;
  return at;
}

std::size_t matching(Tokens tokens, std::size_t at) {
  std::uint32_t depth = 0;
  for (; at < tokens.size(); ++at) {
    if (is_open(tokens[at].kind)) ++depth;
    if (is_close(tokens[at].kind) && --depth == 0) return at;
  }
  return at;
}

std::vector<BracketPair> brackets_with_trailer(Tokens tokens) {
  std::vector<BracketPair> pairs;
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (is_open(tokens[i].kind)) open.push_back(i);
    if (!is_close(tokens[i].kind) || open.empty()) continue;
    const TokenKind after = i + 1 < tokens.size() ? tokens[i + 1].kind : TokenKind{0};
    if (after == '.' || after == '(' || after == '[') pairs.push_back({open.back(), i});
    open.pop_back();
  }
  std::sort(pairs.begin(), pairs.end(),
            [](const BracketPair& a, const BracketPair& b) { return a.open < b.open; });
  return pairs;
}

std::size_t trailer_close(const std::vector<BracketPair>& pairs, std::size_t open) {
  const auto at = std::lower_bound(
      pairs.begin(), pairs.end(), open,
      [](const BracketPair& pair, std::size_t value) { return pair.open < value; });
  return at != pairs.end() && at->open == open ? at->close : 0;
}

std::size_t find_outside(const ScanContext& context, Tokens tokens, std::size_t at,
                         TokenKind kind) {
  std::uint32_t depth = 0;
  std::uint32_t lambdas = 0;
  for (; at < tokens.size(); ++at) {
    const Token& token = tokens[at];
    if (is_open(token.kind)) {
      ++depth;
    } else if (is_close(token.kind)) {
      if (depth > 0) --depth;
    } else if (depth == 0) {
      if (token.kind == kName) {
        if (token.end - token.begin == 6 && context.text(token) == "lambda") ++lambdas;
      } else if (lambdas > 0) {
        if (token.kind == ':') --lambdas;
      } else if (token.kind == kind) {
        return at;
      }
    }
  }
  return at;
}

}  // namespace gp::python
