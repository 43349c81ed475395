#include "runtime/core.h"

#include <gtest/gtest.h>

#include <string>

#include "runtime/manual_core.h"

namespace gp::runtime {
namespace {

using std::chrono::milliseconds;

TEST(CoreTurn, RunsItsHooksOnceInOrderWhenSomethingIsDirty) {
  ManualCore core;
  std::string ran;
  core.at_turn_end([&] { ran += "a"; });
  core.at_turn_end([&] { ran += "b"; });
  {
    Core::Turn turn(core);
    core.request_turn_end();
    core.request_turn_end();
    EXPECT_EQ(ran, "");
    EXPECT_TRUE(core.in_turn());
  }
  EXPECT_EQ(ran, "ab");
  EXPECT_FALSE(core.in_turn());
}

TEST(CoreTurn, RunsNoHookWhenNothingIsDirty) {
  ManualCore core;
  int ran = 0;
  core.at_turn_end([&] { ++ran; });
  { Core::Turn turn(core); }
  EXPECT_EQ(ran, 0);
}

TEST(CoreTurn, EndsWithTheOutermostOne) {
  ManualCore core;
  int ran = 0;
  core.at_turn_end([&] { ++ran; });
  {
    Core::Turn outer(core);
    {
      Core::Turn inner(core);
      core.request_turn_end();
    }
    EXPECT_EQ(ran, 0);
  }
  EXPECT_EQ(ran, 1);
}

TEST(CoreTurn, RunsHooksAgainWhileTheyMakeMoreDirty) {
  ManualCore core;
  std::string ran;
  int left = 3;
  core.at_turn_end([&] {
    ran += "a";
    EXPECT_TRUE(core.in_turn());
    if (left-- > 0) core.request_turn_end();
  });
  core.at_turn_end([&] { ran += "b"; });
  {
    Core::Turn turn(core);
    core.request_turn_end();
  }
  EXPECT_EQ(ran, "abababab");
}

TEST(CoreTurn, MustBeOpenToRequestItsEnd) {
  ManualCore core;
  EXPECT_DEATH(core.request_turn_end(), "outside a turn");
}

TEST(Timer, FiresOnce) {
  ManualCore core;
  Timer timer(core);
  int fired = 0;
  timer.arm(milliseconds(10), [&] { ++fired; });
  EXPECT_TRUE(timer.armed());
  core.advance(milliseconds(9));
  EXPECT_EQ(fired, 0);
  core.advance(milliseconds(1));
  EXPECT_EQ(fired, 1);
  EXPECT_FALSE(timer.armed());
  core.advance(milliseconds(100));
  EXPECT_EQ(fired, 1);
}

TEST(Timer, MayBeArmedAgainByItsOwnTask) {
  ManualCore core;
  Timer timer(core);
  int fired = 0;
  UniqueFunction<void()> arm;
  arm = [&] {
    timer.arm(milliseconds(10), [&, owned = std::make_unique<int>(1)] {
      fired += *owned;
      arm();
      fired += 0 * *owned;
    });
  };
  arm();
  core.advance(milliseconds(35));
  EXPECT_EQ(fired, 3);
  EXPECT_TRUE(timer.armed());
}

TEST(Timer, ArmingAgainCancelsTheEarlierTask) {
  ManualCore core;
  Timer timer(core);
  std::string fired;
  timer.arm(milliseconds(10), [&] { fired += "first"; });
  timer.arm(milliseconds(20), [&] { fired += "second"; });
  EXPECT_EQ(core.pending_timers(), 1u);
  core.advance(milliseconds(50));
  EXPECT_EQ(fired, "second");
}

TEST(Timer, IsCancelledWithItsOwner) {
  ManualCore core;
  int fired = 0;
  {
    Timer timer(core);
    timer.arm(milliseconds(10), [&] { ++fired; });
  }
  EXPECT_EQ(core.pending_timers(), 0u);
  core.advance(milliseconds(50));
  EXPECT_EQ(fired, 0);
}

TEST(Timer, MayBeDestroyedByItsOwnTask) {
  ManualCore core;
  auto timer = std::make_unique<Timer>(core);
  bool fired = false;
  timer->arm(milliseconds(1), [&, owned = std::make_unique<bool>(true)] {
    timer.reset();
    fired = *owned;
  });
  core.advance(milliseconds(1));
  EXPECT_TRUE(fired);
}

TEST(Liveness, EndsWithItsHolder) {
  auto liveness = std::make_unique<Liveness>();
  const Liveness::Token token = liveness->token();
  EXPECT_TRUE(token.alive());
  liveness.reset();
  EXPECT_FALSE(token.alive());
  EXPECT_FALSE(Liveness::Token().alive());
}

}  // namespace
}  // namespace gp::runtime
