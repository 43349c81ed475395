#include "adapters/sqlite/log_rows.h"

#include <utility>

namespace gp::sqlite {
namespace {

using identity::ThreadKey;
using log::LogHead;

constexpr const char* kFindLog =
    "SELECT log_id, epoch, last, first_retained, folded, bytes, events, oldest_at, last_at "
    "FROM logs WHERE owner = ?1 AND thread_id = ?2";
constexpr const char* kNextLogId =
    "SELECT 1 + max((SELECT ifnull(max(log_id), 0) FROM logs), "
    "(SELECT ifnull(max(log_id), 0) FROM forgotten))";
constexpr const char* kInsertLog =
    "INSERT INTO logs (log_id, owner, thread_id, epoch, last, first_retained) "
    "VALUES (?1, ?2, ?3, ?4, 0, 1)";
constexpr const char* kSaveLog =
    "UPDATE logs SET last = ?2, first_retained = ?3, folded = ?4, bytes = ?5, events = ?6, "
    "oldest_at = ?7, last_at = ?8, epoch = ?9 WHERE log_id = ?1";
constexpr const char* kForgetLog = "DELETE FROM logs WHERE log_id = ?1";

}  // namespace

Result<LogRow*> LogRows::find(Database& writer, const ThreadKey& key) {
  if (const auto known = rows_.find(key); known != rows_.end()) return &known->second;
  Query query = writer.query(kFindLog);
  GP_TRY(const bool found, query.bind(key.owner().str(), key.thread_id().str()).next());
  if (!found) return static_cast<LogRow*>(nullptr);
  LogHead head{Epoch(query.text(1)),           Seq{query.unsigned_integer(2)},
               Seq{query.unsigned_integer(3)}, Seq{query.unsigned_integer(4)},
               query.unsigned_integer(5),      query.unsigned_integer(6)};
  LogRow row{query.integer(0), std::move(head), query.integer(7), query.integer(8)};
  return &rows_.emplace(key, std::move(row)).first->second;
}

Result<LogRow*> LogRows::find_or_make(Database& writer, const ThreadKey& key,
                                      const Epoch& epoch_if_new) {
  GP_TRY(LogRow * found, find(writer, key));
  if (found != nullptr) return found;
  GP_TRY(const std::int64_t log_id, writer.integer(kNextLogId));
  GP_TRY(writer.query(kInsertLog)
             .bind(log_id, key.owner().str(), key.thread_id().str(), epoch_if_new.str())
             .run());
  LogRow row{log_id, LogHead{epoch_if_new, Seq{0}, Seq{1}}, 0, 0};
  return &rows_.emplace(key, std::move(row)).first->second;
}

Result<> LogRows::save(Database& writer, LogRow& row) {
  row.changed = false;
  const LogHead& head = row.head;
  return writer.query(kSaveLog)
      .bind(row.log_id, head.last.value, head.first_retained.value, head.folded.value, head.bytes,
            head.events, row.oldest_at, row.last_at, head.epoch.str())
      .run();
}

Result<> LogRows::remove(Database& writer, const ThreadKey& key, std::int64_t log_id) {
  forget(key);
  return writer.query(kForgetLog).bind(log_id).run();
}

}  // namespace gp::sqlite
