/// CodeScan: walks the code of a file, past its strings and comments, for what the facts leave out:
/// which brackets are around a place, which keywords a block holds.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "gardener/python/facts.h"

namespace gp::refs {

/// A place in code that is neither in a string nor in a comment. Facts must be of Detail::kAll.
class CodeCursor {
 public:
  CodeCursor(std::string_view source, const python::ModuleFacts& facts, std::uint32_t begin,
             std::uint32_t end);
  bool at_end() const { return at_ >= end_; }
  std::uint32_t offset() const { return at_; }
  char byte() const { return source_[at_]; }
  /// The whole identifier or number that begins here; empty if none does. Does not move.
  std::string_view word() const;
  /// To the next byte or behind `word`; jumps over strings and comments. True if it jumped over a
  /// string.
  bool advance(std::size_t bytes = 1);

 private:
  bool skip();

  std::string_view source_;
  const python::ModuleFacts& facts_;
  std::uint32_t at_;
  std::uint32_t end_;
  std::size_t next_string_ = 0;
  std::size_t next_comment_ = 0;
};

/// A bracket that was open somewhere in the file.
struct Bracket {
  char kind = 0;            ///< ( [ {
  bool is_trailer = false;  ///< call or subscript: stands behind an operand
  bool has_comma = false;   ///< directly inside
  bool has_colon = false;   ///< directly inside
  bool has_for = false;     ///< a comprehension
  std::uint32_t open = 0;
  std::uint32_t close = 0;
  std::uint32_t parent = python::kNone;
};

/// The brackets of a file. A bracket that is never closed ends where the next block or import
/// begins.
class BracketMap {
 public:
  BracketMap(std::string_view source, const python::ModuleFacts& facts);
  /// The innermost bracket around the place; kNone outside all.
  std::uint32_t around(std::uint32_t offset) const;
  const Bracket& operator[](std::uint32_t index) const { return brackets_[index]; }
  /// "list", "tuple", "set", "dict" of the innermost display around the place, through calls and
  /// groups; "" if there is none.
  std::string_view container(std::uint32_t offset) const;

 private:
  std::vector<Bracket> brackets_{};  ///< sorted by open
};

}  // namespace gp::refs
