/// Which compound statement a logical line begins, and where its header ends.
#pragma once

#include <cstdint>

#include "gardener/python/scan_context.h"

namespace gp::python {

struct CompoundHeader {
  BlockKind kind = BlockKind::kModule;  ///< kModule: a simple statement
  std::size_t colon = 0;                ///< index of the ':' that ends the header
  std::size_t name = 0;                 ///< index of a def's or class's name; 0 if there is none
  explicit operator bool() const { return kind != BlockKind::kModule; }
};

/// `around` is the innermost block: `case` is one only in a match. A header without a ':' is a
/// problem and no compound. Reports what needs a version newer than 3.9.
CompoundHeader compound_header(ScanContext& context, Tokens line, BlockKind around);

/// `type X = …` and `type X[T] = …`.
bool is_type_alias(const ScanContext& context, Tokens statement);
/// Reports the version it needs.
void check_type_alias(ScanContext& context, Tokens statement);

}  // namespace gp::python
