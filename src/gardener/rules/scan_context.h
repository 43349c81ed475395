/// ScanContext: what the rules of `scan` look at, computed once.
///
/// Every first-party import is resolved once per distinct path ("module", "name"), because a tree
/// imports few paths many times. Places are files and indices into their facts; texts are made for
/// findings only. Handlers of `try` are read from the sources on demand.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gardener/graph/code_base.h"
#include "gardener/graph/import_graph.h"
#include "gardener/graph/resolver.h"
#include "gardener/rules/counts.h"
#include "gardener/rules/finding.h"

namespace gp::rules {

/// One way to write an import: `from module import name`, or `import module` (name is empty).
struct ImportPath {
  std::string module{};
  std::string name{};
  graph::Resolution resolution{};
};

/// One imported name of a file that takes an ImportPath.
struct ImportSite {
  graph::FileId file = graph::kNoFile;
  std::uint32_t imported_name = python::kNone;
  std::uint32_t path = 0;
};

struct DeprecatedModule {
  graph::FileId file = graph::kNoFile;
  std::string reason{};    ///< "warns with DeprecationWarning when imported, line 68"
  std::uint32_t line = 0;  ///< of the warning or the docstring
  bool by_name_only = false;
};

/// How an import stands to errors.
enum class Guard : std::uint8_t {
  kNone,
  kErrorPath,  ///< in an except or finally suite: runs only when something has failed already
  kSwallowed,  ///< in a try whose handler catches ImportError (or everything) and does not raise
  kReraised    ///< in such a try, but the handler raises again
};

class ScanContext {
 public:
  explicit ScanContext(const graph::CodeBase& code);

  const graph::CodeBase& code() const { return code_; }
  const graph::Resolver& resolver() const { return resolver_; }
  const graph::ImportGraph& graph() const { return graph_; }
  const std::vector<ImportPath>& paths() const { return paths_; }
  /// Sorted by file, imported name.
  const std::vector<ImportSite>& sites() const { return sites_; }
  /// Sorted by path of the file.
  const std::vector<DeprecatedModule>& deprecated() const { return deprecated_; }
  bool is_deprecated(graph::FileId file) const;
  Population population(graph::FileId file) const { return populations_[file]; }
  Guard guard(graph::FileId file, std::uint32_t block) const;

  const python::ModuleFacts& facts(graph::FileId file) const { return code_.facts(file); }
  const std::string& path_of(graph::FileId file) const { return code_.tree().file(file).path; }
  Place place(const ImportSite& site) const;
  /// Line only.
  Place place(graph::FileId file, std::uint32_t line) const;
  /// The dotted name, or the path of a file that is no module.
  std::string module_name(graph::FileId file) const;

 private:
  void resolve_imports(graph::FileId file);
  void find_deprecated(graph::FileId file);

  const graph::CodeBase& code_;
  graph::Resolver resolver_;
  graph::ImportGraph graph_;
  std::vector<Population> populations_{};
  std::vector<ImportPath> paths_{};
  std::vector<ImportSite> sites_{};
  std::unordered_map<std::string, std::uint32_t> path_index_{};
  std::vector<DeprecatedModule> deprecated_{};
  std::vector<bool> is_deprecated_{};
  void read(graph::FileId file) const;
  mutable graph::FileId read_file_ = graph::kNoFile;  ///< the file of source_ and all_facts_
  mutable std::string source_{};
  mutable python::ModuleFacts all_facts_{};
};

}  // namespace gp::rules
