/// ModulePaths: the dotted names of a tree's Python files, by path alone; no file is read.
///
/// A file has one name per source root that contains it, and its path from the tree's root when
/// none does. `__init__.py` is its package; a package wins over a module of the same name, a .py
/// over a .pyi. Folders without __init__.py are namespace packages and need no entry. Roots are the
/// settings', or found (graph/source_roots.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gardener/graph/source_tree.h"

namespace gp::refs {

struct ModuleName {
  std::string dotted{};
  bool is_package = false;
};

class ModulePaths {
 public:
  ModulePaths(const graph::SourceTree& tree, std::vector<std::string> roots);

  /// All names of the file, the innermost root's first; never empty for a Python file.
  std::vector<ModuleName> names_of(graph::FileId file) const;
  bool is_stub(graph::FileId file) const { return tree_.file(file).path.ends_with(".pyi"); }
  /// True if the file is the module or, for a package, stands below its folder.
  bool is_inside(graph::FileId file, std::string_view module) const;
  /// The file of a module or package; kNoFile for a namespace or what the tree lacks.
  graph::FileId find(std::string_view dotted) const;
  /// The same as an import in `importer` sees it: in the innermost of its own roots that has one.
  graph::FileId find_from(graph::FileId importer, std::string_view dotted) const;
  const std::vector<std::string>& roots() const { return roots_; }

 private:
  const graph::SourceTree& tree_;
  std::vector<std::string> roots_;  ///< "" or "src/"; longest first
};

/// What `from <level dots><module>` in a file of that name means; nullopt above its root.
std::optional<std::string> absolute_module(const ModuleName& own, std::uint8_t level,
                                           std::string_view module);
/// True if `dotted` is `module` or lies below it.
bool is_within(std::string_view dotted, std::string_view module);
/// The last component.
std::string_view last_component(std::string_view dotted);
/// All but the last component; "" for a top-level module.
std::string_view parent_of(std::string_view dotted);
/// `a.b`, without the dot when one side is empty.
std::string join_dotted(std::string_view left, std::string_view right);

}  // namespace gp::refs
