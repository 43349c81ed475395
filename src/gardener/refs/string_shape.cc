#include "gardener/refs/string_shape.h"

#include <algorithm>

#include "gardener/python/char_class.h"

namespace gp::refs {

namespace {

using python::is_word;

constexpr auto kNone = std::string_view::npos;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}
bool is_ascii_word(char c) { return is_word(c) && static_cast<unsigned char>(c) < 0x80; }
bool is_dotted(char c) { return is_word(c) || c == '.'; }

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}
std::size_t skip_dotted(std::string_view text, std::size_t at) {
  while (at < text.size() && is_dotted(text[at])) ++at;
  return at;
}

// `word` as a whole word at `at`?
bool is_word_at(std::string_view text, std::size_t at, std::string_view word) {
  return text.substr(at).starts_with(word) && is_exact(text, at, word.size());
}

// An occurrence in [begin, end) that no ASCII word character touches (nor a dot before, if asked).
bool has_base(std::string_view text, std::size_t begin, std::size_t end, std::string_view base,
              bool dot_before_allowed) {
  for (std::size_t at = text.find(base, begin); at != kNone && at + base.size() <= end;
       at = text.find(base, at + 1)) {
    const std::size_t behind = at + base.size();
    if (behind < text.size() && is_ascii_word(text[behind])) continue;
    if (at > 0 && is_ascii_word(text[at - 1])) continue;
    if (at > 0 && !dot_before_allowed && is_dotted(text[at - 1])) continue;
    return true;
  }
  return false;
}

// A `from` stands at `at`.
bool from_imports(std::string_view text, std::size_t at, std::string_view base) {
  std::size_t module = skip_blanks(text, at + 4);
  if (module == at + 4) return false;
  const std::size_t module_end = skip_dotted(text, module);
  const std::size_t import = skip_blanks(text, module_end);
  if (import == module_end || !text.substr(import).starts_with("import")) return false;
  const std::size_t names = import + 6;
  if (names < text.size() && is_word(text[names])) return false;
  if (has_base(text, module, module_end, base, true)) return true;
  if (module == module_end) return false;
  std::size_t list = skip_blanks(text, names);
  if (list == names) return false;
  return has_base(text, list, std::min(text.find('\n', list), text.size()), base, false);
}

}  // namespace

bool is_exact(std::string_view text, std::size_t at, std::size_t size) {
  const std::size_t end = at + size;
  return (at == 0 || !is_word(text[at - 1])) && (end >= text.size() || !is_word(text[end]));
}

bool has_exact(std::string_view text, std::string_view base) {
  for (std::size_t at = text.find(base); at != kNone; at = text.find(base, at + 1))
    if (is_exact(text, at, base.size())) return true;
  return false;
}

bool has_pattern_backslash(std::string_view text) {
  for (std::size_t at = text.find('\\'); at != kNone; at = text.find('\\', at + 1))
    if (at + 1 == text.size() || text[at + 1] != '\n') return true;
  return false;
}

bool is_dotted_path(std::string_view text, std::string_view module) {
  if (!text.starts_with(module)) return false;
  std::size_t at = module.size();
  while (at < text.size()) {
    if (text[at] != '.') return false;
    const std::size_t name = ++at;
    while (at < text.size() && is_word(text[at])) ++at;
    if (at == name || python::is_digit(text[name])) return false;
  }
  return true;
}

bool has_import_text(std::string_view text, std::string_view base) {
  for (std::size_t at = text.find("from"); at != kNone; at = text.find("from", at + 1))
    if (is_word_at(text, at, "from") && from_imports(text, at, base)) return true;
  for (std::size_t at = text.find("import"); at != kNone; at = text.find("import", at + 1)) {
    if (!is_word_at(text, at, "import")) continue;
    const std::size_t name = skip_blanks(text, at + 6);
    if (name != at + 6 && has_base(text, name, skip_dotted(text, name), base, true)) return true;
  }
  return false;
}

bool is_path(std::string_view text, std::string_view base) {
  const auto is_before = [](char c) {
    return is_word(c) || std::string_view("./\\:~-").find(c) != kNone;
  };
  const auto is_behind = [](char c) {
    return is_word(c) || std::string_view("./-").find(c) != kNone;
  };
  for (std::size_t at = text.find(base); at != kNone; at = text.find(base, at + 1)) {
    if (!std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), is_before))
      return false;
    if (at > 0 && (is_ascii_word(text[at - 1]) || text[at - 1] == '-')) continue;
    const std::string_view behind = text.substr(at + base.size());
    if (behind == ".py" || behind == ".pyi") return true;
    if (behind.starts_with('/') && std::all_of(behind.begin(), behind.end(), is_behind))
      return true;
  }
  return false;
}

TextRange mention_around(std::string_view text, std::size_t at, std::size_t size, bool is_path) {
  const auto belongs = [&](char c) {
    return is_dotted(c) || (is_path && (c == '/' || c == '-' || c == '~'));
  };
  TextRange range{at, at + size};
  while (range.begin > 0 && belongs(text[range.begin - 1])) --range.begin;
  while (range.end < text.size() && belongs(text[range.end])) ++range.end;
  if (!is_path) {
    while (range.begin < at && text[range.begin] == '.') ++range.begin;
  }
  while (range.end > at + size && text[range.end - 1] == '.') --range.end;
  return range;
}

}  // namespace gp::refs
