#include "runtime/blocking_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>

#include "runtime/core_thread.h"

namespace gp::runtime {
namespace {

TEST(BlockingPool, RunsTasksInOrderOnOneThread) {
  std::vector<int> ran;
  BlockingPool pool(1);
  for (int i = 0; i < 100; ++i) pool.post([&ran, i] { ran.push_back(i); });
  pool.stop();
  ASSERT_EQ(ran.size(), 100u);
  EXPECT_TRUE(std::is_sorted(ran.begin(), ran.end()));
}

TEST(BlockingPool, RunsAsManyAtOnceAsItHasThreads) {
  BlockingPool pool(3);
  Countdown together(3);
  Countdown done(3);
  for (int i = 0; i < 3; ++i) {
    pool.post([&] {
      together.arrive();
      together.wait();
      done.arrive();
    });
  }
  EXPECT_TRUE(done.wait_for(std::chrono::seconds(60)));
}

TEST(BlockingPool, FinishesWhatIsQueuedWhenItStops) {
  std::atomic<int> ran{0};
  {
    BlockingPool pool(2);
    for (int i = 0; i < 200; ++i) pool.post([&] { ++ran; });
  }
  EXPECT_EQ(ran, 200);
}

TEST(BlockingPool, MayBeStoppedTwice) {
  BlockingPool pool(1);
  pool.stop();
  pool.stop();
}

TEST(BlockingPool, DestroysATaskBeforeItTakesTheNext) {
  const auto held = std::make_shared<int>(1);
  BlockingPool pool(1);
  Countdown second_runs(1);
  long count = 0;
  pool.post([held] {});
  pool.post([&] {
    count = held.use_count();
    second_runs.arrive();
  });
  ASSERT_TRUE(second_runs.wait_for(std::chrono::seconds(60)));
  EXPECT_EQ(count, 1);
}

TEST(BlockingPool, TakesPostsFromItsOwnTasks) {
  Countdown done(1);
  BlockingPool pool(1);
  pool.post([&] { pool.post([&] { done.arrive(); }); });
  EXPECT_TRUE(done.wait_for(std::chrono::seconds(60)));
}

}  // namespace
}  // namespace gp::runtime
