#include "agent/scripted_agent.h"

#include <gtest/gtest.h>

#include "agent/contract_test_suite.h"
#include "runtime/manual_core.h"

namespace gp::agent {
namespace {

using contract::Behaviour;
using contract::make_request;
using contract::RecordingSink;
using std::chrono::milliseconds;

struct ScriptedRig {
  Agent& agent() { return scripted; }
  AgentRequest request(Behaviour behaviour) {
    switch (behaviour) {
      case Behaviour::kCompletes: return make_request("hello tokens=30 rate=200");
      case Behaviour::kFails: return make_request("hello fail=5 rate=0");
      case Behaviour::kDisconnects: return make_request("hello cut=5 rate=200");
      case Behaviour::kNeverEnds: return make_request("hello tokens=5 hang=1 rate=0");
    }
    return make_request("");
  }
  template <class F>
  bool run_until(F condition) {
    for (int i = 0; i < 10'000 && !condition(); ++i) core.advance(milliseconds(1));
    return condition();
  }
  void settle() { core.advance(std::chrono::seconds(5)); }

  runtime::ManualCore core;
  ScriptedAgent scripted{core};
};

struct ScriptedAgentTest : ::testing::Test {
  std::unique_ptr<AgentExecution> start(std::string message) {
    auto execution = rig.scripted.start(make_request(std::move(message)), sink);
    sink.may_be_called = true;
    return execution;
  }
  ScriptedRig rig;
  RecordingSink sink;
};

TEST_F(ScriptedAgentTest, KeepsItsRateInVirtualTime) {
  auto execution = start("tokens=10 rate=100 thinking=0 tool=0");
  rig.core.advance(milliseconds(49));
  EXPECT_EQ(sink.events.size(), 4u);
  rig.core.advance(milliseconds(1));
  EXPECT_EQ(sink.events.size(), 5u);
  rig.core.advance(milliseconds(50));
  EXPECT_TRUE(sink.end);
}

TEST_F(ScriptedAgentTest, SendsTokensDueInOneTickTogether) {
  auto execution = start("tokens=100 rate=100000 thinking=0 tool=0");
  std::size_t turns = 0;
  std::size_t seen = 0;
  for (int i = 0; i < 20; ++i) {
    rig.core.advance(std::chrono::microseconds(100));
    if (sink.events.size() > seen) ++turns;
    seen = sink.events.size();
  }
  EXPECT_TRUE(sink.end);
  EXPECT_EQ(turns, 1u);
}

TEST_F(ScriptedAgentTest, WithoutARateItNeedsNoTimeButYieldsToTheLoop) {
  auto execution = start("tokens=1000 rate=0 thinking=0 tool=0");
  std::size_t seen_by_others = 0;
  rig.core.post([&] { seen_by_others = sink.events.size(); });
  rig.core.run();
  EXPECT_TRUE(sink.end);
  EXPECT_EQ(sink.events.size(), 1000u);
  EXPECT_EQ(seen_by_others, kStepsPerTurnMax);
}

TEST_F(ScriptedAgentTest, PausingStopsItsClock) {
  auto execution = start("tokens=10 rate=100 thinking=0 tool=0");
  rig.core.advance(milliseconds(20));
  execution->pause();
  rig.core.advance(std::chrono::hours(1));
  EXPECT_EQ(sink.events.size(), 2u);
  execution->resume();
  rig.core.advance(milliseconds(10));
  EXPECT_EQ(sink.events.size(), 3u) << "no burst after the pause";
}

TEST_F(ScriptedAgentTest, LeavesNoTimerBehind) {
  auto execution = start("rate=1");
  rig.core.run();
  EXPECT_EQ(rig.core.pending_timers(), 1u);
  execution.reset();
  EXPECT_EQ(rig.core.pending_timers(), 0u);
}

TEST_F(ScriptedAgentTest, SaysTheSameEveryTime) {
  auto execution = start("again and again tokens=50");
  rig.settle();
  RecordingSink other;
  other.may_be_called = true;
  ScriptedRig elsewhere;
  elsewhere.core.advance(milliseconds(7));
  auto repeated = elsewhere.scripted.start(make_request("again and again tokens=50"), other);
  elsewhere.settle();
  ASSERT_TRUE(sink.end && other.end);
  EXPECT_EQ(sink.text, other.text);
  EXPECT_EQ(sink.events.size(), other.events.size());
}

}  // namespace

namespace contract {
INSTANTIATE_TYPED_TEST_SUITE_P(Scripted, AgentContract, ScriptedRig);
}  // namespace contract
}  // namespace gp::agent
