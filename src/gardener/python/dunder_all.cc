#include "gardener/python/dunder_all.h"

#include <string>

#include "gardener/python/string_content.h"

namespace gp::python {
namespace {

// The strings of `tokens`, which stand in a list, tuple or call; false if there is more than
// strings.
bool read_items(ScanContext& context, Tokens tokens) {
  bool pure = true;
  for (std::size_t i = 0; i < tokens.size();) {
    if (tokens[i].kind == ',') {
      ++i;
      continue;
    }
    const std::size_t end = find_outside(context, tokens, i, ',');
    std::string name;
    bool literal = true;
    for (; i < end; ++i) {
      literal = literal && tokens[i].kind == kString && (tokens[i].flags & (kBytes | kFormat)) == 0;
      if (literal) name += context.text(content_of(tokens[i]));
    }
    if (literal && !name.empty()) context.facts.all.push_back(context.arena.intern(name));
    pure = pure && literal;
  }
  return pure;
}

// A value: displays of strings, joined by `+`.
bool read_value(ScanContext& context, Tokens tokens) {
  bool pure = !tokens.empty();
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const TokenKind kind = tokens[i].kind;
    const bool after_operand = i > 0 && tokens[i - 1].kind != '+';
    if (kind == '+' && after_operand) continue;
    if ((kind == '[' || kind == '(') && !after_operand) {
      const std::size_t end = matching(tokens, i);
      pure = read_items(context, tokens.subspan(i + 1, end - i - 1)) && pure;
      i = end;
      continue;
    }
    if (kind == kString || kind == ',') {  // `__all__ = "a", "b"`
      pure = read_items(context, tokens.subspan(i)) && pure;
      return pure;
    }
    return false;
  }
  return pure;
}

}  // namespace

void dunder_all_is_dynamic(ScanContext& context) {
  context.facts.has_all = true;
  context.facts.all_is_dynamic = true;
}

void read_dunder_all(ScanContext& context, Tokens tokens, const BlockTracker& blocks) {
  if (tokens.size() < 2) return;
  ModuleFacts& facts = context.facts;
  bool pure = false;
  const TokenKind kind = tokens[1].kind;
  if (kind == '=' || kind == ':') {
    const std::size_t equal = find_outside(context, tokens, 1, '=');
    if (equal == tokens.size()) return;  // a bare annotation
    if (blocks.block() == 0) {
      facts.all.clear();
      facts.all_is_dynamic = false;
    }
    pure = read_value(context, tokens.subspan(equal + 1));
  } else if (kind == kAugmented) {
    pure = context.text(tokens[1]) == "+=" && read_value(context, tokens.subspan(2));
  } else if (kind == '.' && tokens.size() > 4 && tokens[3].kind == '(' &&
             matching(tokens, 3) + 1 == tokens.size()) {
    const Tokens arguments = tokens.subspan(4, tokens.size() - 5);
    if (context.is(tokens[2], "extend")) pure = read_value(context, arguments);
    if (context.is(tokens[2], "append")) pure = read_items(context, arguments);
    if (context.is(tokens[2], "sort")) return;
  }
  facts.has_all = true;
  if (!pure) facts.all_is_dynamic = true;
}

}  // namespace gp::python
