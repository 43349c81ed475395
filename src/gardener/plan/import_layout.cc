#include "gardener/plan/import_layout.h"

#include <algorithm>

namespace gp::plan {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\f'; }
bool is_newline(char c) { return c == '\n' || c == '\r'; }

std::string_view newline_at(std::string_view source, std::uint32_t from) {
  const std::size_t at = source.find_first_of("\r\n", from);
  if (at == std::string_view::npos) {
    const std::size_t first = source.find_first_of("\r\n");
    return first == std::string_view::npos     ? "\n"
           : source.substr(first, 2) == "\r\n" ? "\r\n"
                                               : source.substr(first, 1);
  }
  return source.substr(at, 2) == "\r\n" ? "\r\n" : source.substr(at, 1);
}

}  // namespace

ImportLayout::ImportLayout(std::string_view source, const python::ModuleFacts& facts,
                           std::uint32_t statement)
    : source_(source), facts_(facts), statement_(facts.imports[statement]) {
  const python::Span span = statement_.span;
  newline_ = newline_at(source, span.begin);
  const std::uint32_t begin = line_begin(span.begin);
  indent_ = statement_.shares_line ? "" : std::string(source.substr(begin, span.begin - begin));
  if (indent_.starts_with("\xef\xbb\xbf")) indent_.erase(0, 3);
  has_parentheses_ = !statement_.open.empty();
  is_multi_line_ = has_parentheses_ && has_newline(statement_.open.end, statement_.close.begin);
  elements_.resize(statement_.name_count);
  inner_indent_ = indent_ + "    ";
  std::uint32_t behind = has_parentheses_ ? statement_.open.end : span.begin;
  for (std::uint32_t i = statement_.name_count; i-- > 0;) {
    const python::ImportedName& name = facts.names[statement_.first_name + i];
    const std::uint32_t previous =
        i == 0 ? behind : facts.names[statement_.first_name + i - 1].whole.end;
    elements_[i].breaks = is_multi_line_ && has_newline(previous, name.whole.begin);
    const std::uint32_t line = line_begin(name.whole.begin);
    const std::string_view before = source.substr(line, name.whole.begin - line);
    if (elements_[i].breaks && std::all_of(before.begin(), before.end(), is_blank))
      inner_indent_ = before;
  }
  has_trailing_comma_ =
      has_parentheses_ &&
      !facts.names[statement_.first_name + statement_.name_count - 1].comma.empty();
  if (is_multi_line_) {
    const std::uint32_t line = line_begin(statement_.close.begin);
    const std::string_view before = source.substr(line, statement_.close.begin - line);
    close_on_own_line_ = std::all_of(before.begin(), before.end(), is_blank);
    close_indent_ = close_on_own_line_ ? std::string(before) : indent_;
  }
  read_comments();
}

bool ImportLayout::has_newline(std::uint32_t begin, std::uint32_t end) const {
  const std::string_view between = source_.substr(begin, end - begin);
  return std::any_of(between.begin(), between.end(), is_newline);
}

std::uint32_t ImportLayout::line_begin(std::uint32_t at) const {
  while (at > 0 && !is_newline(source_[at - 1])) --at;
  return at;
}

void ImportLayout::read_comments() {
  const auto first = std::lower_bound(
      facts_.comments.begin(), facts_.comments.end(), statement_.span.begin,
      [](const python::Span& comment, std::uint32_t at) { return comment.begin < at; });
  const auto names = facts_.names.begin() + statement_.first_name;
  for (auto comment = first; comment != facts_.comments.end(); ++comment) {
    const std::string text(source_.substr(comment->begin, comment->size()));
    if (comment->begin >= statement_.span.end) {
      const std::string_view gap =
          source_.substr(statement_.span.end, comment->begin - statement_.span.end);
      if (std::all_of(gap.begin(), gap.end(), is_blank)) end_comment_ = std::string(gap) + text;
      break;
    }
    std::uint32_t next = 0;
    while (next < statement_.name_count && (names + next)->whole.begin < comment->begin) ++next;
    const std::uint32_t behind = next > 0 ? (names + (next - 1))->whole.end : statement_.open.end;
    if (!has_newline(behind, comment->begin)) {
      const std::uint32_t comma = next > 0 ? (names + (next - 1))->comma.end : 0;
      const std::uint32_t from = comma > behind && comma <= comment->begin ? comma : behind;
      const std::string_view gap = source_.substr(from, comment->begin - from);
      std::string spaced =
          (std::all_of(gap.begin(), gap.end(), is_blank) ? std::string(gap) : "  ") + text;
      (next > 0 ? elements_[next - 1].trail : open_comment_) = std::move(spaced);
    } else {
      (next < statement_.name_count ? elements_[next].lead : tail_).push_back(text);
    }
  }
}

std::string ImportLayout::render(const std::vector<ImportGroup>& groups) const {
  std::string text;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const ImportGroup& group = groups[i];
    text.append(is_multi_line_ && !group.from.empty() ? render_lines(group) : render_line(group));
    if (i + 1 == groups.size()) break;
    text.append(statement_.shares_line ? "; " : end_comment_ + newline_ + indent_);
  }
  return text;
}

std::string ImportLayout::render_line(const ImportGroup& group) const {
  std::string text = group.from.empty() ? "" : "from " + group.from + " ";
  text.append("import ");
  const bool in_parentheses = has_parentheses_ && !group.from.empty();
  if (in_parentheses) text.append("(");
  for (std::size_t i = 0; i < group.members.size(); ++i)
    text.append(i == 0 ? "" : ", ").append(group.members[i].clause);
  if (in_parentheses) text.append(has_trailing_comma_ ? ",)" : ")");
  return text;
}

std::string ImportLayout::render_lines(const ImportGroup& group) const {
  std::string text = "from " + group.from + " import (" + open_comment_;
  bool must_break = !open_comment_.empty();
  std::uint32_t previous = 0;
  for (std::size_t i = 0; i < group.members.size(); ++i) {
    const std::uint32_t at = group.members[i].element;
    const Element& element = elements_[at];
    bool breaks = must_break || !element.lead.empty();
    for (std::uint32_t k = i == 0 ? 0 : previous + 1; k <= (i == 0 ? 0 : at); ++k)
      breaks = breaks || elements_[k].breaks;
    if (breaks) {
      text.append(newline_).append(inner_indent_);
      for (const std::string& comment : element.lead)
        text.append(comment).append(newline_).append(inner_indent_);
    } else if (i > 0) {
      text.append(" ");
    }
    text.append(group.members[i].clause);
    if (i + 1 < group.members.size() || has_trailing_comma_) text.append(",");
    text.append(element.trail);
    must_break = !element.trail.empty();
    previous = at;
  }
  if (previous + 1 == elements_.size()) {
    for (const std::string& comment : tail_)
      text.append(newline_).append(inner_indent_).append(comment);
    must_break = must_break || !tail_.empty();
  }
  if (close_on_own_line_ || must_break) text.append(newline_).append(close_indent_);
  return text.append(")");
}

python::Span ImportLayout::removal() const {
  python::Span span = statement_.span;
  const auto end = static_cast<std::uint32_t>(source_.size());
  if (!statement_.shares_line) {
    span.begin -= static_cast<std::uint32_t>(indent_.size());
    while (span.end < end && (is_blank(source_[span.end]) || source_[span.end] == ';')) ++span.end;
    if (span.end < end && source_[span.end] == '#')
      while (span.end < end && !is_newline(source_[span.end])) ++span.end;
    if (span.end < end && source_[span.end] == '\r') ++span.end;
    if (span.end < end && source_[span.end] == '\n') ++span.end;
    return span;
  }
  std::uint32_t behind = span.end;
  while (behind < end && is_blank(source_[behind])) ++behind;
  if (behind < end && source_[behind] == ';') {
    ++behind;
    while (behind < end && is_blank(source_[behind])) ++behind;
    if (behind < end && !is_newline(source_[behind]) && source_[behind] != '#')
      return {span.begin, behind};
  }
  std::uint32_t before = span.begin;
  while (before > 0 && is_blank(source_[before - 1])) --before;
  if (before > 0 && source_[before - 1] == ';') return {before - 1, span.end};
  return {};
}

}  // namespace gp::plan
