#include "gardener/python/deprecation.h"

#include <algorithm>

namespace gp::python {

Deprecations::Deprecations(ScanContext& context)
    : context_(context),
      possible_(context.source.find("DeprecationWarning") != std::string_view::npos),
      modules_{"warnings"} {}

void Deprecations::imported(std::uint32_t first, std::uint32_t end) {
  const ModuleFacts& facts = context_.facts;
  for (std::uint32_t i = first; i < end; ++i) {
    const ImportedName& name = facts.names[i];
    const ImportStatement& statement = facts.imports[name.statement];
    const std::string_view local =
        context_.text(name.alias.empty() ? name.name_span : name.alias_span);
    if (!statement.is_from) {
      if (facts.text(name.name) == "warnings" && local != "warnings") modules_.push_back(local);
    } else if (facts.text(statement.module) == "warnings" && facts.text(name.name) == "warn") {
      functions_.push_back(local);
    }
  }
}

// Does a call of warn begin at `at`? `open` is set to its bracket.
bool Deprecations::is_warn(Tokens tokens, std::size_t at, std::size_t* open) const {
  if (tokens[at].kind != kName || (at > 0 && tokens[at - 1].kind == '.')) return false;
  const std::string_view text = context_.text(tokens[at]);
  const auto knows = [text](const std::vector<std::string_view>& names) {
    return std::find(names.begin(), names.end(), text) != names.end();
  };
  *open = at + 1;
  if (at + 3 < tokens.size() && tokens[at + 1].kind == '.' && context_.is(tokens[at + 2], "warn") &&
      knows(modules_)) {
    *open = at + 3;
  } else if (!knows(functions_)) {
    return false;
  }
  return *open < tokens.size() && tokens[*open].kind == '(';
}

void Deprecations::statement(Tokens tokens, std::uint32_t block) {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    std::size_t open = 0;
    if (!is_warn(tokens, i, &open)) continue;
    const std::size_t close = matching(tokens, open);
    const bool names_category = std::any_of(
        tokens.begin() + static_cast<std::ptrdiff_t>(open),
        tokens.begin() + static_cast<std::ptrdiff_t>(close),
        [this](const Token& token) { return context_.is(token, "DeprecationWarning"); });
    if (names_category) {
      const std::uint32_t end = close < tokens.size() ? tokens[close].end : tokens.back().end;
      context_.facts.deprecations.push_back(
          {block, tokens[i].line, {tokens[i].begin, end}, !in_function(context_.facts, block)});
    }
    i = close;
  }
}

}  // namespace gp::python
