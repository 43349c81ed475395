/// TestServer: one core with both ports over a SqliteStorage in a directory of its own, for the
/// tests of this room.
///
/// Thread: the test's; the writer and the readers are real threads of the pool.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "adapters/sqlite/core_writer.h"
#include "adapters/sqlite/sqlite_chat_store.h"
#include "adapters/sqlite/sqlite_log_storage.h"
#include "runtime/inbox_core.h"

namespace gp::sqlite {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = std::filesystem::temp_directory_path() / "goldenpath-test-XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class TestServer {
 public:
  explicit TestServer(SqliteLimits limits = {}, std::size_t threads = 3)
      : limits_(limits), pool_(threads) {
    start();
  }
  ~TestServer() { stop(); }

  void start() {
    storage_ = SqliteStorage::open(pool_, clock_,
                                   {.directory = directory_.path() / "data", .limits = limits_})
                   .value();
    writer_ = std::make_unique<SqliteCoreWriter>(core_, *storage_);
    log_ = std::make_unique<SqliteLogStorage>(*writer_);
    chat_ = std::make_unique<SqliteChatStore>(*writer_);
  }
  void stop() {
    log_.reset();
    chat_.reset();
    writer_.reset();
    storage_.reset();
  }
  void restart() {
    stop();
    start();
  }

  /// Asks in one turn of the core.
  template <class Ask>
  void in_turn(Ask ask) {
    runtime::Core::Turn turn(core_);
    ask();
  }
  /// Asks in a turn and gives the answer.
  template <class T, class Ask>
  Result<T> get(Ask ask) {
    std::optional<Result<T>> answer;
    in_turn([&] { ask([&answer](Result<T> result) { answer.emplace(std::move(result)); }); });
    GP_ASSERT(core_.run_until([&] { return answer.has_value(); }), "no answer from the storage");
    return std::move(*answer);
  }

  runtime::InboxCore& core() { return core_; }
  runtime::BlockingPool& pool() { return pool_; }
  const Clock& clock() const { return clock_; }
  std::filesystem::path directory() const { return directory_.path() / "data"; }
  SqliteStorage& storage() { return *storage_; }
  SqliteLogStorage& log() { return *log_; }
  SqliteChatStore& chat() { return *chat_; }

 private:
  SqliteLimits limits_;
  TemporaryDirectory directory_;
  SystemClock clock_;
  runtime::InboxCore core_;
  runtime::BlockingPool pool_;
  std::unique_ptr<SqliteStorage> storage_;
  std::unique_ptr<SqliteCoreWriter> writer_;
  std::unique_ptr<SqliteLogStorage> log_;
  std::unique_ptr<SqliteChatStore> chat_;
};

}  // namespace gp::sqlite
