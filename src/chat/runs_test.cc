// Runs: exactly one terminal event whatever happens, stop, queue, idempotency, recovery.
#include "chat/test_rig.h"

namespace gp::chat {
namespace {

std::string run_id_in(const std::string& frame) {
  const auto at = frame.find("\"run_id\":\"");
  return at == std::string::npos ? "" : frame.substr(at + 10, 40);
}

/// One run of the hand-driven agent, started.
struct HandRun {
  explicit HandRun(ChatLimits limits = {}) : rig(data, limits), tab(rig, "alice") {
    tab.send(message("m-1", "chat-1", "hello", R"(,"agent":"hand")"));
    rig.settle();
  }
  agent::AgentSink& sink() { return rig.hand->current->sink; }
  template <class Action>
  void act(Action action) {
    runtime::Core::Turn turn(rig.core);
    action();
  }
  std::size_t terminals() const {
    return tab.count(R"("type":"agent_completed")") + tab.count(R"("type":"agent_error")") +
           tab.count(R"("type":"agent_cancelled")");
  }
  RigData data;
  ChatRig rig;
  Tab tab;
};

TEST(Runs, AnAgentThatBreaksOffEndsWithItsCodeAndKeepsItsTokens) {
  HandRun run;
  run.act([&] {
    run.sink().on_event(agent::Text{"p1", "half an "});
    run.sink().on_event(agent::Text{"p1", "answer"});
    run.sink().on_end(agent::Failed{Code::agent_disconnected, "the stream ended"});
  });
  run.rig.settle();
  EXPECT_NE(run.tab.events.back().find(R"("code":"agent_disconnected")"), std::string::npos);
  EXPECT_EQ(run.tab.text(), "half an answer");
  run.tab.send(R"({"type":"history","id":"h","thread_id":"chat-1"})");
  run.rig.settle();
  EXPECT_NE(run.tab.find(R"("id":"h")").find(R"("content":"half an answer")"), std::string::npos);
  EXPECT_EQ(run.rig.hand->stopped, 1);
}

TEST(Runs, OpenToolsAreClosedBeforeTheEnd) {
  HandRun run;
  run.act([&] {
    run.sink().on_event(agent::ToolStarted{"call-1", "search", R"({"q":1})"});
    run.sink().on_end(agent::Ended{});
  });
  run.rig.settle();
  const auto& events = run.tab.events;
  ASSERT_GE(events.size(), 2u);
  EXPECT_NE(events[events.size() - 2].find(R"("success":false)"), std::string::npos);
  EXPECT_NE(events.back().find("agent_completed"), std::string::npos);
}

TEST(Runs, StopFromAnotherTabCancelsOnAllTabsAndStopsTheAgent) {
  HandRun run;
  Tab other(run.rig, "alice");
  run.act([&] { run.sink().on_event(agent::Text{"p1", "so far"}); });
  other.send(R"({"type":"stop","id":"s","run_id":")" + run_id_in(run.tab.find("agent_started")) +
             R"(","reason":"enough"})");
  run.rig.settle();
  EXPECT_NE(other.find(R"("type":"ack","id":"s")"), "");
  EXPECT_NE(run.tab.events.back().find(R"("by":"alice","reason":"enough")"), std::string::npos);
  EXPECT_NE(other.events.back().find("agent_cancelled"), std::string::npos);
  EXPECT_EQ(run.rig.hand->stopped, 1);
  EXPECT_EQ(run.terminals(), 1u);
}

TEST(Runs, ASilentAgentTimesOut) {
  ChatLimits limits;
  limits.run_idle_timeout = std::chrono::seconds(20);
  HandRun run(limits);
  run.rig.advance(std::chrono::seconds(19));
  EXPECT_EQ(run.terminals(), 0u);
  run.rig.advance(std::chrono::seconds(3));
  EXPECT_NE(run.tab.events.back().find(R"("code":"agent_timeout")"), std::string::npos);
  EXPECT_EQ(run.terminals(), 1u);
}

TEST(Runs, ARunGoesOnWithoutAnyClient) {
  RigData data;
  ChatRig rig(data);
  {
    Tab tab(rig, "alice");
    tab.send(message("m-1", "chat-1", "tokens=20 rate=50"));
    rig.settle();
  }
  rig.advance(std::chrono::seconds(5));
  EXPECT_EQ(rig.metrics.runs_completed.value(), 1u);
  EXPECT_EQ(rig.chat->runs.active(), 0u);
}

TEST(Runs, TheSameMessageIdRunsOnceAndGetsTheSameAck) {
  RigData data;
  ChatRig rig(data);
  Tab tab(rig, "alice");
  // Twice at once, once during the run, once after it.
  tab.send(message("m-1", "chat-1", "tokens=20 rate=50"));
  tab.send(message("m-1", "chat-1", "tokens=20 rate=50"));
  rig.advance(std::chrono::milliseconds(100));
  tab.send(message("m-1", "chat-1", "tokens=20 rate=50"));
  rig.advance(std::chrono::seconds(5));
  tab.send(message("m-1", "chat-1", "tokens=20 rate=50"));
  rig.settle();
  EXPECT_EQ(tab.count(R"("type":"ack")"), 4u);
  EXPECT_EQ(tab.count(tab.find(R"("type":"ack")")), 4u) << "all acks are the same";
  EXPECT_EQ(tab.count("agent_started"), 1u);
  EXPECT_EQ(tab.count(R"("type":"user_message")"), 1u);
  tab.send(message("m-1", "chat-1", "other words"));
  rig.settle();
  EXPECT_NE(tab.find("idempotency_conflict"), "");
}

TEST(Runs, AMessageWithoutAThreadRepeatsIntoTheThreadItMade) {
  RigData data;
  ChatRig rig(data);
  Tab tab(rig, "alice");
  const std::string command =
      R"({"type":"user_message","message_id":"m-1","content":"tokens=1 rate=0"})";
  tab.send(command);
  tab.send(command);
  rig.advance(std::chrono::seconds(1));
  tab.send(command);
  rig.settle();
  EXPECT_EQ(tab.count(R"("type":"ack")"), 3u);
  EXPECT_EQ(tab.count(tab.find(R"("type":"ack")")), 3u);
  EXPECT_EQ(tab.count("agent_started"), 1u);
}

TEST(Runs, ASecondMessageIsRejectedQueuedOrInterrupts) {
  HandRun run;
  run.tab.send(message("m-2", "chat-1", "again", R"(,"agent":"hand")"));
  run.rig.settle();
  EXPECT_NE(run.tab.find(R"("id":"c-m-2","code":"run_active")"), "");
  run.tab.send(message("m-3", "chat-1", "later", R"(,"agent":"hand","on_active":"queue")"));
  run.rig.settle();
  EXPECT_NE(run.tab.find(R"("type":"ack","id":"c-m-3")"), "");
  EXPECT_EQ(run.rig.hand->requests.size(), 1u);
  run.tab.send(message("m-4", "chat-1", "now", R"(,"agent":"hand","on_active":"interrupt")"));
  run.rig.settle();
  EXPECT_EQ(run.tab.count("agent_cancelled"), 2u) << "the active run and the queued one";
  ASSERT_EQ(run.rig.hand->requests.size(), 2u);
  EXPECT_EQ(run.rig.hand->requests.back().content, "now");
}

TEST(Runs, ANewMessageRightAfterTheTerminalEventIsNotTurnedAway) {
  // The client sees the terminal event before the run has left the supervisor.
  HandRun run;
  run.act([&] { run.sink().on_end(agent::Ended{}); });
  while (run.tab.find("agent_completed").empty()) run.rig.settle();
  run.tab.send(message("m-2", "chat-1", "next", R"(,"agent":"hand")"));
  run.rig.settle();
  EXPECT_EQ(run.tab.count("run_active"), 0u);
  EXPECT_EQ(run.rig.hand->requests.size(), 2u);
}

TEST(Runs, TheAgentIsGivenTheHistoryWithoutTheMessageItself) {
  HandRun run;
  run.act([&] {
    run.sink().on_event(agent::Text{"p1", "first answer"});
    run.sink().on_end(agent::Ended{});
  });
  run.rig.settle();
  run.tab.send(message("m-2", "chat-1", "second", R"(,"agent":"hand")"));
  run.rig.settle();
  const auto& request = run.rig.hand->requests.back();
  ASSERT_EQ(request.history.size(), 2u);
  EXPECT_EQ(request.history[0].content, "hello");
  EXPECT_EQ(request.history[1].content, "first answer");
  EXPECT_EQ(request.content, "second");
}

TEST(Runs, ARunThatSaysTooMuchIsEnded) {
  ChatLimits limits;
  limits.run.output_bytes_max = 2'000;
  HandRun run(limits);
  run.act([&] {
    for (int i = 0; i < 100 && run.terminals() == 0; ++i)
      run.sink().on_event(agent::Text{"p1", std::string(100, 'x')});
  });
  run.rig.settle();
  EXPECT_NE(run.tab.events.back().find("output_too_large"), std::string::npos);
  EXPECT_EQ(run.terminals(), 1u);
}

TEST(Runs, AStoreThatCannotWriteRefusesTheMessageAndStartsNothing) {
  RigData data;
  ChatRig rig(data);
  Tab tab(rig, "alice");
  data.chat.faults.fail_writes = 1;
  tab.send(message("m-1", "chat-1", "tokens=1 rate=0"));
  rig.advance(std::chrono::seconds(1));
  EXPECT_NE(tab.find(R"("code":"store_unavailable")"), "");
  EXPECT_EQ(tab.count("agent_started"), 0u);
  tab.send(message("m-1", "chat-1", "tokens=1 rate=0"));
  rig.advance(std::chrono::seconds(1));
  EXPECT_EQ(tab.count("agent_completed"), 1u);
}

TEST(Runs, ALogThatCannotCommitKeepsItsEventsAndTriesAgain) {
  HandRun run;
  run.data.logs.faults.fail_writes = 3;
  run.act([&] {
    run.sink().on_event(agent::Text{"p1", "kept"});
    run.sink().on_end(agent::Ended{});
  });
  run.rig.settle();
  EXPECT_EQ(run.terminals(), 0u) << "a terminal event is seen only when it is durable";
  EXPECT_FALSE(run.rig.chat->logs.committer().healthy());
  run.rig.advance(std::chrono::seconds(2));
  EXPECT_EQ(run.terminals(), 1u);
  EXPECT_TRUE(run.rig.chat->logs.committer().healthy());
  EXPECT_EQ(run.tab.seqs(), up_to(run.tab.events.size()));
}

TEST(Recovery, ARunThatACrashLeftBehindEndsInterruptedInANewEpoch) {
  RigData data;
  std::string before;
  {
    ChatRig rig(data);
    Tab tab(rig, "alice");
    tab.send(message("m-1", "chat-1", "tokens=100 rate=100"));
    rig.advance(std::chrono::milliseconds(700));
    before = tab.text();
    ASSERT_FALSE(before.empty());
  }
  ChatRig rig(data, {}, 2);
  Recovery recovery(rig.chat->services, [](const UserId&) { return true; });
  std::optional<std::size_t> ended;
  recovery.start([&](Result<std::size_t> result) { ended = result.value(); });
  rig.settle();
  ASSERT_EQ(ended, 1u);
  Tab tab(rig, "alice",
          {{protocol::ThreadPosition{ThreadId("chat-1"), Seq{0}}}, protocol::AllThreads::kNo});
  rig.settle();
  EXPECT_EQ(tab.seqs(), up_to(tab.seqs().size()));
  EXPECT_NE(tab.events.back().find(R"("code":"interrupted")"), std::string::npos);
  EXPECT_EQ(tab.count(R"("type":"agent_error")"), 1u);
  EXPECT_TRUE(before.starts_with(tab.text())) << "what was committed is kept";
  tab.send(R"({"type":"history","id":"h","thread_id":"chat-1"})");
  rig.settle();
  EXPECT_NE(tab.find(R"("id":"h")").find(R"("status":"failed")"), std::string::npos);
  // Recovering again finds nothing.
  Recovery again(rig.chat->services, [](const UserId&) { return true; });
  again.start([&](Result<std::size_t> result) { ended = result.value(); });
  rig.settle();
  EXPECT_EQ(ended, 0u);
}

}  // namespace
}  // namespace gp::chat
