/// population_of(): production, script, test or backup, by the path.
#pragma once

#include "gardener/graph/source_tree.h"
#include "gardener/refs/reference.h"

namespace gp::refs {

/// Backups first, then tests (graph::is_test_path, or a folder test_framework), then scripts:
/// Python or shell at the top level or under scripts/, bin/ or tools/.
Population population_of(const graph::SourceFile& file);

}  // namespace gp::refs
