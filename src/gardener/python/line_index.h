/// LineIndex: byte offsets to lines and columns, for a source at hand.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace gp::python {

struct Position {
  std::uint32_t line = 1;    ///< from 1
  std::uint32_t column = 0;  ///< bytes from 0; a BOM is not counted, as in Python's ast
  friend bool operator==(Position, Position) = default;
};

class LineIndex {
 public:
  /// Lines end with LF, CR LF or a lone CR, as Python reads them.
  explicit LineIndex(std::string_view source);
  Position at(std::uint32_t offset) const;
  /// Without its line end. `line` from 1; empty behind the last.
  std::string_view line(std::uint32_t line) const;
  std::uint32_t begin_of(std::uint32_t line) const;
  std::uint32_t lines() const { return static_cast<std::uint32_t>(starts_.size()); }

 private:
  std::string_view source_;
  std::vector<std::uint32_t> starts_;
  bool has_bom_ = false;
};

}  // namespace gp::python
