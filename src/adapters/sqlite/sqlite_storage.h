/// SqliteStorage: the process's one database file, behind the SqliteLogStorage and SqliteChatStore
/// of every core.
///
/// How it works: what a core asks in one turn becomes one unit (core_writer.h). One writer on the
/// BlockingPool takes all units that are queued, of all cores, and runs them in one transaction:
/// while a commit is slow, units gather, and the next commit takes them all (group commit without a
/// timer). Each unit has its savepoint, so a unit that fails is rolled back alone; where sqlite3
/// gives up the whole transaction (a full disk), the batch is run again, each unit in a transaction
/// of its own, so that what can be kept is kept. After the commit each core gets one post that
/// completes all it asked.
///
/// Order: everything, reads too, passes the writer's queue, so an operation sees exactly what was
/// asked before it. Chat reads are short and run right there. A page of log events may be long; the
/// writer only fixes its log and upper bound (one indexed look-up), and when the batch is committed
/// it pins a snapshot on a free reader connection, which reads on another pool thread while the
/// writer goes on. If no reader is free the writer reads the page itself, which is the
/// back-pressure. An operation that forgets events (replace, trim, remove) first lets earlier reads
/// of that log in its batch happen. What takes long is done in parts, each in a transaction of its
/// own with those of others between: a trim of many events, and the deletion of events that nobody
/// can read any more (log_upkeep.h).
///
/// Durability: journal_mode=WAL. With Synchronous::kNormal a completed write survives a crash of
/// the process; a power loss or kernel crash may lose the newest transactions (never order, never
/// integrity). kFull syncs at every commit and survives both.
///
/// Thread: open, close: the main thread; submit, stats, healthy, probe: any.
/// Lifetime: the pool and all cores outlive it. Shutdown: the cores stop → their SqliteCoreWriters
/// are destroyed → close() commits what is queued and waits → pool.stop() → the cores are destroyed
/// (completions posted to a stopped core die with it unrun).
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "adapters/sqlite/directory_lock.h"
#include "adapters/sqlite/log_rows.h"
#include "adapters/sqlite/operation.h"
#include "base/byte_size.h"
#include "base/clock.h"
#include "runtime/batch_worker.h"
#include "runtime/blocking_pool.h"
#include "runtime/core.h"
#include "runtime/shared_budget.h"
#include "runtime/shared_number.h"

namespace gp::sqlite {

enum class Synchronous { kNormal, kFull };

struct SqliteLimits {
  /// Bytes of operations that are asked and not completed, all cores together. Reaction: the turn's
  /// operations complete with store_unavailable. Metric: refused.
  std::size_t pending_bytes_max = 256 * kMiB;
  /// Connections that read log pages beside the writer. Reaction: the writer reads.
  std::size_t readers = 2;
  /// Pages (of 8 KiB) of the database file, 0: as many as the disk holds. Reaction: as for a full
  /// disk.
  std::uint32_t database_pages_max = 0;
};

struct SqliteSettings {
  std::filesystem::path directory;  ///< created with mode 0700 if it is not there
  Synchronous synchronous = Synchronous::kNormal;
  SqliteLimits limits{};
};

struct SqliteStats {
  std::size_t pending_units;  ///< and page reads under way
  std::size_t pending_bytes;
  std::uint64_t commits;         ///< transactions that changed something
  std::uint64_t units;           ///< turns' worth of operations that were run
  std::uint64_t errors;          ///< units that failed
  std::uint64_t refused;         ///< units turned away at pending_bytes_max
  std::uint64_t snapshot_reads;  ///< log pages read beside the writer
  Duration last_commit;          ///< the newest transaction, from its beginning to its commit
};

class SqliteStorage {
 public:
  /// Errors: Code::store_unavailable: the directory cannot be made, written or locked, or the file
  /// is damaged or newer.
  static Result<std::unique_ptr<SqliteStorage>> open(runtime::BlockingPool& pool,
                                                     const Clock& clock, SqliteSettings settings);
  ~SqliteStorage() { close(); }

  /// One turn's operations of one core, all or nothing as far as the storage goes; they complete on
  /// `core`.
  void submit(runtime::Core& core, Operations operations);

  SqliteStats stats() const;
  /// False from a write that the storage failed until one succeeds.
  bool healthy() const { return healthy_.get() != 0; }
  /// While not healthy: tries a write of one row, so that a server nobody writes to finds out that
  /// its disk is back.
  void probe();

  /// For operations while they run.
  LogRows& log_rows() { return log_rows_; }

  /// Commits what was submitted, posts the completions and closes the file. Blocks. Later
  /// submissions fail.
  void close();

 private:
  /// What comes to the writer: a unit, or a reader connection that is free again.
  struct Item {
    runtime::Core* core = nullptr;  ///< none: nobody waits
    Operations operations;
    std::size_t bytes = 0;
    std::unique_ptr<Database> free_reader;
    std::optional<Error> failure;
    bool sweeps = false;
  };
  using Items = std::vector<Item>;
  struct Read {
    runtime::Core* core;
    std::unique_ptr<Operation> operation;
  };
  struct ReadGroup {
    std::unique_ptr<Database> reader;
    std::vector<Read> reads;
  };

  SqliteStorage(runtime::BlockingPool& pool, const Clock& clock, SqliteSettings settings,
                DirectoryLock lock);
  Result<> open_connections();
  void refuse(runtime::Core& core, Operations operations, const std::string& why);

  // On the writer's thread.
  void write(Items& items);
  void run_batch(Items& items);
  Result<> run_transaction(std::span<Item> units);
  Result<> run_unit(Item& unit);
  Result<> run_operation(Operation& operation);
  void read_put_off(const Operation& before);
  void give_up(Item& unit, const Error& error);
  void start_again(Item& unit);
  void count(const Items& items, std::int64_t changes, Duration took);
  void go_on(Items& items);
  void sweep_on();
  void start_reads(Items& items);
  void start_group(ReadGroup group);
  static void complete(Items& items);

  // On any pool thread.
  void read_on_snapshot(ReadGroup& group);
  static void read_and_complete(Database& database, Read read);

  runtime::BlockingPool& pool_;
  const Clock& clock_;
  const SqliteSettings settings_;
  DirectoryLock lock_;

  // Touched by the writer only.
  std::unique_ptr<Database> writer_;
  std::vector<std::unique_ptr<Database>> free_readers_;
  std::vector<Operation*> put_off_;  ///< reads of this batch that wait for its commit
  LogRows log_rows_;
  bool sweeping_ = false;  ///< one part of a sweep is queued

  runtime::SharedBudget budget_;
  runtime::SharedNumber commits_;
  runtime::SharedNumber units_;
  runtime::SharedNumber errors_;
  runtime::SharedNumber refused_;
  runtime::SharedNumber snapshot_reads_;
  runtime::SharedNumber last_commit_;
  runtime::SharedNumber healthy_{1};
  runtime::SharedNumber closing_{0};
  std::unique_ptr<runtime::BatchWorker<Item>> worker_;
};

}  // namespace gp::sqlite
