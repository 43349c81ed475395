#include "adapters/sqlite/sqlite_storage.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/sqlite/held_pool.h"
#include "adapters/sqlite/test_server.h"

namespace gp::sqlite {
namespace {

using identity::ThreadKey;
using log::LogAppend;
using log::LogHead;
using log::StoredEvent;
using testing::HasSubstr;

ThreadKey key(const std::string& thread) {
  return ThreadKey::from_storage(UserId("user-one"), ThreadId(thread));
}

StoredEvent event(std::uint64_t seq, std::size_t bytes = 2) {
  return {Seq{seq}, Seq{seq}, protocol::EventType::token, std::string(bytes, 'x')};
}

Result<> open_log(TestServer& server, const std::string& thread) {
  GP_TRY(server.get<LogHead>(
      [&](auto done) { server.log().open(key(thread), Epoch("e"), std::move(done)); }));
  return ok();
}

Result<> append(TestServer& server, const std::string& thread, StoredEvent event) {
  return server.get<void>([&](auto done) {
    server.log().append({{key(thread), {event}}}, std::move(done));
  });
}

Result<std::vector<StoredEvent>> read(TestServer& server, const std::string& thread, Seq after) {
  return server.get<std::vector<StoredEvent>>([&](auto done) {
    server.log().read(key(thread), {after, 256 * kKiB}, std::move(done));
  });
}

TEST(SqliteStorage, MakesItsDirectoryForItsUserOnly) {
  TestServer server;
  struct stat status {};
  ASSERT_EQ(::stat(server.directory().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
}

TEST(SqliteStorage, ADirectoryIsOpenOnceAndTheRefusalNamesItAndItsHolder) {
  TestServer server;
  const auto second =
      SqliteStorage::open(server.pool(), server.clock(), {.directory = server.directory()});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::store_unavailable);
  EXPECT_THAT(second.error().message, HasSubstr(server.directory().string()));
  EXPECT_THAT(second.error().message, HasSubstr(fmt::format("pid {}", ::getpid())));
  server.stop();
  EXPECT_TRUE(
      SqliteStorage::open(server.pool(), server.clock(), {.directory = server.directory()}));
}

TEST(SqliteStorage, ADirectoryThatCannotBeMadeIsRefusedWithItsName) {
  TestServer server;
  const auto under_a_file = server.directory() / "goldenpath.db" / "data";
  const auto refused =
      SqliteStorage::open(server.pool(), server.clock(), {.directory = under_a_file});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr(under_a_file.string()));
}

TEST(SqliteStorage, AFileThatIsNoDatabaseIsRefused) {
  TestServer server;
  server.stop();
  std::filesystem::remove(server.directory() / "goldenpath.db-wal");
  FILE* file = std::fopen((server.directory() / "goldenpath.db").c_str(), "w");
  std::fputs(std::string(10'000, 'z').c_str(), file);
  std::fclose(file);
  const auto refused =
      SqliteStorage::open(server.pool(), server.clock(), {.directory = server.directory()});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::store_unavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("goldenpath.db"));
}

TEST(SqliteStorage, WhatOneTurnAsksOfBothPortsIsOneTransaction) {
  TestServer server;
  const SqliteStats before = server.storage().stats();
  bool opened = false, appended = false, created = false;
  server.in_turn([&] {
    server.log().open(key("a"), Epoch("e"), [&](auto head) { opened = head.has_value(); });
    server.log().append({{key("a"), {event(1)}}}, [&](auto done) { appended = done.has_value(); });
    server.chat().create_thread(key("a"), {.title = "", .now = {}},
                                [&](auto thread) { created = thread.has_value(); });
  });
  ASSERT_TRUE(server.core().run_until([&] { return created; }));
  EXPECT_TRUE(opened);
  EXPECT_TRUE(appended);
  const SqliteStats after = server.storage().stats();
  EXPECT_EQ(after.commits - before.commits, 1u);
  EXPECT_EQ(after.units - before.units, 1u);
}

TEST(SqliteStorage, OperationsOutsideATurnAreAskedAtOnce) {
  TestServer server;
  bool opened = false;
  server.log().open(key("a"), Epoch("e"), [&](auto head) { opened = head.has_value(); });
  EXPECT_TRUE(server.core().run_until([&] { return opened; }));
}

TEST(SqliteStorage, ManyTurnsGatherIntoOneCommit) {
  TestServer server({}, 1);
  ASSERT_TRUE(open_log(server, "a"));
  const std::uint64_t commits = server.storage().stats().commits;
  HeldPool held(server.pool());
  std::uint64_t done = 0;
  for (std::uint64_t seq = 1; seq <= 200; ++seq) {
    server.in_turn([&] {
      server.log().append({{key("a"), {event(seq)}}}, [&](Result<> result) {
        EXPECT_TRUE(result);
        ++done;
      });
    });
  }
  held.release();
  ASSERT_TRUE(server.core().run_until([&] { return done == 200; }));
  EXPECT_EQ(server.storage().stats().commits, commits + 1);
  EXPECT_EQ(read(server, "a", Seq{0}).value().size(), 200u);
}

TEST(SqliteStorage, OnePostPerCoreAndCommit) {
  TestServer server({}, 1);
  ASSERT_TRUE(open_log(server, "a"));
  HeldPool held(server.pool());
  int turns = 0;
  server.core().at_turn_end([&turns] { ++turns; });
  std::uint64_t done = 0;
  for (std::uint64_t seq = 1; seq <= 10; ++seq) {
    server.in_turn([&] {
      server.log().append({{key("a"), {event(seq)}}}, [&](Result<>) {
        ++done;
        server.core().request_turn_end();
      });
    });
  }
  turns = 0;
  held.release();
  ASSERT_TRUE(server.core().run_until([&] { return done == 10; }));
  EXPECT_EQ(turns, 1);
}

TEST(SqliteStorage, CoresCommitTogetherAndAreAnsweredApart) {
  TestServer server({}, 1);
  runtime::InboxCore second_core(1);
  SqliteCoreWriter second_writer(second_core, server.storage());
  SqliteLogStorage second(second_writer);
  const std::uint64_t commits = server.storage().stats().commits;
  bool first_done = false, second_done = false;
  HeldPool held(server.pool());
  server.in_turn(
      [&] { server.log().open(key("a"), Epoch("e"), [&](auto) { first_done = true; }); });
  {
    runtime::Core::Turn turn(second_core);
    second.open(key("b"), Epoch("e"), [&](auto) {
      second_core.assert_here();
      second_done = true;
    });
  }
  held.release();
  ASSERT_TRUE(second_core.run_until([&] { return second_done; }));
  EXPECT_FALSE(first_done);
  ASSERT_TRUE(server.core().run_until([&] { return first_done; }));
  EXPECT_EQ(server.storage().stats().commits, commits + 1);
}

TEST(SqliteStorage, AFullDatabaseFailsTheTurnAsAWholeAndRecovers) {
  TestServer server({.database_pages_max = 60});
  ASSERT_TRUE(open_log(server, "a"));
  std::uint64_t seq = 0;
  Result<> result = ok();
  while (result && seq < 100) result = append(server, "a", event(++seq, 16 * kKiB));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::store_unavailable);
  EXPECT_THAT(result.error().message, HasSubstr("goldenpath.db"));
  EXPECT_THAT(result.error().message, HasSubstr("full"));
  EXPECT_FALSE(server.storage().healthy());
  EXPECT_GE(server.storage().stats().errors, 1u);

  std::optional<Code> created, appended;
  server.in_turn([&] {
    server.chat().create_thread(key("small"), {.title = "", .now = {}}, [&](auto thread) {
      created = thread ? Code::normal : thread.error().code;
    });
    server.log().append({{key("a"), {event(seq, 64 * kKiB)}}},
                        [&](Result<> done) { appended = done ? Code::normal : done.error().code; });
  });
  ASSERT_TRUE(server.core().run_until([&] { return created && appended; }));
  EXPECT_EQ(created, Code::store_unavailable);
  EXPECT_EQ(appended, Code::store_unavailable);
  const auto found = server.get<protocol::Thread>(
      [&](auto done) { server.chat().find_thread(key("small"), std::move(done)); });
  EXPECT_EQ(found.error().code, Code::thread_not_found);

  EXPECT_EQ(read(server, "a", Seq{seq - 2}).value().size(), 1u);
  ASSERT_TRUE(server.get<LogHead>(
      [&](auto done) { server.log().trim(key("a"), {.below = Seq{seq}}, std::move(done)); }));
  EXPECT_TRUE(server.storage().healthy());
  EXPECT_TRUE(append(server, "a", event(seq, 16 * kKiB)));
}

/// The kernel refuses to make files longer than `bytes` (EFBIG), as a failing disk refuses writes.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limited{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limited);
  }
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST(SqliteStorage, AnInputOutputErrorIsSaidWithFileAndCauseAndChangesNothing) {
  TestServer server;
  ASSERT_TRUE(open_log(server, "a"));
  ASSERT_TRUE(append(server, "a", event(1)));
  {
    const FileSizeLimit limit(300 * kKiB);
    const Result<> refused = append(server, "a", event(2, kMiB));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::store_unavailable);
    EXPECT_THAT(refused.error().message, HasSubstr("goldenpath.db"));
    EXPECT_THAT(refused.error().message, HasSubstr("disk I/O error"));
    EXPECT_THAT(refused.error().message, HasSubstr("check the disk"));
    EXPECT_FALSE(server.storage().healthy());
    EXPECT_EQ(read(server, "a", Seq{0}).value().size(), 1u);
  }
  EXPECT_TRUE(append(server, "a", event(2, kMiB)));
  EXPECT_TRUE(server.storage().healthy());
  EXPECT_EQ(read(server, "a", Seq{1}).value().size(), 1u);
}

TEST(SqliteStorage, AUnitThatFailsHarmsNoOther) {
  TestServer server({.database_pages_max = 60}, 1);
  ASSERT_TRUE(open_log(server, "a"));
  ASSERT_TRUE(open_log(server, "b"));
  std::vector<bool> results;
  const auto keep = [&](Result<> result) { results.push_back(result.has_value()); };
  HeldPool held(server.pool());
  server.in_turn([&] { server.log().append({{key("a"), {event(1)}}}, keep); });
  server.in_turn([&] { server.log().append({{key("b"), {event(1, kMiB)}}}, keep); });
  server.in_turn([&] { server.log().append({{key("a"), {event(2)}}}, keep); });
  held.release();
  ASSERT_TRUE(server.core().run_until([&] { return results.size() == 3; }));
  EXPECT_EQ(results, (std::vector<bool>{true, false, true}));
  EXPECT_EQ(read(server, "a", Seq{0}).value().size(), 2u);
  EXPECT_EQ(read(server, "b", Seq{0}).value().size(), 0u);
}

TEST(SqliteStorage, AProbeFindsOutThatWritesSucceedAgain) {
  TestServer server({.database_pages_max = 60});
  ASSERT_TRUE(open_log(server, "a"));
  ASSERT_FALSE(append(server, "a", event(1, kMiB)));
  ASSERT_FALSE(server.storage().healthy());
  server.storage().probe();
  ASSERT_TRUE(read(server, "a", Seq{0}));  // comes after the probe
  EXPECT_TRUE(server.storage().healthy());
}

TEST(SqliteStorage, OverItsPendingLimitItRefusesTheTurnAndGoesOn) {
  TestServer server({.pending_bytes_max = 64 * kKiB}, 1);
  ASSERT_TRUE(open_log(server, "a"));
  std::vector<Result<>> results;
  const auto keep = [&](Result<> result) { results.push_back(std::move(result)); };
  HeldPool held(server.pool());
  server.in_turn([&] { server.log().append({{key("a"), {event(1, 60 * kKiB)}}}, keep); });
  EXPECT_GE(server.storage().stats().pending_bytes, 60 * kKiB);
  server.in_turn([&] { server.log().append({{key("a"), {event(2, 60 * kKiB)}}}, keep); });
  EXPECT_TRUE(results.empty());
  ASSERT_TRUE(server.core().run_until([&] { return results.size() == 1; }));
  ASSERT_FALSE(results[0]);
  EXPECT_EQ(results[0].error().code, Code::store_unavailable);
  EXPECT_THAT(results[0].error().message, HasSubstr("64KiB"));
  EXPECT_EQ(server.storage().stats().refused, 1u);
  held.release();
  ASSERT_TRUE(server.core().run_until([&] { return results.size() == 2; }));
  EXPECT_TRUE(results[1]);
  EXPECT_TRUE(append(server, "a", event(2, 300 * kKiB)));  // alone, it may exceed the limit
}

TEST(SqliteStorage, CloseCommitsWhatWasSubmittedAndLaterSubmissionsFail) {
  TestServer server;
  ASSERT_TRUE(open_log(server, "a"));
  int done = 0;
  server.in_turn([&] {
    for (std::uint64_t seq = 1; seq <= 50; ++seq)
      server.log().append({{key("a"), {event(seq)}}},
                          [&](Result<> result) { done += result ? 1 : 0; });
    server.log().read(key("a"), {Seq{0}, kMiB}, [&](auto page) { done += page ? 1 : 0; });
  });
  server.storage().close();
  const Result<> late = append(server, "a", event(51));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Code::store_unavailable);
  EXPECT_EQ(done, 51);
  server.restart();
  EXPECT_EQ(read(server, "a", Seq{0}).value().size(), 50u);
}

TEST(SqliteStorage, TheWriterGivesUpWhatItHoldsWhenItIsDestroyed) {
  TestServer server;
  bool done = false;
  server.in_turn([&] {
    SqliteCoreWriter writer(server.core(), server.storage());
    SqliteLogStorage(writer).open(key("a"), Epoch("e"),
                                  [&](auto head) { done = head.has_value(); });
  });
  EXPECT_TRUE(server.core().run_until([&] { return done; }));
}

TEST(SqliteStorage, LongReadsRunBesideTheWriter) {
  TestServer server;
  ASSERT_TRUE(open_log(server, "a"));
  ASSERT_TRUE(append(server, "a", event(1)));
  ASSERT_EQ(read(server, "a", Seq{0}).value().size(), 1u);
  EXPECT_EQ(server.storage().stats().snapshot_reads, 1u);
}

TEST(SqliteStorage, HoldsAHundredThousandEvents) {
  constexpr std::uint64_t kEvents = 100'000, kPerTurn = 500;
  TestServer server;
  ASSERT_TRUE(open_log(server, "a"));
  std::uint64_t done = 0;
  for (std::uint64_t first = 1; first <= kEvents; first += kPerTurn) {
    LogAppend batch{key("a"), {}};
    for (std::uint64_t i = 0; i < kPerTurn; ++i) batch.events.push_back(event(first + i, 200));
    server.in_turn([&] {
      server.log().append({std::move(batch)}, [&](Result<> result) {
        ASSERT_TRUE(result);
        done += kPerTurn;
      });
    });
  }
  ASSERT_TRUE(server.core().run_until([&] { return done == kEvents; }));
  EXPECT_LE(server.storage().stats().commits, kEvents / kPerTurn + 1);
  server.restart();
  std::uint64_t last = 0;
  while (true) {
    const auto page = read(server, "a", Seq{last}).value();
    if (page.empty()) break;
    for (const StoredEvent& found : page) ASSERT_EQ(found.seq.value, ++last);
  }
  EXPECT_EQ(last, kEvents);
}

}  // namespace
}  // namespace gp::sqlite
