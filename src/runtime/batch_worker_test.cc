#include "runtime/batch_worker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "runtime/core_thread.h"

namespace gp::runtime {
namespace {

TEST(BatchWorker, GathersWhatComesWhileItIsBusy) {
  BlockingPool pool(2);
  Countdown began(1);
  Countdown go_on(1);
  std::vector<std::vector<int>> batches;
  {
    BatchWorker<int> worker(pool, [&](std::vector<int>& batch) {
      batches.push_back(batch);
      if (batches.size() > 1) return;
      began.arrive();
      go_on.wait();
    });
    worker.push(0);
    ASSERT_TRUE(began.wait_for(std::chrono::seconds(60)));
    for (int i = 1; i < 10; ++i) worker.push(i);
    go_on.arrive();
  }
  ASSERT_EQ(batches.size(), 2u);
  EXPECT_EQ(batches[0], std::vector<int>{0});
  EXPECT_EQ(batches[1], (std::vector<int>{1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST(BatchWorker, NeverRunsTwiceAtOnceAndLosesNothing) {
  constexpr int kThreads = 4;
  constexpr int kItems = 2'000;
  BlockingPool pool(4);
  std::atomic<int> inside{0};
  std::atomic<bool> overlapped{false};
  std::vector<std::vector<int>> seen(kThreads);
  {
    BatchWorker<std::pair<int, int>> worker(pool, [&](std::vector<std::pair<int, int>>& batch) {
      if (++inside != 1) overlapped = true;
      for (const auto& [thread, item] : batch)
        seen[static_cast<std::size_t>(thread)].push_back(item);
      --inside;
    });
    std::vector<std::thread> producers;
    for (int thread = 0; thread < kThreads; ++thread) {
      producers.emplace_back([&worker, thread] {
        for (int i = 0; i < kItems; ++i) worker.push({thread, i});
      });
    }
    for (std::thread& producer : producers) producer.join();
  }
  EXPECT_FALSE(overlapped);
  for (const auto& items : seen) {
    EXPECT_EQ(items.size(), static_cast<std::size_t>(kItems));
    EXPECT_TRUE(std::is_sorted(items.begin(), items.end()));
  }
}

TEST(BatchWorker, IsWaitedForByItsDestructor) {
  BlockingPool pool(1);
  std::size_t handled = 0;
  {
    BatchWorker<std::unique_ptr<int>> worker(
        pool, [&](std::vector<std::unique_ptr<int>>& batch) { handled += batch.size(); });
    for (int i = 0; i < 100; ++i) worker.push(std::make_unique<int>(i));
  }
  EXPECT_EQ(handled, 100u);
}

TEST(BatchWorker, MayGoWithoutEverBeingUsed) {
  BlockingPool pool(1);
  BatchWorker<int> worker(pool, [](std::vector<int>&) { ADD_FAILURE(); });
}

}  // namespace
}  // namespace gp::runtime
