#include "adapters/sqlite/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "adapters/sqlite/test_server.h"

namespace gp::sqlite {
namespace {

using testing::HasSubstr;

class Schema : public testing::Test {
 protected:
  std::unique_ptr<Database> open() {
    return Database::open(directory_.path() / "file.db", Database::Mode::kReadWriteCreate).value();
  }
  TemporaryDirectory directory_;
};

constexpr std::array<const char*, 1> kOne{"CREATE TABLE a (x INTEGER); INSERT INTO a VALUES (7)"};
constexpr std::array<const char*, 2> kTwo{kOne[0], "ALTER TABLE a ADD COLUMN y INTEGER DEFAULT 8"};
constexpr std::array<const char*, 2> kBroken{kOne[0], "ALTER TABLE missing ADD COLUMN y"};

TEST_F(Schema, ANewFileGetsTheCurrentVersion) {
  ASSERT_TRUE(migrate(*open(), migrations()));
  EXPECT_EQ(open()->integer("PRAGMA user_version").value(),
            static_cast<std::int64_t>(migrations().size()));
  EXPECT_TRUE(migrate(*open(), migrations()));
}

TEST_F(Schema, AnOlderFileIsTakenForwardWithItsRows) {
  ASSERT_TRUE(migrate(*open(), kOne));
  ASSERT_TRUE(migrate(*open(), kTwo));
  EXPECT_EQ(open()->integer("SELECT x + y FROM a").value(), 15);
  EXPECT_EQ(open()->integer("PRAGMA user_version").value(), 2);
}

TEST_F(Schema, ANewerFileIsRefusedWithASentence) {
  ASSERT_TRUE(migrate(*open(), kTwo));
  const Result<> refused = migrate(*open(), kOne);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::store_unavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("schema version 2"));
  EXPECT_THAT(refused.error().message, HasSubstr("up to 1"));
  EXPECT_THAT(refused.error().message, HasSubstr("file.db"));
}

TEST_F(Schema, AMigrationThatFailsLeavesTheFileAsItWas) {
  ASSERT_TRUE(migrate(*open(), kOne));
  ASSERT_FALSE(migrate(*open(), kBroken));
  EXPECT_EQ(open()->integer("PRAGMA user_version").value(), 1);
  EXPECT_EQ(open()->integer("SELECT x FROM a").value(), 7);
}

/// A server's file as version 1 left it, with two threads' events.
void make_version_1(const std::filesystem::path& directory) {
  for (const char* file : {"goldenpath.db", "goldenpath.db-wal", "goldenpath.db-shm"})
    std::filesystem::remove(directory / file);
  auto database = Database::open(directory / "goldenpath.db", Database::Mode::kReadWriteCreate);
  ASSERT_TRUE(migrate(*database.value(), migrations().first(1)));
  ASSERT_TRUE(database.value()->execute(R"sql(
INSERT INTO logs VALUES (7, 'user-one', 'chat-a', 'epoch-a', 12, 10), (8, 'user-one', 'chat-b', 'epoch-b', 5, 6);
INSERT INTO events VALUES
  (7, 10, 10, 'token', '{"seq":10,"timestamp":1757880000.123457,"text":"hé"}'),
  (7, 11, 11, 'token', '{"seq":11,"timestamp":1757880001.5}'),
  (7, 12, 12, 'agent_completed', '{"seq":12,"timestamp":1757880002}');
)sql"));
}

std::vector<log::StoredEvent> events_of(TestServer& server, const identity::ThreadKey& key) {
  return server
      .get<std::vector<log::StoredEvent>>([&](auto done) {
        server.log().read(key, {Seq{0}, kMiB}, std::move(done));
      })
      .value();
}

log::LogHead head_of(TestServer& server, const identity::ThreadKey& key) {
  return server
      .get<log::LogHead>([&](auto done) { server.log().open(key, Epoch("new"), std::move(done)); })
      .value();
}

TEST_F(Schema, AVersion1FileServesTheSameEventsWithTimesAndSums) {
  TestServer server;
  server.stop();
  make_version_1(server.directory());
  server.start();
  const auto key = [](const char* thread) {
    return identity::ThreadKey::from_storage(UserId("user-one"), ThreadId(thread));
  };
  const auto at = [](std::int64_t microseconds) {
    return WallTime(std::chrono::microseconds(microseconds));
  };
  using protocol::EventType;
  const std::vector<log::StoredEvent> expected{
      {Seq{10}, Seq{10}, EventType::token,
       "{\"seq\":10,\"timestamp\":1757880000.123457,\"text\":\"h\xc3\xa9\"}", "",
       at(1'757'880'000'123'457)},
      {Seq{11}, Seq{11}, EventType::token, R"({"seq":11,"timestamp":1757880001.5})", "",
       at(1'757'880'001'500'000)},
      {Seq{12}, Seq{12}, EventType::agent_completed, R"({"seq":12,"timestamp":1757880002})", "",
       at(1'757'880'002'000'000)}};
  EXPECT_EQ(events_of(server, key("chat-a")), expected);
  std::uint64_t bytes = 0;
  for (const log::StoredEvent& event : expected) bytes += event.bytes();
  const log::LogHead head = head_of(server, key("chat-a"));
  EXPECT_EQ(head.epoch, Epoch("epoch-a"));
  EXPECT_EQ(head.last, Seq{12});
  EXPECT_EQ(head.first_retained, Seq{10});
  EXPECT_EQ(head.folded, Seq{0});
  EXPECT_EQ(head.events, 3u);
  EXPECT_EQ(head.bytes, bytes);
  EXPECT_EQ(head_of(server, key("chat-b")).events, 0u);
  const auto overdue = server.get<std::vector<log::OverdueLog>>([&](auto done) {
    server.log().overdue({.oldest = at(1'757'880'000'123'458)}, std::move(done));
  });
  ASSERT_EQ(overdue.value().size(), 1u);
  EXPECT_EQ(overdue.value()[0].key, key("chat-a"));
}

TEST_F(Schema, AVersion1FileThatCannotBeTakenForwardStaysAsItWas) {
  TestServer server;
  server.stop();
  make_version_1(server.directory());
  const auto file = [&] {
    return Database::open(server.directory() / "goldenpath.db", Database::Mode::kReadWriteCreate)
        .value();
  };
  ASSERT_TRUE(file()->execute("CREATE TABLE forgotten (in_the_way)"));
  const auto refused =
      SqliteStorage::open(server.pool(), server.clock(), {.directory = server.directory()});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::store_unavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("forgotten already exists"));
  EXPECT_EQ(file()->integer("PRAGMA user_version").value(), 1);
  EXPECT_EQ(file()->integer("SELECT count(*) FROM pragma_table_info('events')").value(), 5);
  EXPECT_EQ(file()->integer("SELECT count(*) FROM events").value(), 3);
  ASSERT_TRUE(file()->execute("DROP TABLE forgotten"));
  EXPECT_TRUE(
      SqliteStorage::open(server.pool(), server.clock(), {.directory = server.directory()}));
}

TEST_F(Schema, AnotherProgramsFileIsRefused) {
  ASSERT_TRUE(open()->execute("CREATE TABLE theirs (x)"));
  const Result<> refused = migrate(*open(), migrations());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("another program's"));
}

TEST_F(Schema, AStorageWithANewerFileDoesNotOpen) {
  TestServer server;
  server.stop();
  {
    const auto file = server.directory() / "goldenpath.db";
    auto database = Database::open(file, Database::Mode::kReadWriteCreate).value();
    ASSERT_TRUE(database->execute("PRAGMA user_version = 1000"));
  }
  const auto refused =
      SqliteStorage::open(server.pool(), server.clock(), {.directory = server.directory()});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("schema version 1000"));
}

// A plan that scans a table, or sorts, would be fast in tests and slow after a year.
TEST_F(Schema, TheListsUseTheirIndices) {
  auto database = open();
  ASSERT_TRUE(migrate(*database, migrations()));
  const auto plan = [&](const char* sql) {
    std::string text;
    Query query = database->query(sql);
    while (query.next().value()) text += query.text(3) + "; ";
    return text;
  };
  const std::string threads = plan(
      "EXPLAIN QUERY PLAN SELECT title FROM threads WHERE owner = ?1 AND (updated_at, thread_id) < "
      "(?2, ?3) ORDER BY updated_at DESC, thread_id DESC LIMIT 5");
  EXPECT_THAT(threads, HasSubstr("threads_by_activity (owner=? AND (updated_at,thread_id)<"));
  EXPECT_THAT(threads, testing::Not(HasSubstr("TEMP B-TREE")));
  const std::string messages = plan(
      "EXPLAIN QUERY PLAN SELECT content FROM messages WHERE thread_row = ?1 AND position < ?2 "
      "ORDER BY position DESC LIMIT 5");
  EXPECT_THAT(messages, HasSubstr("(thread_row=? AND position<?)"));
  EXPECT_THAT(plan("EXPLAIN QUERY PLAN SELECT run_id FROM runs WHERE thread_row = ?1 AND state IN "
                   "('queued', 'running') ORDER BY run_row"),
              HasSubstr("runs_active"));
}

}  // namespace
}  // namespace gp::sqlite
