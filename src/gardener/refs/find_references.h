/// find_references(): every reference to a module in a tree, classified, none dropped.
///
/// How: every file is read once and searched for the target's last component. Python files that
/// hold it are scanned with Detail::kAll and classified, other files by text. Of the rest, digests
/// keep the names they import or patch (name_digest.h): those that take a name under which a
/// re-exporter binds the target's symbols are read again, to a fixpoint. The whole code base need
/// not be scanned: modules are found by path (graph::CodeBase is not used). The target need not
/// exist (a removed or a standard library module).
///
/// Limits: an `__all__` built at run time exports what its literals say; names that only together
/// spell the target ("pkg." + "old") are not found; a name imported by a re-exporter's attribute
/// (`import canonical; canonical.make`) is not listed: the re-exporter is.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gardener/graph/source_tree.h"
#include "gardener/python/facts.h"
#include "gardener/refs/reference.h"

namespace gp::refs {

struct RefsOptions {
  std::vector<std::string> roots{};  ///< as CodeBaseOptions::roots
  std::vector<std::string>
      patch_callees{};  ///< beside the built-in ones: dotted names or last parts
  unsigned jobs = 0;
};

/// A Python file that holds references, kept for the planner.
struct ScannedFile {
  graph::FileId file = graph::kNoFile;
  std::string source{};
  python::ModuleFacts facts{};  ///< Detail::kAll
};

/// A module that binds symbols of the target at module level, so that others can import or patch
/// them there.
struct Reexporter {
  std::string module{};
  graph::FileId file = graph::kNoFile;
  struct Name {
    std::string local{};   ///< as bound here
    std::string symbol{};  ///< of the target; "" for the module itself
    bool in_all = false;
  };
  std::vector<Name> names{};
};

struct Unreadable {
  std::string path{};
  std::uint32_t line = 0;  ///< 0: the whole file
  std::string message{};
  bool mentions_target = false;  ///< false for what only needs a newer Python
  bool is_unread = false;        ///< what it says of the target is not known

  /// True if references may be missing: exit status 3.
  bool leaves_hole() const { return mentions_target || is_unread; }
};

struct ReferenceReport {
  std::string target{};
  graph::FileId target_file = graph::kNoFile;         ///< kNoFile: not in the tree
  std::vector<std::string> target_names{};            ///< top-level names of the target; sorted
  std::vector<Reference> references{};                ///< sorted by path, begin, class
  std::vector<Reexporter> reexporters{};              ///< sorted by module
  std::vector<std::unique_ptr<ScannedFile>> files{};  ///< sorted by path
  std::vector<Unreadable> unreadable{};  ///< every file with problems that holds a mention, and all
                                         ///< that could not be read
  const ScannedFile* scanned(graph::FileId id) const;
};

ReferenceReport find_references(const graph::SourceTree& tree, std::string_view target,
                                const RefsOptions& options);

}  // namespace gp::refs
