#include "adapters/sqlite/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "adapters/sqlite/test_server.h"

namespace gp::sqlite {
namespace {

using testing::HasSubstr;

class DatabaseTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(database_->execute("CREATE TABLE t (a INTEGER, b TEXT NOT NULL UNIQUE)"));
  }
  TemporaryDirectory directory_;
  std::filesystem::path path_ = directory_.path() / "file.db";
  std::unique_ptr<Database> database_ =
      Database::open(path_, Database::Mode::kReadWriteCreate).value();
};

constexpr const char* kInsert = "INSERT INTO t VALUES (?1, ?2)";
constexpr const char* kSelect = "SELECT a, b FROM t WHERE b = ?1";

TEST_F(DatabaseTest, BindsAndReadsBack) {
  const std::string text("it's\0here", 9);
  ASSERT_TRUE(database_->query(kInsert).bind(std::int64_t{-5}, text).run());
  Query query = database_->query(kSelect);
  ASSERT_TRUE(query.bind(text).next().value());
  EXPECT_EQ(query.integer(0), -5);
  EXPECT_EQ(query.text(1), text);
  EXPECT_FALSE(query.next().value());
}

TEST_F(DatabaseTest, AStatementIsFreshAtEachUse) {
  for (const char* text : {"one", "two"}) {
    ASSERT_TRUE(database_->query(kInsert).bind(std::int64_t{1}, std::string_view(text)).run());
  }
  for (const char* text : {"one", "two"}) {
    Query query = database_->query(kSelect);
    ASSERT_TRUE(query.bind(std::string_view(text)).next().value());
    EXPECT_EQ(query.text(1), text);
  }
}

TEST_F(DatabaseTest, AnEmptyViewIsAnEmptyTextAndNotNull) {
  ASSERT_TRUE(database_->query(kInsert).bind(std::int64_t{1}, std::string_view()).run());
  EXPECT_EQ(database_->integer("SELECT count(*) FROM t WHERE b = ''").value(), 1);
}

TEST_F(DatabaseTest, NumbersAboveWhatSqliteHoldsBecomeItsLargest) {
  ASSERT_TRUE(database_->query(kInsert).bind(~std::uint64_t{0}, std::string_view("x")).run());
  EXPECT_EQ(database_->integer("SELECT a FROM t").value(),
            std::numeric_limits<std::int64_t>::max());
}

TEST_F(DatabaseTest, AnErrorSaysWhatWhereAndWhatToDo) {
  ASSERT_TRUE(database_->query(kInsert).bind(std::int64_t{1}, std::string_view("x")).run());
  const Result<> twice =
      database_->query(kInsert).bind(std::int64_t{1}, std::string_view("x")).run();
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, Code::store_unavailable);
  EXPECT_THAT(twice.error().message, HasSubstr(path_.string()));
  EXPECT_THAT(twice.error().message, HasSubstr("UNIQUE constraint failed"));
  EXPECT_THAT(twice.error().message, HasSubstr("INSERT INTO t"));
  EXPECT_TRUE(database_->query(kInsert).bind(std::int64_t{1}, std::string_view("y")).run());
}

TEST_F(DatabaseTest, AStatementThatCannotBePreparedFailsWhenItIsUsed) {
  const Result<> result = database_->query("SELECT a FROM nowhere").run();
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr("no such table"));
}

TEST_F(DatabaseTest, AReadOnlyConnectionRefusesToWrite) {
  auto reader = Database::open(path_, Database::Mode::kReadOnly).value();
  const Result<> result = reader->query(kInsert).bind(std::int64_t{1}, std::string_view("x")).run();
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr("writable"));
}

TEST_F(DatabaseTest, AFileThatIsNotThereIsNotMadeByAReader) {
  const auto missing = Database::open(directory_.path() / "missing.db", Database::Mode::kReadOnly);
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("missing.db"));
}

TEST_F(DatabaseTest, AFullFileIsAnErrorWithAdvice) {
  ASSERT_TRUE(database_->execute("PRAGMA max_page_count = 5"));
  const std::string large(200'000, 'x');
  const Result<> full = database_->query(kInsert).bind(std::int64_t{1}, large).run();
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, Code::store_unavailable);
  EXPECT_THAT(full.error().message, HasSubstr("free space"));
  EXPECT_TRUE(database_->query(kInsert).bind(std::int64_t{1}, std::string_view("x")).run());
}

}  // namespace
}  // namespace gp::sqlite
