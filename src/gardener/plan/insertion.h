/// Where new imports and definitions go in a module.
#pragma once

#include <string>
#include <vector>

#include "gardener/plan/edit.h"
#include "gardener/refs/find_references.h"

namespace gp::plan {

/// `import x` behind the last such statement of the module's top, `from` imports behind the last
/// import there; without one behind the docstring or the comments. `before`: not behind this byte.
std::vector<SpanEdit> insert_imports(const refs::ScannedFile& file,
                                     const std::vector<std::string>& statements,
                                     std::uint32_t before);

/// At the end or before `if __name__`, two blank lines around each; when the module needs them at
/// the byte `before` while it is imported (kNone: it does not), behind the last import above that.
/// `imports`: what insert_imports gave; they stand before the definitions where both go to one
/// place.
SpanEdit insert_definitions(const refs::ScannedFile& file, const std::vector<SpanEdit>& imports,
                            const std::vector<std::string>& texts, std::uint32_t before);

}  // namespace gp::plan
