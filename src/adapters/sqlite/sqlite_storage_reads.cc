// SqliteStorage's reads beside the writer.
#include <algorithm>
#include <utility>

#include "adapters/sqlite/sqlite_storage.h"

namespace gp::sqlite {
namespace {

// BEGIN takes no snapshot; the first read does.
constexpr const char* kPinSnapshot = "SELECT count FROM probe";

}  // namespace

// All snapshots are pinned here, before the next batch can change anything.
void SqliteStorage::start_reads(Items& items) {
  std::vector<Read> reads;
  for (Item& item : items) {
    for (auto& operation : item.operations) {
      if (operation->is_put_off()) reads.push_back(Read{item.core, std::move(operation)});
    }
    std::erase(item.operations, nullptr);
  }
  put_off_.clear();
  if (free_readers_.empty()) {
    for (Read& read : reads) read_and_complete(*writer_, std::move(read));
    return;
  }
  std::vector<ReadGroup> groups(std::min(free_readers_.size(), reads.size()));
  for (std::size_t i = 0; i < reads.size(); ++i)
    groups[i % groups.size()].reads.push_back(std::move(reads[i]));
  for (ReadGroup& group : groups) {
    group.reader = std::move(free_readers_.back());
    free_readers_.pop_back();
    start_group(std::move(group));
  }
}

// A reader that cannot begin leaves its reads to the writer, which will say why if it cannot
// either.
void SqliteStorage::start_group(ReadGroup group) {
  const bool pinned = group.reader->query("BEGIN").run() && group.reader->query(kPinSnapshot).run();
  if (!pinned) {
    group.reader->drop_transaction();
    for (Read& read : group.reads) read_and_complete(*writer_, std::move(read));
    free_readers_.push_back(std::move(group.reader));
    return;
  }
  snapshot_reads_.add(group.reads.size());
  budget_.take();
  pool_.post([this, group = std::move(group)]() mutable { read_on_snapshot(group); });
}

void SqliteStorage::read_on_snapshot(ReadGroup& group) {
  for (Read& read : group.reads) read_and_complete(*group.reader, std::move(read));
  group.reader->drop_transaction();
  Item free;
  free.free_reader = std::move(group.reader);
  worker_->push(std::move(free));
  budget_.give_back(0);
}

void SqliteStorage::read_and_complete(Database& database, Read read) {
  read.operation->read(database);
  read.core->post(read.operation->completion());
}

}  // namespace gp::sqlite
