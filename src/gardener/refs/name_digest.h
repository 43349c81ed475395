/// NameDigest: hashes of the names that files may import or patch, so that files are read again
/// only when a wanted name is among them.
///
/// How: the first pass meets the words `import`, `patch`, `setattr` … anyway; what stands behind
/// them is read by a rough parser that takes too much rather than too little (text that looks like
/// an import counts). What it cannot read (a joined or escaped target, keywords before it) makes a
/// file odd: it is always read again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "gardener/graph/source_tree.h"

namespace gp::refs {

class NameDigest {
 public:
  /// Names and patches of this file follow.
  void begin(graph::FileId file);
  /// `at` is behind the word `import`. True if a star is imported.
  bool add_import(std::string_view source, std::size_t at);
  /// `at` is behind the last part of a patching callee.
  void add_patch(std::string_view source, std::size_t at);

  /// The files that may hold one of the names; appended in the order they were added.
  template <class Names>
  void append_files_with(const Names& names, std::vector<graph::FileId>& files) const {
    std::unordered_set<std::uint32_t> wanted;
    for (const auto& name : names) wanted.insert(hash(name));
    for (std::size_t i = 0; i < entries_.size(); ++i)
      if (entries_[i].is_odd || holds(i, wanted)) files.push_back(entries_[i].file);
  }

 private:
  struct Entry {
    graph::FileId file = graph::kNoFile;
    std::uint32_t first = 0;  ///< in hashes_
    bool is_odd = false;
  };
  static std::uint32_t hash(std::string_view name);
  bool holds(std::size_t entry, const std::unordered_set<std::uint32_t>& wanted) const;
  void add(std::string_view name) { hashes_.push_back(hash(name)); }

  std::vector<Entry> entries_{};
  std::vector<std::uint32_t> hashes_{};
};

}  // namespace gp::refs
