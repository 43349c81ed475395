#include "gardener/refs/name_digest.h"

#include <algorithm>

#include "gardener/python/char_class.h"

namespace gp::refs {

namespace {

using python::is_word;

bool is_line_end(char c) { return c == '\n' || c == '\r'; }

std::size_t word_end(std::string_view source, std::size_t at) {
  while (at < source.size() && is_word(source[at])) ++at;
  return at;
}

std::size_t comment_end(std::string_view source, std::size_t at) {
  while (at < source.size() && !is_line_end(source[at])) ++at;
  return at;
}

// Past blanks, line ends, continuations, comments and opening parentheses.
std::size_t skip_gap(std::string_view source, std::size_t at) {
  while (at < source.size()) {
    if (source[at] == '#') {
      at = comment_end(source, at);
    } else if (std::string_view(" \t\f\n\r\\(").find(source[at]) != std::string_view::npos) {
      ++at;
    } else {
      break;
    }
  }
  return at;
}

bool is_quote(std::string_view source, std::size_t at) {
  return at < source.size() && (source[at] == '"' || source[at] == '\'');
}

}  // namespace

std::uint32_t NameDigest::hash(std::string_view name) {
  std::uint32_t value = 2166136261U;  // FNV-1a
  for (const char c : name) value = (value ^ static_cast<unsigned char>(c)) * 16777619U;
  return value;
}

void NameDigest::begin(graph::FileId file) {
  entries_.push_back({file, static_cast<std::uint32_t>(hashes_.size()), false});
}

bool NameDigest::add_import(std::string_view source, std::size_t at) {
  bool is_star = false;
  bool in_brackets = false;
  while (at < source.size()) {
    const char c = source[at];
    if (is_word(c)) {
      const std::size_t end = word_end(source, at);
      add(source.substr(at, end - at));
      at = end;
      continue;
    }
    if (c == '#') {
      if (!in_brackets) break;
      at = comment_end(source, at);
      continue;
    }
    if (c == '(' && !in_brackets) {
      in_brackets = true;
    } else if (c == '\\') {  // a continuation takes the line end along
      if (at + 2 < source.size() && source[at + 1] == '\r' && source[at + 2] == '\n') ++at;
      ++at;
    } else if (c == '*') {
      is_star = true;
    } else if (is_line_end(c)) {
      if (!in_brackets) break;
    } else if (c != ' ' && c != '\t' && c != '\f' && c != ',' && c != '.') {
      break;
    }
    ++at;
  }
  return is_star;
}

void NameDigest::add_patch(std::string_view source, std::size_t at) {
  for (const std::string_view part : {".dict", ".multiple"})
    if (source.substr(at).starts_with(part)) at = word_end(source, at + 1);
  while (at < source.size() && (source[at] == ' ' || source[at] == '\t')) ++at;
  if (at >= source.size() || source[at] != '(') return;
  at = skip_gap(source, at);
  std::size_t end = word_end(source, at);
  if (end > at && !is_quote(source, end)) {
    const std::string_view word = source.substr(at, end - at);
    const std::size_t equal = skip_gap(source, end);
    if (equal >= source.size() || source[equal] != '=') return;  // no string
    at = skip_gap(source, equal + 1);
    end = word_end(source, at);
    if ((word != "target" && word != "in_dict") || (end > at && !is_quote(source, end))) {
      entries_.back().is_odd = true;
      return;
    }
  }
  if (!is_quote(source, end)) return;
  const std::size_t close = source.find(source[end], end + 1);
  const std::string_view value = source.substr(end + 1, std::min(close, source.size()) - end - 1);
  const std::size_t behind = close == std::string_view::npos ? close : skip_gap(source, close + 1);
  const bool is_plain = close != std::string_view::npos && !value.empty() &&
                        value.find_first_of("\\\n\r") == std::string_view::npos &&
                        !is_quote(source, behind) && !is_quote(source, word_end(source, behind));
  if (!is_plain) {
    entries_.back().is_odd = true;
    return;
  }
  for (std::size_t part = 0; part < value.size();) {
    const std::size_t stop = std::min(value.find('.', part), value.size());
    add(value.substr(part, stop - part));
    part = stop + 1;
  }
}

bool NameDigest::holds(std::size_t entry, const std::unordered_set<std::uint32_t>& wanted) const {
  const std::size_t end = entry + 1 < entries_.size() ? entries_[entry + 1].first : hashes_.size();
  return std::any_of(hashes_.begin() + entries_[entry].first,
                     hashes_.begin() + static_cast<std::ptrdiff_t>(end),
                     [&](std::uint32_t name) { return wanted.contains(name); });
}

}  // namespace gp::refs
