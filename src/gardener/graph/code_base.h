/// CodeBase: the facts of every Python file of a tree, and the modules they make.
///
/// Files are scanned by `jobs` threads (Detail::kGraph); sources are dropped, so memory is the
/// facts' only. A file is a module under each source root that contains it: with the roots "." and
/// "src", src/a/b.py is `src.a.b` and `a.b`. Roots are the settings', or found (source_roots.h).
/// Folders without __init__.py are namespace packages (PEP 420). `a/b/` (package) wins over
/// `a/b.py`, as in Python; both win over a namespace, and an earlier root over a later one. A
/// module of which there is only a stub (.pyi) or an extension (.pyx, .so, .pyd) exists; of an
/// extension no name is known. A file that no root contains is a module under its path from the
/// tree's root, for relative imports; its top-level name is not first party by that. Names with
/// dashes are kept: import_module() can name them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gardener/graph/source_tree.h"
#include "gardener/python/facts.h"

namespace gp::graph {

struct CodeBaseOptions {
  std::vector<std::string> roots{};  ///< relative to the tree; empty: found
  std::vector<std::string>
      third_party{};    ///< top-level names that are not ours although a folder has the name
  unsigned jobs = 0;    ///< 0: one per core
  std::string cache{};  ///< folder that remembers facts (facts_cache.h); "": none
};

enum class ModuleKind : std::uint8_t { kNone, kFile, kPackage, kNamespace };

struct ModuleRef {
  ModuleKind kind = ModuleKind::kNone;
  FileId file = kNoFile;  ///< of kFile, and the __init__.py of kPackage
  explicit operator bool() const { return kind != ModuleKind::kNone; }
  friend bool operator==(const ModuleRef&, const ModuleRef&) = default;
};

class CodeBase {
 public:
  /// `tree` must outlive it. Never fails: what cannot be read or parsed is in the facts' problems.
  CodeBase(const SourceTree& tree, CodeBaseOptions options);

  const SourceTree& tree() const { return tree_; }
  /// The facts of a Python file; empty facts for other kinds.
  const python::ModuleFacts& facts(FileId id) const;
  const std::vector<FileId>& python_files() const { return python_files_; }
  /// Paths from the tree's root; "" is the tree's root itself.
  const std::vector<std::string>& roots() const { return roots_; }

  ModuleRef find(std::string_view dotted) const;
  /// True if the top-level name belongs to this tree (so that a missing submodule is a finding).
  bool is_first_party(std::string_view dotted) const;
  /// Every dotted name of the file, the one of the innermost root that is a plain import first.
  std::vector<std::string> names_of(FileId id) const;
  /// names_of(id).front(), or "" if its path cannot be written as a module (dashes, …) or is none.
  std::string name_of(FileId id) const;
  bool is_package_init(FileId id) const;
  /// Absolute name of what `from <dots><module>` in the file means; nullopt above the top package.
  /// Relative imports use the file's package under the innermost root.
  std::optional<std::string> absolute(FileId id, std::uint8_t level, std::string_view module) const;
  /// Submodules and subpackages that stand directly in the package or namespace; sorted, without
  /// the prefix.
  std::vector<std::string> children(std::string_view dotted) const;

 private:
  struct Entry {
    ModuleRef module{};
    std::uint32_t rank = 0;  ///< of what `module` stands for; the highest wins
    std::vector<std::string> children{};
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  template <class Value>
  using Table = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;

  void scan();
  void find_roots();
  void map_modules();
  void map_file(FileId id, std::size_t root);
  std::string_view innermost_root(std::string_view path) const;

  const SourceTree& tree_;
  CodeBaseOptions options_;
  std::vector<std::string> roots_{};  ///< "" is the tree's root
  std::vector<FileId> python_files_{};
  std::vector<std::uint32_t> slots_{};  ///< by FileId: into facts_
  std::vector<python::ModuleFacts> facts_{};
  Table<Entry> modules_{};
  Table<bool> top_levels_{};  ///< of the files inside a root
};

}  // namespace gp::graph
