// How fast is the append path, beside raw SQLite?
//
//   gp_append_bench [--events N] [--rounds N] [--threads 1,1000] [--synchronous normal,full]
//
// goldenpath: ThreadLog::append of a LogDirectory on a real AsioCore, through the committer and the
//   SQLite adapter, paused by its back-pressure; from the first append to the last commit.
// raw: the very rows of that round, in the order they were appended, through one prepared INSERT
//   of sqlite3 itself, into a file with the same schema and pragmas, with one transaction per batch
//   of as many rows as goldenpath's commits had on average.
// The two take turns (A B A B …), so that what else the machine does meets both. Prints medians as
// text and as JSON lines.
#include <fmt/core.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

#include "adapters/sqlite/core_writer.h"
#include "adapters/sqlite/pragmas.h"
#include "adapters/sqlite/schema.h"
#include "adapters/sqlite/sqlite_log_storage.h"
#include "log/log_directory.h"
#include "runtime/asio_core.h"

namespace {

using namespace gp;
using SteadyClock = std::chrono::steady_clock;

struct Plan {
  std::size_t events;
  std::size_t threads;
  bool full;
};

struct Round {
  double seconds;
  double events_per_commit;
  double processor_seconds = 0;  ///< of all threads
  double core_seconds = 0;       ///< of the core's thread
};

/// Processor time of the process (RUSAGE_SELF) or of this thread (RUSAGE_THREAD).
double processor_seconds(int who) {
  rusage usage{};
  ::getrusage(who, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

[[noreturn]] void give_up(std::string_view what) {
  fmt::print(stderr, "append_bench: {}\n", what);
  std::exit(1);
}

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = std::filesystem::temp_directory_path() / "gp-append-bench-XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  std::filesystem::path file(const char* name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Appends round robin to all threads, a few hundred events a turn, while the committer lets it.
class Producer {
 public:
  Producer(runtime::AsioCore& core, log::LogStorage& storage, const Plan& plan)
      : core_(core), plan_(plan), directory_(core, storage, {}, metrics_) {
    directory_.committer().on_relief([this] { produce(); });
  }

  void open_logs() {
    for (std::size_t i = 0; i < plan_.threads; ++i) {
      const auto key = identity::ThreadKey::from_storage(UserId(fmt::format("user-{}", i % 100)),
                                                         ThreadId(fmt::format("thread-{:08}", i)));
      directory_.open(key, [this](Result<log::ThreadLog*> log) {
        if (!log) give_up(log.error().message);
        pins_.emplace_back(*log.value());
        if (pins_.size() < plan_.threads) return;
        begun_ = SteadyClock::now();
        processor_ = -processor_seconds(RUSAGE_SELF);
        core_seconds_ = -processor_seconds(RUSAGE_THREAD);
        commits_before_ = metrics_.log_commits.value();
        produce();
      });
    }
  }
  Round round() const {
    const std::chrono::duration<double> took = ended_ - begun_;
    const auto commits = metrics_.log_commits.value() - commits_before_;
    return {took.count(), static_cast<double>(plan_.events) / static_cast<double>(commits),
            processor_, core_seconds_};
  }

 private:
  static constexpr std::size_t kEventsPerTurn = 256;

  void produce() {
    for (std::size_t i = 0; i < kEventsPerTurn && appended_ < plan_.events; ++i) {
      if (directory_.committer().over_limit()) return;  // relief goes on
      log::ThreadLog& log = *pins_[appended_++ % pins_.size()];
      const bool last = appended_ == plan_.events;
      log.append({protocol::EventType::token, RunId("run_01J8Z3V6Q2W9X4"), AgentName("assistant"),
                  protocol::payload::delta("msg_01J8Z3V6Q2W9X4", " and then the next few words")},
                 log::Delivery::kAtOnce);
      if (last) finish();
    }
    if (appended_ < plan_.events) core_.post([this] { produce(); });
  }
  // The committer's batches complete in order, so the last event's is the last.
  void finish() {
    log::ThreadLog& log = *pins_[(plan_.events - 1) % pins_.size()];
    log.append({protocol::EventType::agent_completed, RunId("run_01J8Z3V6Q2W9X4"),
                AgentName("assistant"), "{}"},
               log::Delivery::kAfterCommit, [this](Result<Seq> committed) {
                 if (!committed) give_up(committed.error().message);
                 ended_ = SteadyClock::now();
                 processor_ += processor_seconds(RUSAGE_SELF);
                 core_seconds_ += processor_seconds(RUSAGE_THREAD);
                 core_.stop();
               });
  }

  runtime::AsioCore& core_;
  const Plan plan_;
  metrics::CoreMetrics metrics_;
  log::LogDirectory directory_;
  std::vector<log::ThreadLog::Pin> pins_;
  std::size_t appended_ = 0;
  std::uint64_t commits_before_ = 0;
  SteadyClock::time_point begun_;
  SteadyClock::time_point ended_;
  double processor_ = 0;
  double core_seconds_ = 0;
};

Round run_goldenpath(const Plan& plan, const std::filesystem::path& directory) {
  runtime::BlockingPool pool(2);
  const SystemClock clock;
  auto storage = sqlite::SqliteStorage::open(
      pool, clock,
      {.directory = directory,
       .synchronous = plan.full ? sqlite::Synchronous::kFull : sqlite::Synchronous::kNormal});
  if (!storage) give_up(storage.error().message);
  Round round{};
  {
    runtime::AsioCore core;
    std::thread loop([&] {
      sqlite::SqliteCoreWriter writer(core, *storage.value());
      sqlite::SqliteLogStorage log_storage(writer);
      Producer producer(core, log_storage, plan);
      core.post([&] { producer.open_logs(); });
      core.run();
      round = producer.round();
    });
    loop.join();
    storage.value()->close();
    pool.stop();
  }
  return round;
}

struct Row {
  std::int64_t log_id, seq, first_seq, at;
  std::string type, json;
};

class Raw {
 public:
  explicit Raw(const std::filesystem::path& file) {
    check(sqlite3_open(file.c_str(), &connection_));
  }
  ~Raw() { sqlite3_close(connection_); }
  Raw(const Raw&) = delete;
  Raw& operator=(const Raw&) = delete;

  void execute(const char* sql) {
    check(sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr));
  }
  void check(int code) {
    if (code != SQLITE_OK) give_up(sqlite3_errmsg(connection_));
  }
  sqlite3_stmt* prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    check(sqlite3_prepare_v2(connection_, sql, -1, &statement, nullptr));
    return statement;
  }
  std::vector<Row> rows() {
    std::vector<Row> rows;
    sqlite3_stmt* statement =
        prepare("SELECT log_id, seq, first_seq, at, type, json FROM events ORDER BY seq, log_id");
    const auto text = [&](int column) {
      return std::string(reinterpret_cast<const char*>(sqlite3_column_text(statement, column)));
    };
    while (sqlite3_step(statement) == SQLITE_ROW) {
      rows.push_back({sqlite3_column_int64(statement, 0), sqlite3_column_int64(statement, 1),
                      sqlite3_column_int64(statement, 2), sqlite3_column_int64(statement, 3),
                      text(4), text(5)});
    }
    sqlite3_finalize(statement);
    return rows;
  }
  void insert(const std::vector<Row>& rows, std::size_t per_commit) {
    sqlite3_stmt* statement = prepare(
        "INSERT INTO events (log_id, seq, first_seq, type, json, fold, at) "
        "VALUES (?1, ?2, ?3, ?4, ?5, NULL, ?6)");
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (i % per_commit == 0) execute(i == 0 ? "BEGIN IMMEDIATE" : "COMMIT; BEGIN IMMEDIATE");
      const Row& row = rows[i];
      sqlite3_bind_int64(statement, 1, row.log_id);
      sqlite3_bind_int64(statement, 2, row.seq);
      sqlite3_bind_int64(statement, 3, row.first_seq);
      sqlite3_bind_text(statement, 4, row.type.data(), static_cast<int>(row.type.size()),
                        SQLITE_STATIC);
      sqlite3_bind_text(statement, 5, row.json.data(), static_cast<int>(row.json.size()),
                        SQLITE_STATIC);
      sqlite3_bind_int64(statement, 6, row.at);
      if (sqlite3_step(statement) != SQLITE_DONE) give_up(sqlite3_errmsg(connection_));
      sqlite3_reset(statement);
    }
    execute("COMMIT");
    sqlite3_finalize(statement);
  }

 private:
  sqlite3* connection_ = nullptr;
};

Round run_raw(const Plan& plan, const std::filesystem::path& directory, double events_per_commit) {
  const std::vector<Row> rows = Raw(directory / "goldenpath.db").rows();
  const std::filesystem::path file = directory / "raw.db";
  Raw raw(file);
  raw.execute(sqlite::kWriterPragmas);
  raw.execute(plan.full ? sqlite::kSynchronousFull : sqlite::kSynchronousNormal);
  for (const char* migration : sqlite::migrations()) raw.execute(migration);
  const auto begun = SteadyClock::now();
  const double processor_begun = processor_seconds(RUSAGE_SELF);
  raw.insert(rows, static_cast<std::size_t>(std::max(1.0, events_per_commit)));
  const std::chrono::duration<double> took = SteadyClock::now() - begun;
  return {took.count(), events_per_commit, processor_seconds(RUSAGE_SELF) - processor_begun};
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

void measure(const Plan& plan, std::size_t rounds) {
  std::vector<double> ours, raw, ratios, per_commit, processor, core, raw_processor;
  for (std::size_t i = 0; i < rounds; ++i) {
    const TemporaryDirectory directory;
    const Round a = run_goldenpath(plan, directory.path());
    const Round b = run_raw(plan, directory.path(), a.events_per_commit);
    const auto events = static_cast<double>(plan.events);
    ours.push_back(events / a.seconds);
    raw.push_back(events / b.seconds);
    ratios.push_back(b.seconds / a.seconds);
    per_commit.push_back(a.events_per_commit);
    processor.push_back(a.processor_seconds / events * 1e6);
    core.push_back(a.core_seconds / events * 1e6);
    raw_processor.push_back(b.processor_seconds / events * 1e6);
  }
  const char* synchronous = plan.full ? "full" : "normal";
  fmt::print(
      "{:>5} threads, synchronous {:<6}: goldenpath {:>9.0f} events/s, raw {:>9.0f}, ratio {:.2f} "
      "(rounds {:.2f} to {:.2f}), {:.0f} events a commit; processor {:.2f} us an event ({:.2f} of "
      "them the core's), raw {:.2f}\n",
      plan.threads, synchronous, median(ours), median(raw), median(ratios),
      *std::ranges::min_element(ratios), *std::ranges::max_element(ratios), median(per_commit),
      median(processor), median(core), median(raw_processor));
  fmt::print(
      R"({{"bench":"append","threads":{},"synchronous":"{}","events":{},"rounds":{},)"
      R"("goldenpath_events_per_second":{:.0f},"raw_events_per_second":{:.0f},"ratio":{:.3f},)"
      R"("events_per_commit":{:.0f},"processor_us":{:.2f},"core_us":{:.2f},)"
      R"("raw_processor_us":{:.2f},"method":"interleaved rounds, medians"}})"
      "\n",
      plan.threads, synchronous, plan.events, rounds, median(ours), median(raw), median(ratios),
      median(per_commit), median(processor), median(core), median(raw_processor));
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t events = 300'000;
  std::size_t rounds = 7;
  std::vector<std::size_t> threads{1, 1'000};
  std::vector<std::string> synchronous{"normal", "full"};
  CLI::App app("The append path beside raw SQLite");
  app.add_option("--events", events, "events in a round")->check(CLI::PositiveNumber);
  app.add_option("--rounds", rounds)->check(CLI::PositiveNumber);
  app.add_option("--threads", threads)->delimiter(',')->check(CLI::PositiveNumber);
  app.add_option("--synchronous", synchronous)
      ->delimiter(',')
      ->check(CLI::IsMember({"normal", "full"}));
  CLI11_PARSE(app, argc, argv);
  for (const std::string& level : synchronous) {
    for (const std::size_t count : threads) measure({events, count, level == "full"}, rounds);
  }
  return 0;
}
