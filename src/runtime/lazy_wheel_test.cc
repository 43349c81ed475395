#include "runtime/lazy_wheel.h"

#include <gtest/gtest.h>

#include <vector>

#include "runtime/manual_core.h"

namespace gp::runtime {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

struct Item : LazyWheel::Entry {
  MonotonicTime touched{};
  Duration timeout{};
  std::vector<Duration> waited;
};

class LazyWheelTest : public testing::Test {
 protected:
  void touch(Item& item, Duration timeout) {
    item.touched = core.now();
    item.timeout = timeout;
    wheel.touch(item, timeout);
  }

  ManualCore core;
  UniqueFunction<void(Item&)> then;
  LazyWheel wheel{core, [this](LazyWheel::Entry& entry) {
                    Item& item = static_cast<Item&>(entry);
                    EXPECT_FALSE(item.linked());
                    item.waited.push_back(core.now() - item.touched);
                    if (then) then(item);
                  }};
};

// A timeout that is no multiple of the tick, set late in a tick, fired before it had passed.
TEST_F(LazyWheelTest, IsNeverEarlyAndAtMostTwoTicksLate) {
  for (int phase = 0; phase < 250; phase += 31) {
    for (const int timeout : {0, 1, 100, 249, 250, 251, 499, 500, 501, 1'000, 10'125}) {
      core.advance(milliseconds(phase));
      Item item;
      touch(item, milliseconds(timeout));
      core.advance(milliseconds(timeout) + 2 * LazyWheel::kTick);
      ASSERT_EQ(item.waited.size(), 1u) << phase << "+" << timeout;
      EXPECT_GE(item.waited[0], milliseconds(timeout)) << phase << "+" << timeout;
    }
  }
}

TEST_F(LazyWheelTest, FiresOnceUnlessTouchedAgain) {
  Item item;
  touch(item, seconds(1));
  core.advance(seconds(100));
  EXPECT_EQ(item.waited.size(), 1u);
  touch(item, seconds(1));
  core.advance(seconds(2));
  EXPECT_EQ(item.waited.size(), 2u);
}

TEST_F(LazyWheelTest, MovesOnWithActivity) {
  Item item;
  for (int i = 0; i < 50; ++i) {
    touch(item, seconds(2));
    core.advance(milliseconds(1'900));
  }
  EXPECT_TRUE(item.waited.empty());
  core.advance(seconds(1));
  EXPECT_EQ(item.waited.size(), 1u);
}

TEST_F(LazyWheelTest, TakesAnEarlierDeadlineToo) {
  Item item;
  touch(item, hours(1));
  core.advance(seconds(5));
  touch(item, seconds(1));
  core.advance(seconds(2));
  EXPECT_EQ(item.waited.size(), 1u);
}

TEST_F(LazyWheelTest, KeepsTimeoutsLongerThanItself) {
  const Duration round = LazyWheel::kTick * LazyWheel::kSlots;
  for (const Duration timeout : {round - LazyWheel::kTick, Duration(round),
                                 round + LazyWheel::kTick, round * 3 + milliseconds(1)}) {
    Item item;
    touch(item, timeout);
    core.advance(timeout - milliseconds(1));
    EXPECT_TRUE(item.waited.empty());
    core.advance(2 * LazyWheel::kTick + milliseconds(1));
    EXPECT_EQ(item.waited.size(), 1u);
  }
}

TEST_F(LazyWheelTest, LetsACallbackUnlinkAndTouchOthers) {
  Item first;
  Item second;
  Item third;
  for (Item* item : {&first, &second, &third}) touch(*item, seconds(1));
  then = [&](Item& item) {
    if (&item != &first) return;
    second.unlink();
    touch(third, seconds(5));
    touch(first, seconds(1));
  };
  core.advance(seconds(2));
  EXPECT_EQ(first.waited.size(), 1u);
  EXPECT_TRUE(second.waited.empty());
  EXPECT_TRUE(third.waited.empty());
  EXPECT_FALSE(second.linked());
  then = nullptr;
  core.advance(seconds(5));
  EXPECT_EQ(first.waited.size(), 2u);
  EXPECT_EQ(third.waited.size(), 1u);
}

TEST_F(LazyWheelTest, LetsACallbackDestroyEntries) {
  Item first;
  auto second = std::make_unique<Item>();
  touch(first, seconds(1));
  touch(*second, seconds(1));
  then = [&](Item&) { second.reset(); };
  core.advance(seconds(2));
  EXPECT_EQ(first.waited.size(), 1u);
  EXPECT_EQ(second, nullptr);
}

TEST_F(LazyWheelTest, ForgetsADestroyedEntry) {
  {
    Item item;
    touch(item, seconds(1));
    EXPECT_TRUE(item.linked());
  }
  then = [](Item&) { ADD_FAILURE() << "a destroyed entry fell due"; };
  core.advance(seconds(5));
}

TEST(LazyWheel, MayDieBeforeItsEntries) {
  ManualCore core;
  LazyWheel::Entry entry;
  {
    LazyWheel wheel(core, [](LazyWheel::Entry&) {});
    wheel.touch(entry, seconds(1));
  }
  EXPECT_FALSE(entry.linked());
  EXPECT_EQ(core.pending_timers(), 0u);
}

}  // namespace
}  // namespace gp::runtime
