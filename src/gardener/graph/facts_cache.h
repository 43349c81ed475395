/// FactsCache: the facts of files that were scanned before, found by the content of the file.
///
/// A file is read every time; only its scan is saved, and only when its bytes are the same (a keyed
/// 128 bit digest, content_digest.h). So an answer never depends on times or on what was
/// remembered. One file for each tree and program; a program that was built again, or a damaged
/// file, begins anew. It grows by what is new, and is written again when half of it is of files
/// that are gone. What cannot be read or written is a slower run, never an error. Files with
/// problems are not kept.
///
/// Thread: find() from any; the rest from one. Two programs at once: the second does not write.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gardener/graph/content_digest.h"
#include "gardener/python/facts.h"

namespace gp::graph {

class FactsCache {
 public:
  /// Trees with fewer Python files are scanned faster than a cache is opened.
  static constexpr std::size_t kFilesMin = 300;
  /// Trees that are remembered in one folder; the one used longest ago goes.
  static constexpr std::size_t kTreesMax = 16;

  /// `folder`: made if needed; "" remembers nothing. `root`: of the tree.
  FactsCache(const std::string& folder, const std::string& root);
  ~FactsCache();
  FactsCache(const FactsCache&) = delete;
  FactsCache& operator=(const FactsCache&) = delete;

  bool is_on() const { return state_ != nullptr; }
  ContentDigest digest(std::string_view source) const;
  /// True and the facts of that content; or false, and `facts` is of no use.
  bool find(const ContentDigest& digest, python::ModuleFacts& facts) const;
  /// Remembers what find() did not have. `digests` and `facts` of all files of the tree.
  void save(const std::vector<ContentDigest>& digests,
            const std::vector<python::ModuleFacts>& facts);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gp::graph
