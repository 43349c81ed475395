#include "gardener/python/module_effects.h"

#include <initializer_list>
#include <string_view>

namespace gp::python {
namespace {

bool begins_with(const ScanContext& context, Tokens tokens,
                 std::initializer_list<std::string_view> words) {
  if (tokens.size() < words.size()) return false;
  std::size_t at = 0;
  for (const std::string_view word : words)
    if (context.text(tokens[at++]) != word) return false;
  return true;
}

bool binds_dynamically(const ScanContext& context, Tokens tokens) {
  if (context.is(tokens.front(), "sys")) {
    return begins_with(context, tokens, {"sys", ".", "modules", "[", "__name__", "]", "="});
  }
  if (!context.is(tokens.front(), "globals")) return false;
  if (begins_with(context, tokens, {"globals", "(", ")", ".", "update", "("})) return true;
  if (!begins_with(context, tokens, {"globals", "(", ")", "["})) return false;
  const std::size_t end = matching(tokens, 3);
  return end + 1 < tokens.size() && tokens[end + 1].kind == '=';
}

}  // namespace

void read_module_effects(ScanContext& context, Tokens tokens, Keyword keyword,
                         const BlockTracker& blocks) {
  ModuleFacts& facts = context.facts;
  if (keyword == Keyword::kNotOne) {
    if (binds_dynamically(context, tokens)) facts.binds_dynamically = true;
  } else if (keyword == Keyword::kGlobal && blocks.in_function()) {
    for (const Token& token : tokens.subspan(1))
      if (context.is_identifier(token)) facts.function_globals.push_back(context.intern(token));
  } else if (keyword == Keyword::kDel && blocks.block() == 0) {
    visit_bound_names(context, tokens.subspan(1), [&](const Token& name) {
      facts.deletions.push_back({context.intern(name), name.begin});
    });
  }
}

}  // namespace gp::python
