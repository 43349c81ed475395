#include "gardener/python/string_content.h"

#include <array>
#include <string>

#include "gardener/python/char_class.h"

namespace gp::python {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

std::string word_before(std::string_view text, std::size_t at) {
  while (at > 0 && !is_word(text[at - 1])) {
    const char c = text[at - 1];
    if (c != ' ' && c != '-' && c != '\n' && c != '\r' && c != '\t') return {};
    --at;
  }
  std::size_t begin = at;
  while (begin > 0 && is_word(text[begin - 1])) --begin;
  std::string word(text.substr(begin, at - begin));
  for (char& c : word) c = lower(c);
  return word;
}

// An indented `.. deprecated::` speaks of what it stands below: an option, a parameter.
bool is_inner_directive(std::string_view text, std::size_t at) {
  const std::size_t line = text.substr(0, at).find_last_of("\n\r") + 1;
  const std::string_view before = text.substr(line, at - line);
  const std::size_t first = before.find_first_not_of(" \t");
  return first != 0 && first != std::string_view::npos && before.substr(first).starts_with("..");
}

bool matches(std::string_view text, std::size_t at, std::string_view word) {
  for (std::size_t i = 0; i < word.size(); ++i)
    if (lower(text[at + i]) != word[i]) return false;
  return true;
}

}  // namespace

Tokens only_strings(Tokens statement) {
  while (statement.size() > 2 && statement.front().kind == '(' && statement.back().kind == ')')
    statement = statement.subspan(1, statement.size() - 2);
  for (const Token& token : statement)
    if (token.kind != kString || (token.flags & (kBytes | kFormat)) != 0) return {};
  return statement;
}

bool says_deprecated(std::string_view text) {
  constexpr std::string_view kWord = "deprecated";
  for (std::size_t at = 0; at + kWord.size() <= text.size(); ++at) {
    if (!matches(text, at, kWord)) continue;
    const bool whole = (at == 0 || !is_word(text[at - 1])) &&
                       (at + kWord.size() == text.size() || !is_word(text[at + kWord.size()]));
    if (!whole || is_inner_directive(text, at)) continue;
    const std::string before = word_before(text, at);
    if (before != "not" && before != "non" && before != "never" && before != "longer") return true;
  }
  return false;
}

}  // namespace gp::python
