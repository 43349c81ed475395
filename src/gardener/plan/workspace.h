/// Workspace: what the planner looks at: the tree, its modules and the references to the target,
/// with the bytes and full facts of the files it needs.
///
/// Everything it refers to must outlive it. Thread: one.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gardener/graph/import_graph.h"
#include "gardener/graph/resolver.h"
#include "gardener/refs/find_references.h"

namespace gp::plan {

class Workspace {
 public:
  Workspace(const graph::SourceTree& tree, const graph::Resolver& resolver,
            const graph::ImportGraph& imports, const refs::ReferenceReport& report)
      : tree_(tree), resolver_(resolver), imports_(imports), report_(report) {}

  const graph::SourceTree& tree() const { return tree_; }
  const graph::CodeBase& code() const { return resolver_.code(); }
  const graph::Resolver& resolver() const { return resolver_; }
  const graph::ImportGraph& imports() const { return imports_; }
  const refs::ReferenceReport& report() const { return report_; }
  const std::string& path(graph::FileId id) const { return tree_.file(id).path; }

  /// Source and facts (Detail::kAll); read once. An unreadable file is empty and has a problem.
  const refs::ScannedFile& file(graph::FileId id) const;
  /// "file:line".
  std::string place(graph::FileId id, std::uint32_t line) const;
  /// The package that relative imports of the file start from; "" if it has none.
  std::string package_of(graph::FileId id) const;

 private:
  const graph::SourceTree& tree_;
  const graph::Resolver& resolver_;
  const graph::ImportGraph& imports_;
  const refs::ReferenceReport& report_;
  mutable std::map<graph::FileId, std::unique_ptr<refs::ScannedFile>> more_{};
};

}  // namespace gp::plan
