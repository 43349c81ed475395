/// Which files differ from git's last commit. Runs `git status` (the user's own git; hooks and
/// aliases take no part in it).
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace gp::plan {

/// Of `paths` (relative to `root`), those with changes that are not committed, untracked ones
/// included; sorted. Empty if `root` is in no work tree. Errors: git is missing or fails.
Result<std::vector<std::string>> dirty_files(const std::string& root,
                                             const std::vector<std::string>& paths);

}  // namespace gp::plan
