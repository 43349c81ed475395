#include "adapters/sqlite/sqlite_log_storage.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "adapters/sqlite/log_events.h"
#include "adapters/sqlite/log_upkeep.h"

namespace gp::sqlite {
namespace {

using identity::ThreadKey;
using log::LogAppend;
using log::LogHead;
using log::OverdueLog;
using log::ReadRange;
using log::RetentionGoal;
using log::StoredEvent;
using log::TrimLimits;
using Kind = Operation::Kind;

std::size_t bytes_of(const std::vector<StoredEvent>& events) {
  std::size_t bytes = events.size() * sizeof(StoredEvent);
  for (const StoredEvent& event : events) bytes += event.bytes();
  return bytes;
}

Result<> renew(Database& writer, LogRows& rows, const ThreadKey& key, const Epoch& epoch) {
  GP_TRY(LogRow * row, rows.find(writer, key));
  if (row == nullptr) return ok();
  row->head.epoch = epoch;
  return rows.save(writer, *row);
}

/// Takes away what reads of the same log, asked earlier, must still see.
class ForgettingOperation final : public AskedOperation<void> {
 public:
  using Work = UniqueFunction<Result<>(Database&)>;
  ForgettingOperation(ThreadKey key, std::size_t bytes, Work work, Completion<Result<>> done)
      : AskedOperation(Kind::kForgets, SqliteCoreWriter::kOperationBytes + bytes, std::move(done)),
        key_(std::move(key)),
        work_(std::move(work)) {}

  Result<> run(Database& writer) override { return settle(work_(writer)); }
  const ThreadKey* log() const override { return &key_; }

 private:
  ThreadKey key_;
  Work work_;
};

class TrimOperation final : public AskedOperation<LogHead> {
 public:
  TrimOperation(LogRows& rows, ThreadKey key, TrimLimits limits, Completion<Result<LogHead>> done)
      : AskedOperation(Kind::kForgets, SqliteCoreWriter::kOperationBytes, std::move(done)),
        rows_(rows),
        key_(std::move(key)),
        limits_(limits) {}

  Result<> run(Database& writer) override {
    Result<LogRow*> row = rows_.find(writer, key_);
    if (!row) return settle(outcome::failure(std::move(row).error()));
    // What is appended between its parts stays.
    if (!std::exchange(bounded_, true) && row.value() != nullptr)
      limits_.held = std::min(limits_.held, row.value()->head.last.next());
    Result<Trimmed> trimmed = trim_log(writer, rows_, key_, limits_);
    unfinished_ = trimmed.has_value() && !trimmed.value().finished;
    if (!trimmed) return settle(outcome::failure(std::move(trimmed).error()));
    return settle(std::move(trimmed.value().head));
  }
  bool unfinished() const override { return unfinished_; }
  const ThreadKey* log() const override { return &key_; }

 private:
  LogRows& rows_;
  ThreadKey key_;
  TrimLimits limits_;
  bool unfinished_ = false;
  bool bounded_ = false;
};

/// Fixes the log and its bounds where it stands in the order; reads the events later.
class ReadOperation final : public AskedOperation<std::vector<StoredEvent>> {
 public:
  ReadOperation(LogRows& rows, ThreadKey key, ReadRange range,
                Completion<Result<std::vector<StoredEvent>>> done)
      : AskedOperation(Kind::kReadsLater, SqliteCoreWriter::kOperationBytes, std::move(done)),
        rows_(rows),
        key_(std::move(key)),
        range_(range) {}

  Result<> run(Database& writer) override {
    Result<LogRow*> found = rows_.find(writer, key_);
    if (!found) return settle(outcome::failure(std::move(found).error()));
    events_.reset();
    const LogRow* row = found.value();
    if (row != nullptr && range_.after < row->head.last) {
      const Seq from = std::max(range_.after.next(), row->head.first_retained);
      events_ = EventRange{row->log_id, from, row->head.last, range_.bytes_max};
    }
    return ok();
  }
  void read(Database& database) override {
    (void)settle(events_ ? read_events(database, *events_) : std::vector<StoredEvent>());
  }
  const ThreadKey* log() const override { return &key_; }

 private:
  LogRows& rows_;
  ThreadKey key_;
  ReadRange range_;
  std::optional<EventRange> events_;
};

/// What it gives is as of the end of its batch: it is advice, and in no order with single logs.
class OverdueOperation final : public AskedOperation<std::vector<OverdueLog>> {
 public:
  OverdueOperation(RetentionGoal goal, Completion<Result<std::vector<OverdueLog>>> done)
      : AskedOperation(Kind::kReadsLater, SqliteCoreWriter::kOperationBytes, std::move(done)),
        goal_(goal) {}

  Result<> run(Database&) override { return ok(); }
  void read(Database& database) override { (void)settle(find_overdue(database, goal_)); }

 private:
  RetentionGoal goal_;
};

}  // namespace

void SqliteLogStorage::open(const ThreadKey& key, const Epoch& epoch_if_new,
                            Completion<Result<LogHead>> done) {
  writer_.ask<LogHead>(
      Kind::kOrdinary, 0,
      [&rows = writer_.log_rows(), key, epoch_if_new](Database& database) -> Result<LogHead> {
        GP_TRY(const LogRow* row, rows.find_or_make(database, key, epoch_if_new));
        return row->head;
      },
      std::move(done));
}

void SqliteLogStorage::append(std::vector<LogAppend> appends, Completion<Result<>> done) {
  std::size_t bytes = 0;
  for (const LogAppend& append : appends) bytes += bytes_of(append.events);
  writer_.ask<void>(
      Kind::kOrdinary, bytes,
      [&rows = writer_.log_rows(), appends = std::move(appends)](Database& database) {
        return append_events(database, rows, appends);
      },
      std::move(done));
}

void SqliteLogStorage::read(const ThreadKey& key, ReadRange range,
                            Completion<Result<std::vector<StoredEvent>>> done) {
  writer_.ask(std::make_unique<ReadOperation>(writer_.log_rows(), key, range, std::move(done)));
}

void SqliteLogStorage::renew_epoch(const ThreadKey& key, const Epoch& epoch,
                                   Completion<Result<>> done) {
  writer_.ask<void>(
      Kind::kOrdinary, 0,
      [&rows = writer_.log_rows(), key, epoch](Database& database) {
        return renew(database, rows, key, epoch);
      },
      std::move(done));
}

void SqliteLogStorage::replace(const ThreadKey& key, std::vector<StoredEvent> folded,
                               Completion<Result<>> done) {
  const std::size_t bytes = bytes_of(folded);
  writer_.ask(std::make_unique<ForgettingOperation>(
      key, bytes,
      [&rows = writer_.log_rows(), key, folded = std::move(folded)](Database& database) {
        return replace_events(database, rows, key, folded);
      },
      std::move(done)));
}

void SqliteLogStorage::trim(const ThreadKey& key, const TrimLimits& limits,
                            Completion<Result<LogHead>> done) {
  writer_.ask(std::make_unique<TrimOperation>(writer_.log_rows(), key, limits, std::move(done)));
}

void SqliteLogStorage::overdue(const RetentionGoal& goal,
                               Completion<Result<std::vector<OverdueLog>>> done) {
  writer_.ask(std::make_unique<OverdueOperation>(goal, std::move(done)));
}

void SqliteLogStorage::remove(const ThreadKey& key, Completion<Result<>> done) {
  writer_.ask(std::make_unique<ForgettingOperation>(
      key, 0,
      [&rows = writer_.log_rows(), key](Database& database) {
        return remove_log(database, rows, key);
      },
      std::move(done)));
}

}  // namespace gp::sqlite
