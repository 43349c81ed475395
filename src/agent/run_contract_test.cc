#include "agent/run_contract.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "protocol/json.h"
#include "runtime/manual_core.h"

namespace gp::agent {
namespace {

using protocol::EventType;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct RunContractTest : ::testing::Test {
  RunContract::Events all;

  void add(RunContract::Events events) {
    for (auto& event : events) all.push_back(std::move(event));
  }
  std::vector<EventType> types() const {
    std::vector<EventType> out;
    for (const auto& event : all) out.push_back(event.type);
    return out;
  }
  RunContract make(RunLimits limits = {}) {
    return RunContract({RunId("run_1"), AgentName("default"), MessageId("msg_1")}, clock, limits);
  }

  runtime::ManualClock clock;
  RunContract contract = make();
};

TEST_F(RunContractTest, AnOrdinaryRunHasItsCanonicalEvents) {
  add(contract.start());
  add(contract.accept(Thinking{"p1", "hm"}));
  add(contract.accept(ToolArguments{"c1", "search", R"({"q")"}));
  add(contract.accept(ToolStarted{"c1", "search", R"({"q":1})"}));
  clock.advance(std::chrono::milliseconds(120));
  add(contract.accept(ToolFinished{"c1", "search", true, "[7]"}));
  add(contract.accept(Text{"p2", "Hel"}));
  add(contract.accept(Text{"p2", "lo"}));
  clock.advance(std::chrono::milliseconds(30));
  add(contract.finish(Ended{"stop", R"({"total_tokens":5})", ""}));

  ASSERT_THAT(types(), ElementsAre(EventType::agent_started, EventType::agent_thinking,
                                   EventType::tool_args_delta, EventType::tool_executing,
                                   EventType::tool_completed, EventType::token, EventType::token,
                                   EventType::agent_completed));
  EXPECT_EQ(all[0].payload, R"({"message_id":"msg_1"})");
  EXPECT_EQ(all[3].payload, R"({"tool_call_id":"c1","tool_name":"search","arguments":{"q":1}})");
  EXPECT_EQ(all[4].payload, R"({"tool_call_id":"c1","tool_name":"search","success":true,)"
                            R"("result":[7],"duration_ms":120})");
  EXPECT_EQ(all[7].payload, R"({"text":"Hello","usage":{"total_tokens":5},)"
                            R"("finish_reason":"stop","duration_ms":150})");
  for (const auto& event : all) {
    EXPECT_EQ(event.run_id, RunId("run_1"));
    EXPECT_EQ(event.agent_name, AgentName("default"));
  }
  EXPECT_EQ(contract.text(), "Hello");
  EXPECT_EQ(contract.dropped(), 0u);
}

TEST_F(RunContractTest, StartsByItselfWhenStartWasLeftOut) {
  add(contract.finish(Failed{Code::agent_unreachable, "no", true}));
  EXPECT_THAT(types(), ElementsAre(EventType::agent_started, EventType::agent_error));
}

TEST_F(RunContractTest, StartsOnlyOnce) {
  add(contract.start());
  EXPECT_THAT(contract.start(), IsEmpty());
}

TEST_F(RunContractTest, NothingComesAfterTheTerminalEvent) {
  add(contract.start());
  add(contract.finish(Ended{}));
  EXPECT_TRUE(contract.over());
  EXPECT_THAT(contract.accept(Text{"p1", "late"}), IsEmpty());
  EXPECT_THAT(contract.finish(Failed{Code::agent_failed, "late", true}), IsEmpty());
  EXPECT_THAT(contract.cancel(UserId("ann"), "late"), IsEmpty());
  EXPECT_THAT(contract.start(), IsEmpty());
  EXPECT_EQ(contract.text(), "");
  EXPECT_EQ(contract.dropped(), 2u);
}

TEST_F(RunContractTest, OpenToolsAreClosedInOrderAtTheEnd) {
  add(contract.start());
  add(contract.accept(ToolStarted{"b", "second", ""}));
  add(contract.accept(ToolStarted{"a", "first", ""}));
  add(contract.accept(ToolStarted{"c", "done", ""}));
  add(contract.accept(ToolFinished{"c", "", true, ""}));
  clock.advance(std::chrono::milliseconds(9));
  const auto end = contract.finish(Ended{});
  ASSERT_EQ(end.size(), 3u);
  EXPECT_EQ(end[0].payload, R"({"tool_call_id":"b","tool_name":"second","success":false,)"
                            R"("error":"the agent finished without a result for this tool",)"
                            R"("duration_ms":9})");
  EXPECT_THAT(end[1].payload, HasSubstr(R"("tool_call_id":"a")"));
  EXPECT_EQ(end[2].type, EventType::agent_completed);
}

TEST_F(RunContractTest, CancelClosesToolsAndSaysWhoAndWhy) {
  add(contract.accept(ToolStarted{"a", "x", ""}));
  const auto end = contract.cancel(UserId("ann"), "user asked");
  ASSERT_EQ(end.size(), 2u);
  EXPECT_THAT(end[0].payload, HasSubstr("the run was cancelled"));
  EXPECT_EQ(end[1].type, EventType::agent_cancelled);
  EXPECT_EQ(end[1].payload, R"({"by":"ann","reason":"user asked"})");
}

TEST_F(RunContractTest, AFailureKeepsItsCodeAndCutsItsMessage) {
  add(contract.start());
  const auto end =
      contract.finish(Failed{Code::agent_timeout, std::string(10000, 'x') + "\xFF", false});
  ASSERT_EQ(end.size(), 1u);
  EXPECT_THAT(end[0].payload, HasSubstr(R"({"code":"agent_timeout","message":"xxx)"));
  EXPECT_THAT(end[0].payload, HasSubstr(R"("recoverable":false})"));
  EXPECT_LT(end[0].payload.size(), kFailureMessageBytesMax + 100);
}

TEST_F(RunContractTest, AResultForAToolNeverStartedGetsItsStartFirst) {
  add(contract.start());
  const auto events = contract.accept(ToolFinished{"c9", "guess", true, "1"});
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].payload, R"({"tool_call_id":"c9","tool_name":"guess","arguments":{}})");
  EXPECT_EQ(events[1].type, EventType::tool_completed);
}

TEST_F(RunContractTest, SecondStartsAndSecondResultsAreDropped) {
  add(contract.start());
  add(contract.accept(ToolStarted{"c", "t", ""}));
  EXPECT_THAT(contract.accept(ToolStarted{"c", "t", ""}), IsEmpty());
  add(contract.accept(ToolFinished{"c", "t", true, "1"}));
  EXPECT_THAT(contract.accept(ToolFinished{"c", "t", true, "2"}), IsEmpty());
  EXPECT_EQ(contract.dropped(), 2u);
  EXPECT_EQ(contract.accept(ToolStarted{"c", "t", ""}).size(), 1u) << "an id may be used again";
  EXPECT_EQ(contract.accept(ToolFinished{"c", "t", true, "2"}).size(), 1u);
}

TEST_F(RunContractTest, AToolWithoutAnIdIsAProtocolError) {
  add(contract.start());
  const auto events = contract.accept(ToolStarted{"", "t", ""});
  ASSERT_EQ(events.size(), 1u);
  EXPECT_THAT(events[0].payload, HasSubstr(R"("code":"agent_protocol")"));
  EXPECT_TRUE(contract.over());
}

TEST_F(RunContractTest, MalformedJsonTravelsAsAString) {
  add(contract.start());
  add(contract.accept(ToolStarted{"c", "t", R"({"a":1},"seq":9)"}));
  add(contract.accept(ToolFinished{"c", "t", false, "boom"}));
  add(contract.accept(Custom{"note", "{"}));
  EXPECT_THAT(all[1].payload, HasSubstr(R"("arguments":"{\"a\":1},\"seq\":9")"));
  EXPECT_THAT(all[2].payload, HasSubstr(R"("error":"boom")"));
  EXPECT_EQ(all[3].payload, R"({"name":"note","value":"{"})");
}

TEST_F(RunContractTest, InvalidUtf8IsReplacedAndEmptyDeltasAreSkipped) {
  add(contract.start());
  EXPECT_THAT(contract.accept(Text{"p1", ""}), IsEmpty());
  EXPECT_THAT(contract.accept(Thinking{"p1", ""}), IsEmpty());
  EXPECT_THAT(contract.accept(ToolArguments{"c", "t", ""}), IsEmpty());
  const auto events = contract.accept(Text{"p1", "a\xFFz"});
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].payload, "{\"part_id\":\"p1\",\"delta\":\"a\xEF\xBF\xBDz\"}");
  EXPECT_EQ(contract.text(), "a\xEF\xBF\xBDz");
}

TEST_F(RunContractTest, TooMuchOutputEndsTheRun) {
  RunContract small = make(RunLimits{.output_bytes_max = 1000, .tool_calls_max = 10});
  add(small.start());
  add(small.accept(ToolStarted{"c", "t", ""}));
  add(small.accept(Text{"p1", "fits"}));
  add(small.accept(Text{"p1", std::string(500, 'x')}));
  ASSERT_THAT(types(),
              ElementsAre(EventType::agent_started, EventType::tool_executing, EventType::token,
                          EventType::tool_completed, EventType::agent_error));
  EXPECT_THAT(all.back().payload, HasSubstr(R"("code":"output_too_large")"));
  EXPECT_THAT(all.back().payload, HasSubstr(R"("recoverable":false)"));
  EXPECT_EQ(small.text(), "fits");
  EXPECT_TRUE(small.over());
}

TEST_F(RunContractTest, TooLargeAResultEndsTheRun) {
  RunContract small = make(RunLimits{.output_bytes_max = 100, .tool_calls_max = 10});
  add(small.start());
  add(small.finish(Ended{"stop", "", '"' + std::string(200, 'x') + '"'}));
  EXPECT_THAT(types(), ElementsAre(EventType::agent_started, EventType::agent_error));
}

TEST_F(RunContractTest, TooManyToolCallsEndTheRun) {
  RunContract small = make(RunLimits{.output_bytes_max = kMiB, .tool_calls_max = 1});
  add(small.start());
  add(small.accept(ToolStarted{"a", "t", ""}));
  add(small.accept(ToolStarted{"b", "t", ""}));
  EXPECT_THAT(types(), ElementsAre(EventType::agent_started, EventType::tool_executing,
                                   EventType::tool_completed, EventType::agent_error));
}

// Any sequence of agent events keeps the run's promises and yields valid payloads.
TEST_F(RunContractTest, HoldsForRandomAgents) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    all.clear();
    RunContract run = make(RunLimits{.output_bytes_max = 6000, .tool_calls_max = 8});
    const auto id = [&] { return std::string(1, static_cast<char>('a' + random() % 4)); };
    for (int i = 0; i < 30; ++i) {
      switch (random() % 10) {
        case 0:
        case 1: add(run.accept(Text{"p", "t\xC3"})); break;
        case 2: add(run.accept(Thinking{"p", "h"})); break;
        case 3: add(run.accept(ToolArguments{id(), "t", "{"})); break;
        case 4:
        case 5: add(run.accept(ToolStarted{id(), "t", "{\"a\":\n1}"})); break;
        case 6:
        case 7: add(run.accept(ToolFinished{id(), "t", random() % 2 == 0, "oops"})); break;
        case 8: add(run.accept(Custom{"c", "[1]"})); break;
        default:
          if (random() % 8 == 0) add(run.finish(Ended{}));
      }
    }
    add(run.cancel(UserId("ann"), ""));
    std::map<std::string, int> open;
    std::size_t terminals = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      protocol::JsonParser parser;
      auto object = parser.parse_object(all[i].payload);
      ASSERT_TRUE(object) << all[i].payload;
      EXPECT_EQ(all[i].payload.find('\n'), std::string::npos);
      EXPECT_EQ(all[i].type == EventType::agent_started, i == 0);
      if (all[i].type == EventType::tool_executing)
        ++open[std::string(*protocol::string_member(object.value(), "tool_call_id"))];
      if (all[i].type == EventType::tool_completed)
        --open[std::string(*protocol::string_member(object.value(), "tool_call_id"))];
      for (const auto& [_, count] : open) EXPECT_TRUE(count == 0 || count == 1);
      if (protocol::is_terminal(all[i].type)) ++terminals;
    }
    EXPECT_EQ(terminals, 1u);
    EXPECT_TRUE(protocol::is_terminal(all.back().type));
    for (const auto& [_, count] : open) EXPECT_EQ(count, 0);
  }
}

}  // namespace
}  // namespace gp::agent
