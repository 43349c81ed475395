/// SourceLines: lines of the analysed files for outputs. Keeps the last file only, because outputs
/// are sorted by file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gardener/graph/source_tree.h"
#include "gardener/python/line_index.h"

namespace gp::rules {

class SourceLines {
 public:
  explicit SourceLines(const graph::SourceTree& tree) : tree_(tree) {}

  /// Without its end; empty if the file cannot be read or has no such line (from 1). Valid until
  /// the next call.
  std::string_view line(const std::string& path, std::uint32_t line);
  /// Byte column (from 0) as a column of Unicode characters from 1; bytes that are no UTF-8 count
  /// one each unless they look like a continuation.
  std::uint32_t character_column(const std::string& path, std::uint32_t line, std::uint32_t column);

 private:
  const graph::SourceTree& tree_;
  std::string path_{};
  std::string source_{};
  std::optional<python::LineIndex> index_{};
};

}  // namespace gp::rules
