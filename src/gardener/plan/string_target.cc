#include "gardener/plan/string_target.h"

#include <algorithm>

namespace gp::plan {
namespace {

/// Only white space, continuation and comments between two literals.
bool are_joined(std::string_view source, std::uint32_t begin, std::uint32_t end) {
  bool in_comment = false;
  for (std::uint32_t at = begin; at < end; ++at) {
    const char c = source[at];
    if (c == '\n' || c == '\r') {
      in_comment = false;
    } else if (c == '#') {
      in_comment = true;
    } else if (!in_comment && c != ' ' && c != '\t' && c != '\f' && c != '\\') {
      return false;
    }
  }
  return true;
}

}  // namespace

JoinedString::JoinedString(const refs::ScannedFile& file, std::uint32_t string) {
  const std::vector<python::StringLiteral>& strings = file.facts.strings;
  std::uint32_t first = string;
  std::uint32_t last = string;
  if (strings[string].is_joined) {
    while (first > 0 && strings[first - 1].is_joined &&
           strings[first - 1].span.end <= strings[first].span.begin &&
           are_joined(file.source, strings[first - 1].span.end, strings[first].span.begin))
      --first;
    while (last + 1 < strings.size() && strings[last + 1].is_joined &&
           strings[last].span.end <= strings[last + 1].span.begin &&
           are_joined(file.source, strings[last].span.end, strings[last + 1].span.begin))
      ++last;
  }
  for (std::uint32_t i = first; i <= last; ++i) {
    const python::StringLiteral& part = strings[i];
    is_plain_ = is_plain_ && !part.has_escape && !part.is_bytes && !part.is_format;
    parts_.push_back(part.content);
    value_.append(std::string_view(file.source).substr(part.content.begin, part.content.size()));
  }
}

std::vector<SpanEdit> JoinedString::replace(std::size_t begin, std::size_t end,
                                            std::string_view text, Safety safety) const {
  std::vector<SpanEdit> edits;
  std::size_t at = 0;
  for (const python::Span part : parts_) {
    const std::size_t from = std::max(begin, at);
    const std::size_t to = std::min(end, at + part.size());
    if (from < to) {
      const auto offset = static_cast<std::uint32_t>(part.begin + (from - at));
      edits.emplace_back(python::Span{offset, static_cast<std::uint32_t>(part.begin + (to - at))},
                         edits.empty() ? std::string(text) : std::string(), safety);
    }
    at += part.size();
  }
  return edits;
}

}  // namespace gp::plan
