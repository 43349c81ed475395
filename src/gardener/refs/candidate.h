/// Candidate: a Python file that may hold references, on its way through find_references().
///
/// scanned by a worker (prefilter.h), given its imports' absolute names and module-level bindings
/// (reexports.h), then classified. Target: what is known of the module that is looked for.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gardener/refs/find_references.h"
#include "gardener/refs/module_paths.h"

namespace gp::refs {

struct Target {
  std::string module{};   ///< "pkg.sub.base"
  std::string base{};     ///< "base"
  std::string package{};  ///< "pkg.sub"; "" for a top-level module
  graph::FileId file = graph::kNoFile;
  /// What else its file is called, under other source roots; an import of one is an import of it.
  std::vector<std::string> other_names{};
  bool is_package = false;
  bool is_shadowed = false;  ///< the package's own body binds `base` to something else, which wins
  /// Module-level names, through stars too where they stay in the tree.
  std::set<std::string, std::less<>> names{};
  std::set<std::string, std::less<>> defined{};   ///< of these: def, class, assignment
  std::set<std::string, std::less<>> exported{};  ///< what a star import of the target binds
  bool names_are_open = true;  ///< no file, __getattr__, a star from outside: a name may exist
};

/// What a local name of a module level stands for: paths below the target, "" is the target itself.
using BoundNames = std::map<std::string, std::set<std::string>, std::less<>>;

struct Candidate {
  std::unique_ptr<ScannedFile> scanned{};
  bool has_base = false;     ///< the target's last component stands in it
  bool has_strings = false;  ///< scanned with Detail::kAll
  bool is_internal = false;  ///< the target, or below it
  bool is_stub = false;      ///< a .pyi
  /// In a project that has a module of the target's name itself: that one is meant.
  bool is_elsewhere = false;
  std::vector<ModuleName> names{};
  /// By import statement: the absolute modules of its `from`, one per name of the file that gives
  /// another; empty for `import x` and for what leaves the root.
  std::vector<std::vector<std::string>> from{};
  BoundNames bound{};
  std::vector<Reference> references{};
};

using Candidates = std::vector<std::unique_ptr<Candidate>>;

/// Names the file, resolves its relative imports, tells if it is internal.
void resolve_imports(Candidate& candidate, const ModulePaths& paths, const Target& target);

}  // namespace gp::refs
