/// BlockTracker: the stack of open blocks; fills ModuleFacts::blocks.
///
/// A header opens a block; the first deeper line gives it its indentation; a line at a smaller
/// column closes blocks. A line that fits nowhere is a problem and belongs to the innermost block
/// at or left of it.
#pragma once

#include <cstdint>
#include <vector>

#include "gardener/python/facts.h"
#include "gardener/python/lexer.h"
#include "gardener/python/problem_list.h"
#include "gardener/python/rolling_hash.h"

namespace gp::python {

class BlockTracker {
 public:
  struct Frame {
    std::uint32_t block = 0;
    Indentation indentation{};
    bool pending = false;                 ///< its first line is still to come
    bool names_lock = false;              ///< a `with` over a lock
    std::uint32_t function = kNone;       ///< index of the innermost function's frame
    std::uint32_t classes = 0;            ///< class blocks around, itself included
    std::uint32_t binding = kNone;        ///< of the def or class that opened it
    std::uint32_t class_binding = kNone;  ///< of the innermost class around
    std::uint32_t compound = kNone;       ///< the block an else or except here belongs to
    RollingHash start{};                  ///< before the definition's first token
  };

  /// What opens a block.
  struct Header {
    BlockKind kind = BlockKind::kModule;
    std::uint32_t line = 0;
    std::uint32_t begin = 0;  ///< of the statement: the decorators' if there are any
    Span span{};
    Span name{};
    bool one_line = false;
  };

  BlockTracker(ModuleFacts& facts, ProblemList& problems);

  /// A logical line begins: closes and fixes blocks. `hash` is before its first token; what changed
  /// in the structure is fed to it.
  void align(Indentation indentation, std::uint32_t line, RollingHash& hash);
  /// Counts a statement of the innermost block; its index there.
  std::uint32_t begin_statement(std::uint32_t begin);
  void end_statement(std::uint32_t end) { last_end_ = last_separator_ = end; }
  /// A `;` behind the last statement: no part of it, but of the compounds around, as in ast.
  void end_separator(std::uint32_t end) { last_separator_ = end; }
  /// The new innermost frame.
  Frame& open(const Header& header);
  /// Closes the innermost block; `hash` is behind its last token.
  void close(const RollingHash& hash);
  void close_all(const RollingHash& hash);

  Frame& top() { return frames_.back(); }
  const Frame& top() const { return frames_.back(); }
  std::uint32_t block() const { return frames_.back().block; }
  const std::vector<Frame>& frames() const { return frames_; }
  bool in_function() const { return top().function != kNone; }
  /// At module level or directly in a top-level class: where names are bound that others can
  /// import.
  bool binds_public_names() const { return !in_function() && top().classes <= 1; }
  bool at_module_level() const { return !in_function() && top().classes == 0; }

 private:
  std::uint32_t first_of(const Header& header);

  ModuleFacts& facts_;
  ProblemList& problems_;
  std::vector<Frame> frames_{};
  std::uint32_t last_end_ = 0;
  std::uint32_t last_separator_ = 0;
};

/// True for elif, else, except and finally: they go on with a statement.
bool continues_compound(BlockKind kind);

}  // namespace gp::python
