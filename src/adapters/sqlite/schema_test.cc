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
