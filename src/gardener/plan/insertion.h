/// Where new imports and definitions go in a module.
#pragma once

#include <string>
#include <vector>

#include "gardener/plan/edit.h"
#include "gardener/refs/find_references.h"

namespace gp::plan {

/// `import x` behind the last such statement of the module's top, `from` imports behind the last
/// import there; without one behind the docstring or the comments.
std::vector<SpanEdit> insert_imports(const refs::ScannedFile& file,
                                     const std::vector<std::string>& statements);

/// At the end or before `if __name__`, two blank lines around each.
SpanEdit insert_definitions(const refs::ScannedFile& file, const std::vector<std::string>& texts);

}  // namespace gp::plan
