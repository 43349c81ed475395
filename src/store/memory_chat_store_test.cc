#include "store/memory_chat_store.h"

#include "runtime/manual_core.h"
#include "store/contract_test_suite.h"

namespace gp::store {
namespace {

class MemoryFixture final : public ChatStoreFixture {
 public:
  MemoryFixture() { restart(); }
  runtime::Core& core() override { return core_; }
  ChatStore& store() override { return *store_; }
  bool run_until(UniqueFunction<bool()> done) override {
    core_.run();
    return done();
  }
  void restart() override {
    core_.run();
    store_ = std::make_unique<MemoryChatStore>(core_, data_);
  }

 private:
  runtime::ManualCore core_;
  MemoryChatData data_;
  std::unique_ptr<MemoryChatStore> store_;
};

std::unique_ptr<ChatStoreFixture> make_fixture() { return std::make_unique<MemoryFixture>(); }

INSTANTIATE_TEST_SUITE_P(Memory, ChatStoreContract, testing::Values(&make_fixture));

class MemoryChatStoreFaults : public testing::Test {
 protected:
  void create(const std::string& thread) {
    store_->create_thread(identity::ThreadKey::from_storage(UserId("u-1"), ThreadId(thread)),
                          NewThread{.title = "", .now = core_.clock().wall_now()},
                          [this](auto result) { results_.push_back(result.has_value()); });
  }

  runtime::ManualCore core_;
  MemoryChatData data_;
  std::unique_ptr<MemoryChatStore> store_ = std::make_unique<MemoryChatStore>(core_, data_);
  std::vector<bool> results_;
};

TEST_F(MemoryChatStoreFaults, FailedWritesChangeNothing) {
  data_.faults.fail_writes = 2;
  create("t-1");
  create("t-2");
  create("t-3");
  core_.run();
  EXPECT_EQ(results_, (std::vector<bool>{false, false, true}));
  EXPECT_EQ(data_.threads.size(), 1u);
}

TEST_F(MemoryChatStoreFaults, DestroyingTheAdapterDropsWhatHasNotCompleted) {
  create("t-1");
  store_.reset();
  core_.run();
  EXPECT_TRUE(results_.empty());
  EXPECT_TRUE(data_.threads.empty());
}

TEST_F(MemoryChatStoreFaults, ACrashMayKeepWhatNobodyWasToldOf) {
  create("t-1");
  create("t-2");
  store_->crash(1);
  core_.run();
  EXPECT_TRUE(results_.empty());
  EXPECT_EQ(data_.threads.size(), 1u);
}

}  // namespace
}  // namespace gp::store
