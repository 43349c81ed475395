#include "runtime/core_thread.h"

#include <gtest/gtest.h>

#include "runtime/blocking_pool.h"

namespace gp::runtime {
namespace {

TEST(Countdown, WaitsForEverybody) {
  Countdown countdown(3);
  BlockingPool pool(2);
  countdown.arrive();
  EXPECT_FALSE(countdown.wait_for(Duration(0)));
  pool.post([&] { countdown.arrive(); });
  pool.post([&] { countdown.arrive(); });
  countdown.wait();
  EXPECT_TRUE(countdown.wait_for(Duration(0)));
}

TEST(Countdown, OfNobodyIsOver) {
  Countdown countdown(0);
  countdown.wait();
  EXPECT_TRUE(countdown.wait_for(Duration(0)));
}

TEST(CoreThread, MayBeStartedAndStoppedTwice) {
  CoreThread thread(3);
  EXPECT_EQ(thread.core().index(), 3u);
  thread.stop();
  thread.start(std::nullopt);
  thread.start(std::nullopt);
  Countdown ran(1);
  thread.core().post([&] { ran.arrive(); });
  EXPECT_TRUE(ran.wait_for(std::chrono::seconds(60)));
  thread.stop();
  thread.stop();
}

}  // namespace
}  // namespace gp::runtime
