#include "adapters/sqlite/sqlite_log_storage.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace gp::sqlite {
namespace {

using identity::ThreadKey;
using log::LogAppend;
using log::LogHead;
using log::ReadRange;
using log::StoredEvent;
using Kind = Operation::Kind;

constexpr const char* kInsertLog =
    "INSERT INTO logs (owner, thread_id, epoch, last, first_retained) VALUES (?1, ?2, ?3, 0, 1)";
constexpr const char* kFindLog =
    "SELECT log_id, epoch, last, first_retained FROM logs WHERE owner = ?1 AND thread_id = ?2";
constexpr const char* kInsertEvent =
    "INSERT INTO events (log_id, seq, first_seq, type, json) VALUES (?1, ?2, ?3, ?4, ?5)";
constexpr const char* kSetLast = "UPDATE logs SET last = ?2 WHERE log_id = ?1";
constexpr const char* kReadEvents =
    "SELECT seq, first_seq, type, json FROM events WHERE log_id = ?1 AND seq > ?2 AND seq <= ?3 "
    "ORDER BY seq";
constexpr const char* kRenewEpoch =
    "UPDATE logs SET epoch = ?3 WHERE owner = ?1 AND thread_id = ?2";
constexpr const char* kForgetBelow = "DELETE FROM events WHERE log_id = ?1 AND seq < ?2";
constexpr const char* kSetFirstRetained = "UPDATE logs SET first_retained = ?2 WHERE log_id = ?1";
constexpr const char* kForgetEvents = "DELETE FROM events WHERE log_id = ?1";
constexpr const char* kForgetLog = "DELETE FROM logs WHERE log_id = ?1";

struct FoundLog {
  std::int64_t log_id;
  LogHead head;
};

Result<std::optional<FoundLog>> find_log(Database& database, const ThreadKey& key) {
  Query query = database.query(kFindLog);
  GP_TRY(const bool found, query.bind(key.owner().str(), key.thread_id().str()).next());
  if (!found) return std::optional<FoundLog>();
  return std::optional(
      FoundLog{query.integer(0), LogHead{Epoch(query.text(1)), Seq{query.unsigned_integer(2)},
                                         Seq{query.unsigned_integer(3)}}});
}

Result<LogHead> open_log(Database& database, const ThreadKey& key, const Epoch& epoch) {
  GP_TRY(const auto found, find_log(database, key));
  if (found) return found->head;
  GP_TRY(
      database.query(kInsertLog).bind(key.owner().str(), key.thread_id().str(), epoch.str()).run());
  return LogHead{epoch, Seq{0}, Seq{1}};
}

/// The logs that an append names, each once, with its last seq as the append goes on.
struct Tail {
  const ThreadKey* key;
  std::int64_t log_id;
  Seq last;
};

Result<Tail*> find_tail(Database& database, std::vector<Tail>& tails, const ThreadKey& key) {
  const auto known =
      std::find_if(tails.begin(), tails.end(), [&](const Tail& tail) { return *tail.key == key; });
  if (known != tails.end()) return &*known;
  GP_TRY(const auto found, find_log(database, key));
  if (!found)
    return fail(Code::internal, fmt::format("append to the log of {}, which was not opened",
                                            key.thread_id().view()));
  return &tails.emplace_back(Tail{&key, found->log_id, found->head.last});
}

// Before anything is written, so that a refusal changes nothing.
Result<std::vector<Tail>> check(Database& database, const std::vector<LogAppend>& appends) {
  std::vector<Tail> tails;
  for (const LogAppend& append : appends) {
    GP_TRY(Tail * tail, find_tail(database, tails, append.key));
    for (const StoredEvent& event : append.events) {
      if (event.first_seq != tail->last.next() || event.seq < event.first_seq)
        return fail(
            Code::internal,
            fmt::format("append to the log of {}: seq {} does not continue it at {}",
                        append.key.thread_id().view(), event.first_seq.value, tail->last.value));
      tail->last = event.seq;
    }
  }
  return tails;
}

Result<> append_all(Database& database, const std::vector<LogAppend>& appends) {
  GP_TRY(auto tails, check(database, appends));
  for (const LogAppend& append : appends) {
    GP_TRY(const Tail* tail, find_tail(database, tails, append.key));
    for (const StoredEvent& event : append.events) {
      GP_TRY(database.query(kInsertEvent)
                 .bind(tail->log_id, event.seq.value, event.first_seq.value,
                       protocol::to_string(event.type), event.json)
                 .run());
    }
  }
  for (const Tail& tail : tails) {
    GP_TRY(database.query(kSetLast).bind(tail.log_id, tail.last.value).run());
  }
  return ok();
}

/// Fixes the log and the upper bound where it stands in the order; reads the events later.
class ReadOperation final : public AskedOperation<std::vector<StoredEvent>> {
 public:
  ReadOperation(ThreadKey key, ReadRange range, Completion<Result<std::vector<StoredEvent>>> done)
      : AskedOperation(Kind::kReadsLater, SqliteCoreWriter::kOperationBytes, std::move(done)),
        key_(std::move(key)),
        range_(range) {}

  Result<> run(Database& writer) override {
    Result<std::optional<FoundLog>> found = find_log(writer, key_);
    if (!found) return settle(outcome::failure(found.error()));
    log_ = std::move(found.value());
    return ok();
  }
  void read(Database& database) override { (void)settle(read_page(database)); }

 private:
  Result<std::vector<StoredEvent>> read_page(Database& database) {
    std::vector<StoredEvent> page;
    if (!log_ || range_.after >= log_->head.last) return page;
    Query query = database.query(kReadEvents);
    query.bind(log_->log_id, range_.after.value, log_->head.last.value);
    std::size_t bytes = 0;
    while (true) {
      GP_TRY(const bool row, query.next());
      if (!row) return page;
      const std::string type_name = query.text(2);
      const auto type = protocol::event_type_from_name(type_name);
      if (!type)
        return fail(Code::store_unavailable,
                    fmt::format("{}: an event has type \"{}\", which this program does not know; "
                                "start the newer goldenpath that wrote it",
                                database.path().string(), type_name));
      std::string json = query.text(3);
      bytes += json.size();
      if (!page.empty() && bytes > range_.bytes_max) return page;
      page.push_back(StoredEvent{Seq{query.unsigned_integer(0)}, Seq{query.unsigned_integer(1)},
                                 *type, std::move(json)});
    }
  }

  ThreadKey key_;
  ReadRange range_;
  std::optional<FoundLog> log_;
};

Result<> truncate_log(Database& database, const ThreadKey& key, Seq keep_from) {
  GP_TRY(const auto found, find_log(database, key));
  if (!found) return ok();
  const Seq from = std::min(keep_from, found->head.last.next());
  if (from <= found->head.first_retained) return ok();
  GP_TRY(database.query(kForgetBelow).bind(found->log_id, from.value).run());
  return database.query(kSetFirstRetained).bind(found->log_id, from.value).run();
}

Result<> remove_log(Database& database, const ThreadKey& key) {
  GP_TRY(const auto found, find_log(database, key));
  if (!found) return ok();
  GP_TRY(database.query(kForgetEvents).bind(found->log_id).run());
  return database.query(kForgetLog).bind(found->log_id).run();
}

}  // namespace

void SqliteLogStorage::open(const ThreadKey& key, const Epoch& epoch_if_new,
                            Completion<Result<LogHead>> done) {
  writer_.ask<LogHead>(
      Kind::kOrdinary, 0,
      [key, epoch_if_new](Database& database) { return open_log(database, key, epoch_if_new); },
      std::move(done));
}

void SqliteLogStorage::append(std::vector<LogAppend> appends, Completion<Result<>> done) {
  std::size_t bytes = 0;
  for (const LogAppend& append : appends) {
    for (const StoredEvent& event : append.events) bytes += sizeof(event) + event.json.size();
  }
  writer_.ask<void>(
      Kind::kOrdinary, bytes,
      [appends = std::move(appends)](Database& database) { return append_all(database, appends); },
      std::move(done));
}

void SqliteLogStorage::read(const ThreadKey& key, ReadRange range,
                            Completion<Result<std::vector<StoredEvent>>> done) {
  writer_.ask(std::make_unique<ReadOperation>(key, range, std::move(done)));
}

void SqliteLogStorage::renew_epoch(const ThreadKey& key, const Epoch& epoch,
                                   Completion<Result<>> done) {
  writer_.ask<void>(
      Kind::kOrdinary, 0,
      [key, epoch](Database& database) {
        return database.query(kRenewEpoch)
            .bind(key.owner().str(), key.thread_id().str(), epoch.str())
            .run();
      },
      std::move(done));
}

void SqliteLogStorage::truncate(const ThreadKey& key, Seq keep_from, Completion<Result<>> done) {
  writer_.ask<void>(
      Kind::kForgets, 0,
      [key, keep_from](Database& database) { return truncate_log(database, key, keep_from); },
      std::move(done));
}

void SqliteLogStorage::remove(const ThreadKey& key, Completion<Result<>> done) {
  writer_.ask<void>(
      Kind::kForgets, 0, [key](Database& database) { return remove_log(database, key); },
      std::move(done));
}

}  // namespace gp::sqlite
