/// found_roots(): the folders that stand on the path of imports, where the settings name none.
///
/// By path alone: the tree's root; every folder `src` without __init__.py that holds Python files;
/// every folder without __init__.py that holds packages and is a project (setup.py, setup.cfg,
/// pyproject.toml, manage.py, requirements.txt, Pipfile), or is the `lib` of one; not below tests,
/// fixtures, examples and templates. What `package_dir` and sys.path say beyond that is not
/// seen: name it in gardener.toml (roots).
#pragma once

#include <string>
#include <vector>

#include "gardener/graph/source_tree.h"

namespace gp::graph {

/// "" (the tree's root) first, then sorted: "lib", "worker/src".
std::vector<std::string> found_roots(const SourceTree& tree);

}  // namespace gp::graph
