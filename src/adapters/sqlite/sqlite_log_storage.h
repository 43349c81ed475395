/// SqliteLogStorage: LogStorage in the process's SqliteStorage. How and in which order:
/// sqlite_storage.h.
///
/// Thread: one core, that of the writer. Lifetime: the writer outlives it; completions may come
/// after it is gone.
#pragma once

#include "adapters/sqlite/core_writer.h"
#include "log/log_storage.h"

namespace gp::sqlite {

class SqliteLogStorage final : public log::LogStorage {
 public:
  explicit SqliteLogStorage(SqliteCoreWriter& writer) : writer_(writer) {}

  void open(const identity::ThreadKey& key, const Epoch& epoch_if_new,
            Completion<Result<log::LogHead>> done) override;
  void append(std::vector<log::LogAppend> appends, Completion<Result<>> done) override;
  void read(const identity::ThreadKey& key, log::ReadRange range,
            Completion<Result<std::vector<log::StoredEvent>>> done) override;
  void renew_epoch(const identity::ThreadKey& key, const Epoch& epoch,
                   Completion<Result<>> done) override;
  void replace(const identity::ThreadKey& key, std::vector<log::StoredEvent> folded,
               Completion<Result<>> done) override;
  void trim(const identity::ThreadKey& key, const log::TrimLimits& limits,
            Completion<Result<log::LogHead>> done) override;
  void overdue(const log::RetentionGoal& goal,
               Completion<Result<std::vector<log::OverdueLog>>> done) override;
  void remove(const identity::ThreadKey& key, Completion<Result<>> done) override;

 private:
  SqliteCoreWriter& writer_;
};

}  // namespace gp::sqlite
