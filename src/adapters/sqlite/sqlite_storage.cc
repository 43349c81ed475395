#include "adapters/sqlite/sqlite_storage.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "adapters/sqlite/log_upkeep.h"
#include "adapters/sqlite/pragmas.h"
#include "adapters/sqlite/schema.h"
#include "base/log.h"

namespace gp::sqlite {
namespace {

constexpr const char* kProbe = "UPDATE probe SET count = count + 1";
}  // namespace

Result<std::unique_ptr<SqliteStorage>> SqliteStorage::open(runtime::BlockingPool& pool,
                                                           const Clock& clock,
                                                           SqliteSettings settings) {
  GP_TRY(auto lock, DirectoryLock::take(settings.directory));
  std::unique_ptr<SqliteStorage> storage(
      new SqliteStorage(pool, clock, std::move(settings), std::move(lock)));
  GP_TRY(storage->open_connections());
  return storage;
}

SqliteStorage::SqliteStorage(runtime::BlockingPool& pool, const Clock& clock,
                             SqliteSettings settings, DirectoryLock lock)
    : pool_(pool),
      clock_(clock),
      settings_(std::move(settings)),
      lock_(std::move(lock)),
      budget_(settings_.limits.pending_bytes_max),
      worker_(std::make_unique<runtime::BatchWorker<Item>>(
          pool, [this](Items& items) { write(items); })) {}

Result<> SqliteStorage::open_connections() {
  const std::filesystem::path file = settings_.directory / "goldenpath.db";
  GP_TRY(writer_, Database::open(file, Database::Mode::kReadWriteCreate));
  if (writer_->read_only())
    return fail(
        Code::store_unavailable,
        fmt::format("{} can only be read; make the directory and its files writable, or name "
                    "another data directory",
                    file.string()));
  GP_TRY(writer_->execute(kWriterPragmas));
  const bool full = settings_.synchronous == Synchronous::kFull;
  GP_TRY(writer_->execute(full ? kSynchronousFull : kSynchronousNormal));
  GP_TRY(migrate(*writer_, migrations()));
  if (const std::uint32_t pages = settings_.limits.database_pages_max; pages > 0) {
    GP_TRY(writer_->execute(fmt::format("PRAGMA max_page_count = {}", pages)));
  }
  for (std::size_t i = 0; i < settings_.limits.readers; ++i) {
    GP_TRY(auto reader, Database::open(file, Database::Mode::kReadOnly));
    GP_TRY(reader->execute(kReaderPragmas));
    free_readers_.push_back(std::move(reader));
  }
  GP_TRY(const auto forgotten, writer_->integer("SELECT EXISTS (SELECT 1 FROM forgotten)"));
  log_rows_.set_sweep_due(forgotten != 0);
  sweep_on();
  return ok();
}

void SqliteStorage::submit(runtime::Core& core, Operations operations) {
  std::size_t bytes = 0;
  for (const auto& operation : operations) bytes += operation->bytes();
  if (worker_ == nullptr)
    return refuse(core, std::move(operations), "the storage is closed: the server is stopping");
  if (!budget_.try_take(bytes)) {
    refused_.add();
    return refuse(core, std::move(operations),
                  fmt::format("{} wait to be written and {} more exceed the limit of {}; retry "
                              "later, and see whether the disk of {} is slow",
                              format_byte_size(budget_.bytes()), format_byte_size(bytes),
                              format_byte_size(budget_.bytes_max()), settings_.directory.string()));
  }
  Item unit;
  unit.core = &core;
  unit.operations = std::move(operations);
  unit.bytes = bytes;
  worker_->push(std::move(unit));
}

void SqliteStorage::refuse(runtime::Core& core, Operations operations, const std::string& why) {
  core.post([operations = std::move(operations), error = Error{Code::store_unavailable, why}] {
    for (const auto& operation : operations) {
      operation->fail_with(error);
      operation->completion()();
    }
  });
}

void SqliteStorage::probe() {
  if (healthy() || worker_ == nullptr || budget_.holders() > 0 || !budget_.try_take(0)) return;
  Item unit;
  unit.operations.push_back(std::make_unique<SimpleOperation<void>>(
      Operation::Kind::kOrdinary, 0, [](Database& writer) { return writer.query(kProbe).run(); },
      nullptr));
  worker_->push(std::move(unit));
}

void SqliteStorage::close() {
  closing_.set(1);
  budget_.wait_until_unused();
  worker_.reset();
  free_readers_.clear();
  writer_.reset();
}

SqliteStats SqliteStorage::stats() const {
  return SqliteStats{
      .pending_units = budget_.holders(),
      .pending_bytes = budget_.bytes(),
      .commits = commits_.get(),
      .units = units_.get(),
      .errors = errors_.get(),
      .refused = refused_.get(),
      .snapshot_reads = snapshot_reads_.get(),
      .last_commit = Duration(last_commit_.get()),
  };
}

void SqliteStorage::write(Items& items) {
  for (Item& item : items) {
    if (item.sweeps) sweeping_ = false;
    if (item.free_reader != nullptr) free_readers_.push_back(std::move(item.free_reader));
  }
  std::erase_if(items, [](const Item& item) { return item.operations.empty(); });
  if (items.empty()) return;

  const MonotonicTime begun = clock_.now();
  const std::int64_t changes_before = writer_->changes();
  run_batch(items);
  count(items, writer_->changes() - changes_before, clock_.now() - begun);
  start_reads(items);
  go_on(items);
  log_rows_.keep_limit();
  for (const Item& item : items) budget_.give_back(item.bytes);
  complete(items);
  items.clear();  // while the cores make the next batch
}

void SqliteStorage::run_batch(Items& items) {
  if (run_transaction(items)) return;
  for (Item& item : items) {
    const Result<> alone = run_transaction(std::span(&item, 1));
    if (!alone) give_up(item, alone.error());
  }
}

// On failure nothing has happened, and the units may be run again.
Result<> SqliteStorage::run_transaction(std::span<Item> units) {
  const auto run = [&]() -> Result<> {
    GP_TRY(writer_->query("BEGIN IMMEDIATE").run());
    for (Item& unit : units) {
      const Result<> result = run_unit(unit);
      if (result) continue;
      // A failing disk makes sqlite3 roll back the whole transaction by itself.
      if (!writer_->in_transaction()) return result;
      log_rows_.forget_all();
      GP_TRY(writer_->query("ROLLBACK TO unit").run());
      GP_TRY(writer_->query("RELEASE unit").run());
      give_up(unit, result.error());
    }
    return writer_->query("COMMIT").run();
  };
  Result<> result = run();
  if (result) return result;
  log_rows_.forget_all();
  writer_->drop_transaction();
  for (Item& unit : units) start_again(unit);
  return result;
}

Result<> SqliteStorage::run_unit(Item& unit) {
  GP_TRY(writer_->query("SAVEPOINT unit").run());
  for (const auto& operation : unit.operations) {
    GP_TRY(run_operation(*operation));
  }
  return writer_->query("RELEASE unit").run();
}

Result<> SqliteStorage::run_operation(Operation& operation) {
  if (operation.kind() == Operation::Kind::kForgets) read_put_off(operation);
  GP_TRY(operation.run(*writer_));
  if (operation.kind() == Operation::Kind::kReadsLater) {
    operation.put_off();
    put_off_.push_back(&operation);
  }
  return ok();
}

// Inside the transaction, so they see all that was asked before them and nothing is gone yet.
void SqliteStorage::read_put_off(const Operation& before) {
  for (Operation* operation : put_off_) {
    if (operation->log() == nullptr || *operation->log() != *before.log()) continue;
    operation->read(*writer_);
    operation->take_up();
  }
  std::erase_if(put_off_, [](const Operation* operation) { return !operation->is_put_off(); });
}

void SqliteStorage::give_up(Item& unit, const Error& error) {
  start_again(unit);
  unit.failure = error;
  for (const auto& operation : unit.operations) operation->fail_with(error);
}

void SqliteStorage::start_again(Item& unit) {
  unit.failure.reset();
  for (const auto& operation : unit.operations) operation->take_up();
  std::erase_if(put_off_, [](const Operation* operation) { return !operation->is_put_off(); });
}

void SqliteStorage::count(const Items& items, std::int64_t changes, Duration took) {
  units_.add(items.size());
  const auto fails = [](const Item& item) { return item.failure.has_value(); };
  const auto failed = std::find_if(items.begin(), items.end(), fails);
  const bool some_kept = !std::all_of(items.begin(), items.end(), fails);
  if (changes > 0 && some_kept) {
    commits_.add();
    last_commit_.set(static_cast<std::uint64_t>(took.count()));
  }
  if (failed != items.end()) {
    errors_.add(static_cast<std::uint64_t>(std::count_if(items.begin(), items.end(), fails)));
    if (healthy()) GP_LOG_ERROR("sqlite", "writes fail: {}", failed->failure->message);
    healthy_.set(0);
  } else if (changes > 0 && !healthy()) {
    GP_LOG_INFO("sqlite", "writes succeed again");
    healthy_.set(1);
  }
}

// The items of this batch still hold the budget, so close() waits for what is queued here.
void SqliteStorage::go_on(Items& items) {
  bool fails = false;
  for (Item& item : items) {
    fails = fails || item.failure;
    if (item.failure) continue;
    for (auto& operation : item.operations) {
      if (!operation->unfinished()) continue;
      Item rest;
      rest.core = item.core;
      rest.operations.push_back(std::move(operation));
      budget_.take();
      worker_->push(std::move(rest));
    }
    std::erase(item.operations, nullptr);
  }
  // On a disk that fails a sweep would fail again at once; the next write that succeeds begins it.
  if (!fails) sweep_on();
}

void SqliteStorage::sweep_on() {
  if (!log_rows_.sweep_due() || sweeping_ || closing_.get() != 0) return;
  Item part;
  part.sweeps = sweeping_ = true;
  part.operations.push_back(std::make_unique<SimpleOperation<void>>(
      Operation::Kind::kOrdinary, 0, [this](Database& writer) { return sweep(writer, log_rows_); },
      nullptr));
  budget_.take();
  worker_->push(std::move(part));
}

void SqliteStorage::complete(Items& items) {
  using Completions = std::vector<runtime::Task>;
  std::vector<std::pair<runtime::Core*, Completions>> by_core;
  for (const Item& item : items) {
    if (item.core == nullptr || item.operations.empty()) continue;
    auto at = std::find_if(by_core.begin(), by_core.end(),
                           [&](const auto& entry) { return entry.first == item.core; });
    if (at == by_core.end()) at = by_core.emplace(by_core.end(), item.core, Completions());
    for (const auto& operation : item.operations) at->second.push_back(operation->completion());
  }
  for (auto& [core, completions] : by_core) {
    core->post([completions = std::move(completions)]() mutable {
      for (runtime::Task& completion : completions) completion();
    });
  }
}

}  // namespace gp::sqlite
