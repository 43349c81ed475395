#include "log/memory_log_storage.h"

#include "log/contract_test_suite.h"
#include "runtime/manual_core.h"

namespace gp::log {
namespace {

class MemoryFixture final : public LogStorageFixture {
 public:
  MemoryFixture() { restart(); }
  runtime::Core& core() override { return core_; }
  LogStorage& storage() override { return *storage_; }
  bool run_until(UniqueFunction<bool()> done) override {
    core_.run();
    return done();
  }
  void restart() override {
    core_.run();
    storage_ = std::make_unique<MemoryLogStorage>(core_, data_);
  }

 private:
  runtime::ManualCore core_;
  MemoryLogData data_;
  std::unique_ptr<MemoryLogStorage> storage_;
};

std::unique_ptr<LogStorageFixture> make_fixture() { return std::make_unique<MemoryFixture>(); }

INSTANTIATE_TEST_SUITE_P(Memory, LogStorageContract, testing::Values(&make_fixture));

class MemoryLogStorageFaults : public testing::Test {
 protected:
  void append(std::uint64_t seq) {
    storage_->append({{key_, {{Seq{seq}, Seq{seq}, protocol::EventType::token, "{}"}}}},
                     [this](Result<> result) { results_.push_back(std::move(result)); });
  }
  Seq last() const { return data_.logs.at(key_).head.last; }

  runtime::ManualCore core_;
  identity::ThreadKey key_ = identity::ThreadKey::from_storage(UserId("u-1"), ThreadId("t-1"));
  MemoryLogData data_{{{key_, {{Epoch("e"), Seq{0}, Seq{1}}, {}}}}, {}};
  std::unique_ptr<MemoryLogStorage> storage_ = std::make_unique<MemoryLogStorage>(core_, data_);
  std::vector<Result<>> results_;
};

TEST_F(MemoryLogStorageFaults, FailedWritesChangeNothing) {
  data_.faults.fail_writes = 1;
  append(1);
  core_.run();
  ASSERT_EQ(results_.size(), 1u);
  EXPECT_EQ(results_[0].error().code, Code::store_unavailable);
  EXPECT_EQ(last(), Seq{0});
  append(1);
  core_.run();
  EXPECT_TRUE(results_.at(1));
}

TEST_F(MemoryLogStorageFaults, FailedReadsLeaveWritesAlone) {
  data_.faults.fail_reads = 1;
  append(1);
  bool failed = false;
  storage_->read(key_, {Seq{0}, 100}, [&](auto events) { failed = events.has_error(); });
  core_.run();
  EXPECT_TRUE(failed);
  EXPECT_TRUE(results_.at(0));
}

TEST_F(MemoryLogStorageFaults, DestroyingTheAdapterDropsWhatHasNotCompleted) {
  append(1);
  EXPECT_EQ(storage_->waiting(), 1u);
  storage_.reset();
  core_.run();
  EXPECT_TRUE(results_.empty());
  EXPECT_EQ(last(), Seq{0});
}

TEST_F(MemoryLogStorageFaults, ACrashMayKeepWhatNobodyWasToldOf) {
  append(1);
  append(2);
  append(3);
  storage_->crash(2);
  core_.run();
  EXPECT_TRUE(results_.empty());
  EXPECT_EQ(last(), Seq{2});
}

TEST_F(MemoryLogStorageFaults, LatencyDelaysInOrder) {
  data_.faults.latency = std::chrono::milliseconds(5);
  append(1);
  append(2);
  core_.advance(std::chrono::milliseconds(4));
  EXPECT_TRUE(results_.empty());
  core_.advance(std::chrono::milliseconds(1));
  ASSERT_EQ(results_.size(), 2u);
  EXPECT_TRUE(results_[0]);
  EXPECT_TRUE(results_[1]);
}

}  // namespace
}  // namespace gp::log
