#include "gardener/rules/source_lines.h"

#include <algorithm>

namespace gp::rules {

std::string_view SourceLines::line(const std::string& path, std::uint32_t line) {
  if (!index_ || path != path_) {
    path_ = path;
    index_.reset();
    source_.clear();
    const graph::FileId file = tree_.find(path);
    if (file == graph::kNoFile) return {};
    auto text = tree_.read(file);
    if (text.has_error()) return {};
    source_ = std::move(text).value();
    index_.emplace(source_);
  }
  std::string_view text = index_->line(line);
  if (line == 1 && text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  return text;
}

std::uint32_t SourceLines::character_column(const std::string& path, std::uint32_t line,
                                            std::uint32_t column) {
  const std::string_view before = this->line(path, line).substr(0, column);
  const auto inside = std::count_if(before.begin(), before.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0u) == 0x80u;
  });
  return static_cast<std::uint32_t>(static_cast<std::ptrdiff_t>(before.size()) - inside) + 1;
}

}  // namespace gp::rules
