/// Prefilter: reads the files of a tree on several threads and keeps what may matter.
///
/// A Python file with the target's last component is scanned whole and kept with its source. One
/// without it is kept, as import facts only, when it takes a wanted name or a star from a module of
/// the tree, or patches a wanted name there. Other files are classified at once.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "gardener/graph/source_tree.h"
#include "gardener/refs/candidate.h"
#include "gardener/refs/name_digest.h"

namespace gp::refs {

/// Names under which the target's symbols can be imported or patched without its own name.
using WantedNames = std::set<std::string, std::less<>>;

struct PrefilterRequest {
  const graph::SourceTree& tree;
  const ModulePaths& paths;
  const Target& target;
  const std::vector<std::string>& patch_callees;
  unsigned jobs = 0;
};

struct UnreadFile {
  graph::FileId file = graph::kNoFile;
  const char* message = "";
};

struct FirstPass {
  Candidates candidates{};            ///< sorted by file
  std::vector<Reference> texts{};     ///< of files that are not Python
  std::vector<UnreadFile> unread{};   ///< sorted by file
  std::vector<NameDigest> digests{};  ///< of the Python files without the name
};

/// Reads every file: the target's last component, and star imports.
FirstPass search_base(const PrefilterRequest& request);

/// Reads some Python files for `wanted`. Candidates sorted by file.
Candidates search_names(const PrefilterRequest& request, const WantedNames& wanted,
                        const std::vector<graph::FileId>& files);

}  // namespace gp::refs
