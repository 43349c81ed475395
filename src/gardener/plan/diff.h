/// Unified diffs (git's style) of changes whose edits are known: no comparison is made, so a diff
/// shows what is written and takes time linear in the edits.
#pragma once

#include <string>

#include "gardener/plan/file_change.h"

namespace gp::plan {

/// "" if nothing changes. `mode` is the file's, for deleted files.
std::string unified_diff(const FileChange& change, unsigned mode);

}  // namespace gp::plan
