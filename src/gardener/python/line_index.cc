#include "gardener/python/line_index.h"

#include <algorithm>
#include <cstring>

namespace gp::python {

LineIndex::LineIndex(std::string_view source)
    : source_(source), has_bom_(source.starts_with("\xef\xbb\xbf")) {
  starts_.push_back(0);
  const bool has_cr = !source.empty() && std::memchr(source.data(), '\r', source.size()) != nullptr;
  for (std::size_t at = 0; at < source.size(); ++at) {
    if (has_cr) {
      while (at < source.size() && source[at] != '\n' && source[at] != '\r') ++at;
    } else {
      at = std::min(source.find('\n', at), source.size());
    }
    if (at == source.size()) break;
    if (source[at] == '\r' && at + 1 < source.size() && source[at + 1] == '\n') ++at;
    starts_.push_back(static_cast<std::uint32_t>(at + 1));
  }
}

Position LineIndex::at(std::uint32_t offset) const {
  const auto next = std::upper_bound(starts_.begin(), starts_.end(), offset);
  const auto line = static_cast<std::uint32_t>(next - starts_.begin());
  std::uint32_t column = offset - starts_[line - 1];
  if (line == 1 && has_bom_) column = column < 3 ? 0 : column - 3;
  return {line, column};
}

std::string_view LineIndex::line(std::uint32_t line) const {
  if (line == 0 || line > lines()) return {};
  const std::uint32_t begin = starts_[line - 1];
  std::size_t end = line < lines() ? starts_[line] : source_.size();
  while (end > begin && (source_[end - 1] == '\n' || source_[end - 1] == '\r')) --end;
  return source_.substr(begin, end - begin);
}

std::uint32_t LineIndex::begin_of(std::uint32_t line) const {
  if (line == 0) return 0;
  return line <= lines() ? starts_[line - 1] : static_cast<std::uint32_t>(source_.size());
}

}  // namespace gp::python
