/// walk_tree(): the paths of a tree. How SourceTree finds its files.
///
/// In a git work tree: what git's index has and what is neither there nor ignored, as
/// `git ls-files --cached --others --exclude-standard` says, without what is gone from disk. The
/// index and the ignore rules (.gitignore on the way, info/exclude) are read here, so no program is
/// run; the user's global excludes file is not read, so that every machine sees the same. Other
/// repositories inside (submodules) are problems. A root that git itself ignores is walked as one
/// without git.
/// In both cases folders that are not tracked and hold no sources of ours are left out:
/// __pycache__, node_modules, virtual environments, and without git all hidden ones.
#pragma once

#include <string>
#include <vector>

#include "gardener/graph/source_tree.h"

namespace gp::graph {

struct TreeListing {
  std::vector<std::string> paths{};  ///< relative to the root, sorted
  std::vector<TreeProblem> problems{};
};

/// `root` is an absolute path without symbolic links.
TreeListing walk_tree(const std::string& root);

}  // namespace gp::graph
