/// read_target(): what the module that is looked for binds, from its own file and its package's.
#pragma once

#include "gardener/graph/source_tree.h"
#include "gardener/refs/candidate.h"
#include "gardener/refs/module_paths.h"

namespace gp::refs {

/// A module without a file (removed, or of the standard library) has names_are_open.
Target read_target(const graph::SourceTree& tree, const ModulePaths& paths,
                   std::string_view module);

/// True if the target surely lacks the symbol ("name", "Class.method", "submodule.name"; "" and "*"
/// never do). `facts` are the target's own file's.
class TargetMembers {
 public:
  TargetMembers(const graph::SourceTree& tree, const ModulePaths& paths, const Target& target);
  bool lacks(std::string_view symbol) const;

 private:
  const ModulePaths& paths_;
  const Target& target_;
  python::ModuleFacts facts_{};
};

}  // namespace gp::refs
