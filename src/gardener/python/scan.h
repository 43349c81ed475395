/// scan_module(): the facts of one Python file (3.9 to 3.14) from its bytes.
///
/// Token level: strings in all forms (nested PEP 701 f-strings, t-strings), comments, continuation,
/// brackets with any indentation inside, `;`, tabs, form feeds, BOM, CRLF, lone CR. It never fails:
/// what is wrong is listed in `problems` and the facts of the rest are kept. Linear time, no
/// recursion on input, memory proportional to the facts and the longest
/// statement. Thread-safe. Names are compared byte for byte (Python would normalise ｎ to n: PEP
/// 3131).
#pragma once

#include <string_view>

#include "gardener/python/facts.h"

namespace gp::python {

enum class Detail : std::uint8_t {
  kGraph,  ///< imports, blocks, bindings, __all__, deprecation, lazy globals: all that the graph
           ///< needs
  kAll,    ///< also strings, calls, uses, comments
};

/// `source`: the whole file, less than 4 GiB.
ModuleFacts scan_module(std::string_view source, Detail detail);

/// True if `name` can be written as an identifier (ASCII rules; bytes over 0x7f are letters) and is
/// no keyword.
bool is_identifier(std::string_view name);

}  // namespace gp::python
