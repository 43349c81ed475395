#include "log/record_cache.h"

#include <algorithm>

namespace gp::log {
namespace {

constexpr std::size_t kRecordBytes = sizeof(Record) + 2 * SharedBytes::kPadding;

}  // namespace

void RecordCache::put(const ThreadLog& log, Seq after, const std::vector<Record>& records) {
  if (records.empty()) return;
  std::size_t bytes = 0;
  for (const Record& record : records)
    bytes += kRecordBytes + record.json.size() + record.fold.size();
  const Key key{&log, after.next()};
  if (const auto old = entries_.find(key); old != entries_.end()) erase(old);
  entries_.emplace(key, Entry{records, bytes, uses_.insert(uses_.end(), key)});
  bytes_ += bytes;
  while (bytes_ > bytes_max_ && entries_.size() > 1) erase(entries_.find(uses_.front()));
}

std::vector<Record> RecordCache::find(const ThreadLog& log, Seq after) {
  auto entry = entries_.upper_bound(Key{&log, after.next()});
  if (entry == entries_.begin()) return {};
  --entry;
  if (entry->first.first != &log) return {};
  const std::vector<Record>& records = entry->second.records;
  const auto begin = std::ranges::upper_bound(records, after, {}, &Record::seq);
  if (begin == records.end()) return {};
  // A record that begins earlier can be cut only with its table.
  if (begin->first_seq <= after && begin->fold.empty()) return {};
  uses_.splice(uses_.end(), uses_, entry->second.use);
  return {begin, records.end()};
}

void RecordCache::forget(const ThreadLog& log) {
  for (auto entry = entries_.lower_bound(Key{&log, Seq{0}});
       entry != entries_.end() && entry->first.first == &log;)
    erase(entry++);
}

void RecordCache::erase(Entries::iterator entry) {
  bytes_ -= entry->second.bytes;
  uses_.erase(entry->second.use);
  entries_.erase(entry);
}

}  // namespace gp::log
