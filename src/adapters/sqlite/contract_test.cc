// The contracts of both ports, over real files and threads: with reader connections, and with the
// writer alone.
#include "adapters/sqlite/test_server.h"
#include "log/contract_test_suite.h"
#include "store/contract_test_suite.h"

namespace gp::sqlite {
namespace {

class LogFixture final : public log::LogStorageFixture {
 public:
  explicit LogFixture(std::size_t readers) : server_(SqliteLimits{.readers = readers}) {}
  runtime::Core& core() override { return server_.core(); }
  log::LogStorage& storage() override { return server_.log(); }
  bool run_until(UniqueFunction<bool()> done) override {
    return server_.core().run_until(std::move(done));
  }
  void restart() override { server_.restart(); }

 private:
  TestServer server_;
};

class ChatFixture final : public store::ChatStoreFixture {
 public:
  runtime::Core& core() override { return server_.core(); }
  store::ChatStore& store() override { return server_.chat(); }
  bool run_until(UniqueFunction<bool()> done) override {
    return server_.core().run_until(std::move(done));
  }
  void restart() override { server_.restart(); }

 private:
  TestServer server_;
};

std::unique_ptr<log::LogStorageFixture> log_with_readers() {
  return std::make_unique<LogFixture>(2);
}
std::unique_ptr<log::LogStorageFixture> log_without_readers() {
  return std::make_unique<LogFixture>(0);
}
std::unique_ptr<store::ChatStoreFixture> chat() { return std::make_unique<ChatFixture>(); }

}  // namespace
}  // namespace gp::sqlite

namespace gp::log {
INSTANTIATE_TEST_SUITE_P(Sqlite, LogStorageContract, testing::Values(&sqlite::log_with_readers));
INSTANTIATE_TEST_SUITE_P(SqliteWriterReads, LogStorageContract,
                         testing::Values(&sqlite::log_without_readers));
}  // namespace gp::log

namespace gp::store {
INSTANTIATE_TEST_SUITE_P(Sqlite, ChatStoreContract, testing::Values(&sqlite::chat));
}  // namespace gp::store
