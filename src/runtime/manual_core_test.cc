#include "runtime/manual_core.h"

#include <gtest/gtest.h>

#include <string>

namespace gp::runtime {
namespace {

using std::chrono::milliseconds;

TEST(ManualCore, RunsWhatIsPostedInOrderEachInItsTurn) {
  ManualCore core;
  std::string ran;
  core.at_turn_end([&] { ran += ";"; });
  core.post([&] {
    ran += "a";
    core.request_turn_end();
    core.post([&] { ran += "c"; });
  });
  core.post([&] { ran += "b"; });
  EXPECT_EQ(ran, "");
  core.run();
  EXPECT_EQ(ran, "a;bc");
}

TEST(ManualCore, FiresTimersAtTheirOwnTime) {
  ManualCore core;
  const MonotonicTime start = core.now();
  std::vector<Duration> fired;
  const auto note = [&] { fired.push_back(core.now() - start); };
  core.call_after(milliseconds(30), note);
  core.call_after(milliseconds(10), [&] {
    note();
    core.call_after(milliseconds(5), note);
    core.post(note);
  });
  core.advance(milliseconds(20));
  EXPECT_EQ(fired, (std::vector<Duration>{milliseconds(10), milliseconds(10), milliseconds(15)}));
  EXPECT_EQ(core.now() - start, milliseconds(20));
  core.advance(milliseconds(10));
  EXPECT_EQ(fired.size(), 4u);
  EXPECT_EQ(core.pending_timers(), 0u);
}

TEST(ManualCore, IsTheSameForTheSameSeed) {
  ManualCore first(7);
  ManualCore same(7);
  ManualCore other(8);
  const std::string id = first.ids().make("x_");
  EXPECT_EQ(same.ids().make("x_"), id);
  EXPECT_NE(other.ids().make("x_"), id);
}

TEST(ManualCore, MayHaveItsWallClockJumpWithoutTimersNoticing) {
  ManualCore core;
  bool fired = false;
  core.call_after(milliseconds(10), [&] { fired = true; });
  const WallTime before = core.clock().wall_now();
  core.manual_clock().jump_wall(-std::chrono::hours(1));
  EXPECT_EQ(core.clock().wall_now(), before - std::chrono::hours(1));
  core.advance(milliseconds(9));
  EXPECT_FALSE(fired);
  core.advance(milliseconds(1));
  EXPECT_TRUE(fired);
}

}  // namespace
}  // namespace gp::runtime
