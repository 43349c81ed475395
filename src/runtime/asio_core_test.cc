#include "runtime/asio_core.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace gp::runtime {
namespace {

using std::chrono::milliseconds;

bool run_until(AsioCore& core, UniqueFunction<bool()> fact) {
  const MonotonicTime deadline = core.now() + std::chrono::seconds(30);
  while (!fact()) {
    if (core.now() > deadline) return false;
    core.io().run_one_for(milliseconds(20));
  }
  return true;
}

TEST(AsioCore, FiresTimersInOrderAndNeverEarly) {
  AsioCore core;
  std::string fired;
  const MonotonicTime start = core.now();
  core.call_after(milliseconds(30), [&] {
    fired += "c";
    EXPECT_GE(core.now() - start, milliseconds(30));
  });
  core.call_after(milliseconds(10), [&] {
    fired += "a";
    EXPECT_GE(core.now() - start, milliseconds(10));
  });
  core.call_after(milliseconds(20), [&] { fired += "b"; });
  ASSERT_TRUE(run_until(core, [&] { return fired.size() == 3; }));
  EXPECT_EQ(fired, "abc");
}

TEST(AsioCore, FiresAnEarlierTimerThatWasArmedLater) {
  AsioCore core;
  std::string fired;
  core.call_after(std::chrono::hours(1), [&] { fired += "late"; });
  core.call_after(milliseconds(1), [&] { fired += "early"; });
  ASSERT_TRUE(run_until(core, [&] { return !fired.empty(); }));
  EXPECT_EQ(fired, "early");
}

TEST(AsioCore, GoesOnAfterTheEarliestTimerWasCancelled) {
  AsioCore core;
  std::string fired;
  const TimerId first = core.call_after(milliseconds(1), [&] { fired += "cancelled"; });
  core.call_after(milliseconds(15), [&] { fired += "kept"; });
  core.cancel(first);
  ASSERT_TRUE(run_until(core, [&] { return !fired.empty(); }));
  EXPECT_EQ(fired, "kept");
}

TEST(AsioCore, EndsTheTurnOfTimersAndPosts) {
  AsioCore core;
  int hooks = 0;
  core.at_turn_end([&] { ++hooks; });
  core.post([&] { core.request_turn_end(); });
  ASSERT_TRUE(run_until(core, [&] { return hooks == 1; }));
  core.call_after(milliseconds(1), [&] { core.request_turn_end(); });
  EXPECT_TRUE(run_until(core, [&] { return hooks == 2; }));
}

TEST(AsioCore, StopsARunFromAnotherThread) {
  AsioCore core;
  bool ran = false;
  std::thread loop([&] { core.run(); });
  core.post([&] {
    ran = true;
    core.stop();
  });
  loop.join();
  EXPECT_TRUE(ran);
}

TEST(AsioCore, StopsTheProcessWhenAnotherThreadTouchesIt) {
  EXPECT_DEATH(
      {
        AsioCore core;
        std::thread loop;
        core.post([&] { std::thread([&] { core.assert_here(); }).join(); });
        core.run();
      },
      "another thread");
}

TEST(AsioCore, DestroysWhatNeverRan) {
  const auto held = std::make_shared<int>(1);
  {
    AsioCore core;
    core.post([held] {});
    core.call_after(std::chrono::hours(1), [held] {});
  }
  EXPECT_EQ(held.use_count(), 1);
}

TEST(UsableProcessors, AreAtLeastOne) {
  const auto processors = usable_processors();
  ASSERT_FALSE(processors.empty());
  EXPECT_TRUE(std::is_sorted(processors.begin(), processors.end()));
}

}  // namespace
}  // namespace gp::runtime
