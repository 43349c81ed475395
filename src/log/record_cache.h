/// RecordCache: what readers that were behind were given, kept for the next ones. Five tabs that
/// resume at five positions share the frames: each gets a piece of its own at most.
///
/// Owner: the LogDirectory of a core. Thread: that core.
/// Invariant: an entry covers its seqs without gaps, all of them visible.
/// On limit: more than bytes_max: the entries that were not used for the longest go; they can be
/// made again. The newest stays in any case: somebody waits for it.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <vector>

#include "log/record.h"

namespace gp::log {

class ThreadLog;

class RecordCache {
 public:
  explicit RecordCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// `records` follow each other and `after`; the first may reach back before it.
  void put(const ThreadLog& log, Seq after, const std::vector<Record>& records);
  /// Records that follow `after`, the first of them perhaps reaching back before it; none if there
  /// are none here.
  std::vector<Record> find(const ThreadLog& log, Seq after);
  void forget(const ThreadLog& log);

 private:
  using Key = std::pair<const ThreadLog*, Seq>;  ///< the seq for which the entry was made
  struct Entry {
    std::vector<Record> records;
    std::size_t bytes;
    std::list<Key>::iterator use;
  };
  using Entries = std::map<Key, Entry>;
  void erase(Entries::iterator entry);

  const std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  Entries entries_;
  std::list<Key> uses_;  ///< the newest last
};

}  // namespace gp::log
