#include "gardener/refs/text_references.h"

#include <algorithm>

#include "gardener/python/char_class.h"
#include "gardener/refs/string_shape.h"

namespace gp::refs {

namespace {

using python::is_word;

constexpr auto kNone = std::string_view::npos;

std::size_t skip_spaces(std::string_view line, std::size_t at) {
  while (at < line.size() && (line[at] == ' ' || line[at] == '\t')) ++at;
  return at;
}

bool word_at(std::string_view line, std::size_t at, std::string_view word) {
  return line.substr(at).starts_with(word) && is_exact(line, at, word.size());
}

/// Finds the import in a line of shell that holds an occurrence of the module's last component.
class ShellLine {
 public:
  ShellLine(std::string_view line, const Target& target) : line_(line), target_(target) {}

  /// True if the occurrence at `place` is part of an import; `symbol` gets the imported names.
  bool imports(std::size_t place, std::string& symbol) const {
    for (std::size_t at = line_.find("from"); at < place; at = line_.find("from", at + 1))
      if (word_at(line_, at, "from") && from(at + 4, place, symbol)) return true;
    for (std::size_t at = line_.find("import"); at < place; at = line_.find("import", at + 1)) {
      const std::size_t name = skip_spaces(line_, at + 6);
      if (word_at(line_, at, "import") && name != at + 6 && is_module(name) && covers(name, place))
        return true;
    }
    for (std::size_t at = line_.find("-m"); at < place; at = line_.find("-m", at + 1)) {
      const std::size_t name = skip_spaces(line_, at + 2);
      if (name != at + 2 && is_module(name) && covers(name, place)) return true;
    }
    return false;
  }

 private:
  bool is_module(std::size_t at) const {
    const std::size_t end = at + target_.module.size();
    return line_.substr(at).starts_with(target_.module) &&
           (end == line_.size() || !is_word(line_[end]));
  }
  bool covers(std::size_t module, std::size_t place) const {
    return module <= place && place < module + target_.module.size();
  }

  bool from(std::size_t at, std::size_t place, std::string& symbol) const {
    const std::size_t module = skip_spaces(line_, at);
    if (module == at) return false;
    std::size_t end = module;
    while (end < line_.size() && (is_word(line_[end]) || line_[end] == '.')) ++end;
    const std::size_t import = skip_spaces(line_, end);
    if (import == end || !word_at(line_, import, "import")) return false;
    const std::size_t names = skip_spaces(line_, import + 6);
    const std::string_view name = line_.substr(module, end - module);
    if (is_within(name, target_.module) && place < import) {
      symbol = symbols(names);
      return true;
    }
    return name == target_.package && place >= names && is_exact(line_, place, target_.base.size());
  }

  // `a, b as c` → "a,b".
  std::string symbols(std::size_t at) const {
    std::string all;
    while (at < line_.size()) {
      at = skip_spaces(line_, at);
      std::size_t end = at;
      while (end < line_.size() && (is_word(line_[end]) || line_[end] == '*')) ++end;
      if (end == at) break;
      if (!all.empty()) all += ',';
      all += line_.substr(at, end - at);
      at = skip_spaces(line_, end);
      if (word_at(line_, at, "as")) {
        at = skip_spaces(line_, at + 2);
        while (at < line_.size() && is_word(line_[at])) ++at;
        at = skip_spaces(line_, at);
      }
      if (at >= line_.size() || line_[at] != ',') break;
      ++at;
    }
    return all;
  }

  std::string_view line_;
  const Target& target_;
};

RefClass class_of(graph::FileKind kind) {
  switch (kind) {
    case graph::FileKind::kConfig: return RefClass::kConfig;
    case graph::FileKind::kDoc: return RefClass::kDoc;
    default: return RefClass::kText;
  }
}

}  // namespace

std::vector<Reference> text_references(std::string_view text, graph::FileKind kind,
                                       const Target& target) {
  std::vector<Reference> references;
  const python::LineIndex lines(text);
  std::uint32_t count = 1;
  for (std::size_t found = text.find(target.base); found != kNone;
       found = text.find(target.base, found + 1)) {
    const TextRange mention = mention_around(text, found, target.base.size(), false);
    Reference reference;
    reference.span = {static_cast<std::uint32_t>(mention.begin),
                      static_cast<std::uint32_t>(mention.end)};
    reference.begin = lines.at(reference.span.begin);
    reference.end = lines.at(reference.span.end);
    reference.module = target.module;
    const std::string_view whole = text.substr(mention.begin, mention.end - mention.begin);
    if (is_dotted_path(whole, target.module) && whole.size() > target.module.size())
      reference.symbol = whole.substr(target.module.size() + 1);
    const std::uint32_t line = reference.begin.line;
    if (kind == graph::FileKind::kShell &&
        ShellLine(lines.line(line), target)
            .imports(found - lines.begin_of(line), reference.symbol)) {
      reference.kind = RefClass::kShellImport;
      reference.failure = FailureMode::kLoud;
    } else {
      reference.kind =
          is_exact(text, found, target.base.size()) ? class_of(kind) : RefClass::kTextLookalike;
    }
    const bool is_again = !references.empty() && references.back().span == reference.span &&
                          references.back().kind == reference.kind;
    count = is_again ? count + 1 : 1;
    if (is_again) {
      references.back().context = "count:" + std::to_string(count);
    } else {
      references.push_back(std::move(reference));
    }
  }
  return references;
}

}  // namespace gp::refs
