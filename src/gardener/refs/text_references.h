/// Text references: mentions of the target's last component in files that are not Python.
///
/// In shell scripts, Makefiles, Dockerfiles and CI files an import statement or `-m module` is a
/// shell-import; the rest is classified by the kind of file, and by whether it is the exact name.
#pragma once

#include <string_view>
#include <vector>

#include "gardener/graph/source_tree.h"
#include "gardener/refs/candidate.h"

namespace gp::refs {

std::vector<Reference> text_references(std::string_view text, graph::FileKind kind,
                                       const Target& target);

}  // namespace gp::refs
