/// ImportGraph: which module's import runs which other module, and the cycles.
#pragma once

#include <cstdint>
#include <vector>

#include "gardener/graph/resolver.h"

namespace gp::graph {

enum class EdgeTime : std::uint8_t {
  kImport,    ///< runs when the importer is imported
  kCall,      ///< in a function: runs later
  kTypeOnly,  ///< under `if TYPE_CHECKING`, or in a stub (.pyi)
};

/// `from` imports `to`: a statement, and the modules it loads (the submodule rather than its
/// package when the imported name is one). Parent packages are not edges.
struct Edge {
  FileId from = kNoFile;
  FileId to = kNoFile;
  std::uint32_t statement = 0;  ///< in the facts of `from`
  EdgeTime time = EdgeTime::kImport;
};

class ImportGraph {
 public:
  explicit ImportGraph(const Resolver& resolver);

  /// Sorted by from, statement, to.
  const std::vector<Edge>& edges() const { return edges_; }
  /// Strongly connected components of two or more files through edges of kImport; each sorted, the
  /// largest first.
  std::vector<std::vector<FileId>> cycles() const;
  /// A shortest chain of kImport edges from `from` to `to` (files, both ends included); empty if
  /// there is none.
  std::vector<FileId> chain(FileId from, FileId to) const;

 private:
  std::vector<Edge> edges_;
  std::vector<std::uint32_t> first_edge_;  ///< by file; one more than files
};

}  // namespace gp::graph
