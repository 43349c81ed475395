/// LogRows: the writer's view of table `logs`, with the rows it used lately in memory, so that an
/// append costs no look-up.
///
/// Thread: the writer's, inside its transaction. The file has no other writer (directory_lock.h).
/// Invariants: (1) a row in memory is what the transaction under way sees: every change goes
/// through save(), and forget_all() follows every rollback; (2) a log_id is never used again while
/// events of its log wait in table `forgotten` (log_upkeep.h).
/// Limit: kRowsMax rows stay in memory between transactions; reaction: all leave it.
#pragma once

#include <unordered_map>

#include "adapters/sqlite/database.h"
#include "identity/user_execution_context.h"
#include "log/log_storage.h"

namespace gp::sqlite {

struct LogRow {
  std::int64_t log_id;
  log::LogHead head;
  std::int64_t oldest_at;  ///< microseconds, of the oldest event; means nothing without events
  std::int64_t last_at;    ///< microseconds, of the newest append
  bool changed = false;    ///< since save()
};

class LogRows {
 public:
  static constexpr std::size_t kRowsMax = 16'384;

  /// Good until forgotten; nullptr if the thread has no log.
  Result<LogRow*> find(Database& writer, const identity::ThreadKey& key);
  Result<LogRow*> find_or_make(Database& writer, const identity::ThreadKey& key,
                               const Epoch& epoch_if_new);
  Result<> save(Database& writer, LogRow& row);
  /// The log is gone; its events are the caller's.
  Result<> remove(Database& writer, const identity::ThreadKey& key, std::int64_t log_id);

  /// Memory only.
  void forget(const identity::ThreadKey& key) { rows_.erase(key); }
  void forget_all() { rows_.clear(); }
  /// Between transactions.
  void keep_limit() {
    if (rows_.size() > kRowsMax) rows_.clear();
  }

  /// Events wait to be swept (log_upkeep.h).
  bool sweep_due() const { return sweep_due_; }
  void set_sweep_due(bool due) { sweep_due_ = due; }

 private:
  std::unordered_map<identity::ThreadKey, LogRow> rows_;
  bool sweep_due_ = false;
};

}  // namespace gp::sqlite
