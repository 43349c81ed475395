#include "gardener/plan/insertion.h"

#include <algorithm>

namespace gp::plan {
namespace {

using python::BindingKind;
using python::BlockKind;

std::string newline_of(std::string_view source) {
  const std::size_t at = source.find_first_of("\r\n");
  if (at == std::string_view::npos) return "\n";
  return std::string(source.substr(at, source.substr(at, 2) == "\r\n" ? 2 : 1));
}

/// The first byte of the line behind `at`.
std::uint32_t next_line(std::string_view source, std::uint32_t at) {
  while (at < source.size() && source[at] != '\n' && source[at] != '\r') ++at;
  if (at < source.size() && source[at] == '\r') ++at;
  if (at < source.size() && source[at] == '\n') ++at;
  return at;
}

bool ends_line(std::string_view source, std::uint32_t at) {
  return at == 0 || source[at - 1] == '\n' || source[at - 1] == '\r';
}

/// Behind shebang, coding line and comments at the top.
std::uint32_t behind_comments(std::string_view source) {
  std::uint32_t at = source.starts_with("\xef\xbb\xbf") ? 3 : 0;
  while (at < source.size() && source[at] == '#') at = next_line(source, at);
  return at;
}

std::uint32_t import_place(const refs::ScannedFile& file, bool is_from, std::uint32_t before) {
  const python::ModuleFacts& facts = file.facts;
  std::uint32_t first_definition = std::min(before, static_cast<std::uint32_t>(file.source.size()));
  for (const python::Binding& binding : facts.bindings) {
    const bool is_def = binding.kind == BindingKind::kFunction ||
                        binding.kind == BindingKind::kAsyncFunction ||
                        binding.kind == BindingKind::kClass;
    if (is_def && binding.owner == python::kNone)
      first_definition = std::min(first_definition, binding.definition.begin);
  }
  std::uint32_t last = python::kNone;
  std::uint32_t last_plain = python::kNone;
  for (const python::ImportStatement& statement : facts.imports) {
    if (statement.block != 0 || statement.span.end > first_definition) continue;
    last = next_line(file.source, statement.span.end);
    if (!statement.is_from) last_plain = last;
  }
  if (!is_from && last_plain != python::kNone) return last_plain;
  if (last != python::kNone) return last;
  return facts.docstring.empty() ? behind_comments(file.source)
                                 : next_line(file.source, facts.docstring.end);
}

/// The begin of a last `if __name__ == …` block, with the comments right above; npos if none.
std::size_t main_guard(const refs::ScannedFile& file) {
  const python::ModuleFacts& facts = file.facts;
  std::size_t place = std::string::npos;
  for (const python::Block& block : facts.blocks) {
    if (block.kind != BlockKind::kIf || block.parent != 0) continue;
    const std::string_view header =
        std::string_view(file.source).substr(block.header.begin, block.header.size());
    if (header.find("__name__") != std::string_view::npos) place = block.header.begin;
  }
  if (place == std::string::npos) return place;
  for (const python::Binding& binding : facts.bindings)
    if (binding.owner == python::kNone && binding.own_block != python::kNone &&
        binding.definition.begin > place)
      return std::string::npos;
  while (place > 1) {
    std::size_t start = file.source.find_last_of("\r\n", place - 2);
    start = start == std::string::npos ? 0 : start + 1;
    if (file.source[start] != '#') break;
    place = start;
  }
  return place;
}

}  // namespace

std::vector<SpanEdit> insert_imports(const refs::ScannedFile& file,
                                     const std::vector<std::string>& statements,
                                     std::uint32_t before) {
  const std::string newline = newline_of(file.source);
  std::vector<SpanEdit> edits;
  for (const bool is_from : {false, true}) {
    const std::uint32_t place = import_place(file, is_from, before);
    const bool is_behind_other = !edits.empty() && edits.back().span().begin == place;
    const bool is_fresh = is_behind_other || ends_line(file.source, place) ||
                          file.source.substr(0, place) == "\xef\xbb\xbf";
    std::string text = is_fresh ? "" : newline;
    bool has_any = false;
    for (const std::string& statement : statements) {
      if (statement.starts_with("from ") != is_from) continue;
      text.append(statement).append(newline);
      has_any = true;
    }
    if (has_any) edits.emplace_back(python::Span{place, place}, std::move(text), Safety::kReviewed);
  }
  return edits;
}

SpanEdit insert_definitions(const refs::ScannedFile& file, const std::vector<SpanEdit>& imports,
                            const std::vector<std::string>& texts, std::uint32_t before) {
  const std::string_view source = file.source;
  const std::string newline = newline_of(source);
  const auto place = static_cast<std::uint32_t>(before != python::kNone
                                                    ? import_place(file, true, before)
                                                    : std::min(main_guard(file), source.size()));
  const auto has_newline = [&](std::size_t at) {
    return source.compare(at, newline.size(), newline) == 0;
  };
  std::size_t above = 0;
  for (std::size_t at = place; at >= newline.size() && has_newline(at - newline.size());
       at -= newline.size())
    ++above;
  const bool is_behind_imports = !imports.empty() && imports.back().span().begin == place;
  if (is_behind_imports) above = 1;  // their line end
  std::size_t below = 0;
  for (std::size_t at = place; at < source.size() && has_newline(at); at += newline.size()) ++below;
  constexpr std::size_t kAbove = 3;  // a line end and two blank lines
  constexpr std::size_t kBelow = 2;
  std::string text;
  if (place > 0 || is_behind_imports)
    for (std::size_t i = above; i < kAbove; ++i) text.append(newline);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) text.append(newline).append(newline);
    text.append(texts[i]).append(newline);
  }
  if (place < source.size())
    for (std::size_t i = below; i < kBelow; ++i) text.append(newline);
  return {{place, place}, std::move(text), Safety::kReviewed};
}

}  // namespace gp::plan
