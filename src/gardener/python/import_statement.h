/// import and from-import statements: every name, alias, comma and bracket with its place.
#pragma once

#include "gardener/python/scan_context.h"

namespace gp::python {

/// What the statement's surroundings say of it.
struct ImportPlace {
  std::uint32_t block = 0;
  std::uint32_t index_in_block = 0;
  bool shares_line = false;
  bool has_comment = false;
};

/// `tokens` begins with `import` or `from`. Appends to facts.imports and facts.names; a statement
/// that is not an import after all is a problem and appends nothing.
void read_import(ScanContext& context, Tokens tokens, const ImportPlace& place);

}  // namespace gp::python
