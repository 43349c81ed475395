#include "gardener/refs/code_scan.h"

#include <algorithm>
#include <array>

#include "gardener/python/char_class.h"

namespace gp::refs {

using python::kNone;

CodeCursor::CodeCursor(std::string_view source, const python::ModuleFacts& facts,
                       std::uint32_t begin, std::uint32_t end)
    : source_(source),
      facts_(facts),
      at_(begin),
      end_(std::min(end, static_cast<std::uint32_t>(source.size()))) {
  const auto first_behind = [&](const auto& items, auto span_of) {
    return static_cast<std::size_t>(std::lower_bound(items.begin(), items.end(), begin,
                                                     [&](const auto& item, std::uint32_t place) {
                                                       return span_of(item).end <= place;
                                                     }) -
                                    items.begin());
  };
  next_string_ = first_behind(facts.strings,
                              [](const python::StringLiteral& literal) { return literal.span; });
  next_comment_ = first_behind(facts.comments, [](python::Span span) { return span; });
  skip();
}

std::string_view CodeCursor::word() const {
  std::uint32_t stop = at_;
  while (stop < end_ && python::is_word(source_[stop])) ++stop;
  return source_.substr(at_, stop - at_);
}

bool CodeCursor::advance(std::size_t bytes) {
  at_ += static_cast<std::uint32_t>(bytes);
  return skip();
}

bool CodeCursor::skip() {
  bool passed_string = false;
  while (true) {
    while (next_string_ < facts_.strings.size() && facts_.strings[next_string_].span.end <= at_)
      ++next_string_;
    while (next_comment_ < facts_.comments.size() && facts_.comments[next_comment_].end <= at_)
      ++next_comment_;
    if (next_string_ < facts_.strings.size() && facts_.strings[next_string_].span.begin <= at_) {
      at_ = facts_.strings[next_string_].span.end;
      passed_string = true;
    } else if (next_comment_ < facts_.comments.size() &&
               facts_.comments[next_comment_].begin <= at_) {
      at_ = facts_.comments[next_comment_].end;
    } else {
      return passed_string;
    }
  }
}

namespace {

// Words behind which an operand begins: a bracket there is no call or subscript.
bool is_operator_word(std::string_view word) {
  static constexpr std::array<std::string_view, 23> kWords{
      "and",    "as",  "assert", "async",  "await",  "del",  "elif", "else",
      "except", "for", "from",   "if",     "import", "in",   "is",   "lambda",
      "not",    "or",  "raise",  "return", "while",  "with", "yield"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

// Where statements surely begin outside all brackets.
std::vector<std::uint32_t> statement_starts(const python::ModuleFacts& facts) {
  std::vector<std::uint32_t> starts;
  for (const python::Block& block : facts.blocks)
    if (!block.header.empty()) starts.push_back(block.header.begin);
  for (const python::ImportStatement& statement : facts.imports)
    starts.push_back(statement.span.begin);
  std::sort(starts.begin(), starts.end());
  return starts;
}

}  // namespace

BracketMap::BracketMap(std::string_view source, const python::ModuleFacts& facts) {
  const std::vector<std::uint32_t> starts = statement_starts(facts);
  std::size_t next_start = 0;
  std::uint32_t open = kNone;  // the innermost
  bool after_operand = false;
  const auto close = [&](std::uint32_t at) {
    brackets_[open].close = at;
    open = brackets_[open].parent;
  };
  const auto size = static_cast<std::uint32_t>(source.size());
  CodeCursor cursor(source, facts, 0, size);
  while (!cursor.at_end()) {
    for (; next_start < starts.size() && starts[next_start] <= cursor.offset(); ++next_start) {
      while (open != kNone) close(cursor.offset());
      after_operand = false;
    }
    const char byte = cursor.byte();
    std::size_t step = 1;
    if (python::is_word(byte)) {
      const std::string_view word = cursor.word();
      step = word.size();
      if (word == "for" && open != kNone) brackets_[open].has_for = true;
      after_operand = !is_operator_word(word);
    } else if (byte == '(' || byte == '[' || byte == '{') {
      Bracket bracket;
      bracket.kind = byte;
      bracket.is_trailer = after_operand && byte != '{';
      bracket.open = cursor.offset();
      bracket.close = size;
      bracket.parent = open;
      open = static_cast<std::uint32_t>(brackets_.size());
      brackets_.push_back(bracket);
      after_operand = false;
    } else if (byte == ')' || byte == ']' || byte == '}') {
      if (open != kNone) close(cursor.offset());
      after_operand = true;
    } else if (byte == '\n' || byte == '\r') {
      if (open == kNone) after_operand = false;
    } else if (python::char_class(byte) == python::CharClass::kOperator ||
               python::char_class(byte) == python::CharClass::kDot) {
      if (open != kNone && byte == ',') brackets_[open].has_comma = true;
      if (open != kNone && byte == ':') brackets_[open].has_colon = true;
      after_operand = false;
    }
    after_operand |= cursor.advance(step);
  }
}

std::uint32_t BracketMap::around(std::uint32_t offset) const {
  const auto behind = std::upper_bound(
      brackets_.begin(), brackets_.end(), offset,
      [](std::uint32_t place, const Bracket& bracket) { return place <= bracket.open; });
  auto index = static_cast<std::uint32_t>(behind - brackets_.begin());
  index = index == 0 ? kNone : index - 1;
  while (index != kNone && brackets_[index].close < offset) index = brackets_[index].parent;
  return index;
}

std::string_view BracketMap::container(std::uint32_t offset) const {
  for (std::uint32_t at = around(offset); at != kNone; at = brackets_[at].parent) {
    const Bracket& bracket = brackets_[at];
    if (bracket.has_for) continue;
    if (bracket.kind == '{') return bracket.has_colon ? "dict" : "set";
    if (bracket.kind == '[' && !bracket.is_trailer) return "list";
    if (bracket.has_comma && (bracket.kind == '[' || !bracket.is_trailer)) return "tuple";
  }
  return {};
}

}  // namespace gp::refs
