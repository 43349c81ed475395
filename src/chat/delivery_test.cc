// What reaches tabs: order, completeness, resume, isolation.
#include "chat/test_rig.h"

namespace gp::chat {
namespace {

using protocol::AllThreads;
using protocol::Subscribe;

TEST(Delivery, WelcomeComesFirst) {
  RigData data;
  ChatRig rig(data);
  const Tab tab(rig, "alice");
  ASSERT_FALSE(tab.frames.empty());
  EXPECT_NE(tab.frames.front().find(R"("type":"welcome")"), std::string::npos);
  EXPECT_NE(tab.frames.front().find(R"("user_id":"alice")"), std::string::npos);
}

TEST(Delivery, AMessageGoesTheWholeWayToEveryTab) {
  RigData data;
  ChatRig rig(data);
  Tab one(rig, "alice");
  Tab two(rig, "alice");
  one.send(message("m-1", "chat-1", "hello there tokens=12 rate=100"));
  rig.advance(std::chrono::seconds(5));
  EXPECT_NE(one.find(R"("type":"ack","id":"c-m-1")"), "");
  EXPECT_EQ(two.count(R"("type":"ack")"), 0u);
  for (const char* type : {"user_message", "agent_started", "agent_thinking", "tool_executing",
                           "tool_completed", "token", "agent_completed"}) {
    EXPECT_NE(one.find(std::string(R"("type":")") + type + '"'), "") << type;
  }
  EXPECT_EQ(one.seqs(), up_to(one.events.size()));
  EXPECT_EQ(one.events, two.events);
}

TEST(Delivery, ALateTabGetsExactlyWhatItMissedAndThenTheLiveTail) {
  RigData data;
  ChatRig rig(data);
  Tab early(rig, "alice");
  early.send(message("m-1", "chat-1", "tokens=100 rate=100"));
  rig.advance(std::chrono::milliseconds(600));
  const std::size_t seen = early.events.size();
  ASSERT_GT(seen, 10u);
  Tab late(rig, "alice", from("chat-1", 5));
  rig.settle();
  EXPECT_EQ(late.find("caught_up").find(R"("seq":)" + std::to_string(seen)) != std::string::npos,
            true);
  rig.advance(std::chrono::seconds(5));
  EXPECT_EQ(late.events, std::vector<std::string>(early.events.begin() + 5, early.events.end()));
  EXPECT_EQ(late.count("caught_up"), 1u);
}

TEST(Delivery, ATabThatIsCutTwentyTimesHoldsWhatOneThatStayedHolds) {
  RigData data;
  ChatRig rig(data);
  Tab stays(rig, "alice");
  stays.send(message("m-1", "chat-1", "tokens=300 rate=100"));
  rig.settle();
  std::vector<std::string> collected;
  for (int cut = 0; cut < 20; ++cut) {
    Tab tab(rig, "alice", from("chat-1", collected.size()));
    rig.advance(std::chrono::milliseconds(137));
    collected.insert(collected.end(), tab.events.begin(), tab.events.end());
  }
  Tab last(rig, "alice", from("chat-1", collected.size()));
  rig.advance(std::chrono::seconds(10));
  collected.insert(collected.end(), last.events.begin(), last.events.end());
  EXPECT_EQ(collected, stays.events);
  EXPECT_EQ(stays.seqs(), up_to(stays.events.size()));
}

TEST(Delivery, AStalledTabHoldsNothingAndDisturbsNobody) {
  RigData data;
  ChatRig rig(data);
  Tab lively(rig, "alice");
  Tab stalled(rig, "alice");
  rig.settle();
  stalled.stall();
  lively.send(message("m-1", "chat-1", "tokens=20000 rate=0"));
  rig.advance(std::chrono::seconds(30));
  EXPECT_NE(lively.find("agent_completed"), "");
  EXPECT_TRUE(stalled.events.empty());
  stalled.resume();
  rig.advance(std::chrono::seconds(1));
  EXPECT_EQ(stalled.text(), lively.text());
  EXPECT_EQ(stalled.seqs(), lively.seqs());
  EXPECT_LT(stalled.events.size(), 20u) << "it gets a folded catch-up";
}

TEST(Delivery, NothingOfOneUserReachesAnother) {
  RigData data;
  ChatRig rig(data);
  Tab alice(rig, "alice");
  Tab bob(rig, "bob");
  alice.send(message("m-1", "shared-name", "secret words tokens=5 rate=0"));
  rig.advance(std::chrono::seconds(2));
  ASSERT_FALSE(alice.events.empty());
  EXPECT_TRUE(bob.events.empty());
  // The same id is another thread for Bob: exactly a missing one.
  for (const char* command :
       {R"({"type":"subscribe","id":"x","thread_id":"shared-name"})",
        R"({"type":"history","id":"x","thread_id":"shared-name"})",
        R"({"type":"rename_thread","id":"x","thread_id":"shared-name","title":"mine"})",
        R"({"type":"delete_thread","id":"x","thread_id":"shared-name"})"}) {
    bob.frames.clear();
    bob.send(command);
    rig.settle();
    std::string foreign = bob.find(R"("id":"x")");
    bob.frames.clear();
    std::string missing_command = command;
    missing_command.replace(missing_command.find("shared-name"), 11, "not-there-x");
    bob.send(missing_command);
    rig.settle();
    std::string missing = bob.find(R"("id":"x")");
    while (missing.find("not-there-x") != std::string::npos)
      missing.replace(missing.find("not-there-x"), 11, "shared-name");
    EXPECT_NE(foreign.find("thread_not_found"), std::string::npos) << command;
    EXPECT_EQ(foreign, missing) << command;
  }
  const std::string started = alice.find("agent_started");
  const std::string run_id = started.substr(started.find(R"("run_id":")") + 10, 40);
  bob.send(R"({"type":"stop","id":"s","run_id":")" + run_id + "\"}");
  EXPECT_NE(bob.find("run_not_found"), "");
}

TEST(Delivery, APositionOfAnotherEpochIsAnsweredWithASnapshot) {
  RigData data;
  ChatRig rig(data);
  Tab tab(rig, "alice");
  tab.send(message("m-1", "chat-1", "tokens=5 rate=0"));
  rig.advance(std::chrono::seconds(2));
  Tab other(rig, "alice", from("chat-1", 3, "epo_of_another_time"));
  rig.settle();
  const std::string snapshot = other.find(R"("type":"snapshot")");
  EXPECT_NE(snapshot.find(R"("reason":"epoch")"), std::string::npos);
  EXPECT_NE(snapshot.find(R"("seq":)" + std::to_string(tab.events.size())), std::string::npos);
  EXPECT_NE(snapshot.find(R"("role":"assistant")"), std::string::npos);
  EXPECT_TRUE(other.events.empty());
  EXPECT_NE(other.find("caught_up"), "");
}

TEST(Delivery, ASnapshotDuringARunIsFollowedByTheWholeRun) {
  RigData data;
  ChatRig rig(data);
  Tab tab(rig, "alice");
  tab.send(message("m-1", "chat-1", "tokens=100 rate=100"));
  rig.advance(std::chrono::milliseconds(500));
  Tab other(rig, "alice", from("chat-1", 999'999));
  rig.advance(std::chrono::seconds(10));
  ASSERT_NE(other.find(R"("type":"snapshot")"), "");
  EXPECT_EQ(other.text(), tab.text());
  EXPECT_NE(other.events.front().find("agent_started"), std::string::npos);
}

TEST(Delivery, NothingLiveIsSentBeforeTheNamedPositionIsServed) {
  RigData data;
  ChatRig rig(data);
  Tab first(rig, "alice");
  first.send(message("m-1", "chat-1", "tokens=50 rate=100"));
  rig.advance(std::chrono::milliseconds(300));
  // The store answers late: live events happen meanwhile.
  data.chat.faults.latency = std::chrono::milliseconds(100);
  Subscribe subscribe = from("chat-1", 0);
  subscribe.all = AllThreads::kYes;
  Tab tab(rig, "alice", subscribe);
  rig.advance(std::chrono::seconds(5));
  EXPECT_EQ(tab.events, first.events);
}

TEST(Delivery, ReadersBehindTheHotTailReadFromStorage) {
  RigData data;
  ChatRig rig(data);
  Tab tab(rig, "alice");
  tab.send(message("m-1", "chat-1", "tokens=3000 rate=0"));
  rig.advance(std::chrono::seconds(5));
  Tab late(rig, "alice", from("chat-1", 0));
  rig.advance(std::chrono::seconds(1));
  EXPECT_EQ(late.text(), tab.text());
  EXPECT_EQ(late.seqs(), tab.seqs());
  EXPECT_GT(rig.metrics.log_pages_read.value(), 0u);
}

TEST(Delivery, ADeletedThreadTellsItsReadersAndIsGone) {
  RigData data;
  ChatRig rig(data);
  Tab one(rig, "alice");
  Tab two(rig, "alice");
  one.send(message("m-1", "chat-1", "tokens=500 rate=100"));
  rig.advance(std::chrono::seconds(1));
  one.send(R"({"type":"delete_thread","id":"d","thread_id":"chat-1"})");
  rig.advance(std::chrono::seconds(1));
  EXPECT_NE(one.find(R"("type":"ack","id":"d")"), "");
  EXPECT_EQ(two.count("agent_cancelled"), 1u);
  EXPECT_NE(two.events.back().find(R"("status":"deleted")"), std::string::npos);
  one.send(R"({"type":"history","id":"h","thread_id":"chat-1"})");
  rig.settle();
  EXPECT_NE(one.find(R"("id":"h","code":"thread_not_found")"), "");
  // The same id begins a new thread, from seq 1.
  two.events.clear();
  one.send(message("m-2", "chat-1", "tokens=2 rate=0"));
  rig.advance(std::chrono::seconds(1));
  EXPECT_EQ(two.seqs(), up_to(two.events.size()));
}

TEST(Deletion, AMessageThatArrivesDuringADeletionDoesNotStopTheCommitsOfOthers) {
  // An attacker's test: delete_thread and user_message back to back appended to a log that was
  // gone, and the one refused append blocked every commit of the core.
  RigData data;
  ChatRig rig(data);
  Tab one(rig, "alice");
  Tab two(rig, "alice");
  Tab other(rig, "bob");
  one.send(message("m-1", "chat-1", "tokens=2000 rate=200"));
  rig.advance(std::chrono::milliseconds(500));
  one.send(R"({"type":"delete_thread","id":"d","thread_id":"chat-1"})");
  two.send(message("m-2", "chat-1", "late", R"(,"on_active":"queue")"));
  two.send(R"({"type":"rename_thread","id":"r","thread_id":"chat-1","title":"still here"})");
  rig.advance(std::chrono::seconds(2));
  EXPECT_NE(one.find(R"("type":"ack","id":"d")"), "");
  EXPECT_NE(two.find(R"("id":"c-m-2","code":"thread_not_found")"), "");
  EXPECT_EQ(rig.metrics.log_commit_failures.value(), 0u);
  other.send(message("m-3", "chat-2", "tokens=2 rate=0"));
  rig.advance(std::chrono::seconds(2));
  EXPECT_EQ(other.count("agent_completed"), 1u);
}

TEST(Deletion, WaitsForAMessageThatIsOnItsWayIn) {
  RigData data;
  ChatRig rig(data);
  Tab tab(rig, "alice");
  tab.send(message("m-1", "chat-1", "tokens=500 rate=100"));
  tab.send(R"({"type":"delete_thread","id":"d","thread_id":"chat-1"})");
  rig.advance(std::chrono::seconds(2));
  EXPECT_NE(tab.find(R"("type":"ack","id":"c-m-1")"), "");
  EXPECT_NE(tab.find(R"("type":"ack","id":"d")"), "");
  EXPECT_EQ(tab.count("agent_cancelled"), 1u);
  EXPECT_NE(tab.events.back().find(R"("status":"deleted")"), std::string::npos);
  EXPECT_EQ(rig.chat->runs.active(), 0u);
}

TEST(SubscribeList, IsAnsweredOnceWhateverItsThreadsAre) {
  RigData data;
  ChatRig rig(data);
  Tab tab(rig, "alice", {});
  tab.send(R"({"type":"create_thread","thread_id":"chat-1"})");
  rig.settle();
  tab.send(
      R"({"type":"subscribe","id":"s","threads":[{"thread_id":"chat-1"},{"thread_id":"gone"}]})");
  rig.settle();
  EXPECT_EQ(tab.count(R"("id":"s")"), 1u);
  EXPECT_NE(tab.find(R"("type":"ack","id":"s","threads":[{"thread_id":"chat-1")"), "");
  EXPECT_NE(tab.find(R"("code":"thread_not_found")").find(R"("thread_id":"gone")"),
            std::string::npos);
  tab.send(R"({"type":"subscribe","id":"e","threads":[]})");
  rig.settle();
  EXPECT_NE(tab.find(R"("type":"ack","id":"e","threads":[])"), "");
}

TEST(Listings, AreMadeOneAtATimeForAReaderThatDoesNotRead) {
  RigData data;
  ChatRig rig(data);
  Tab tab(rig, "alice");
  tab.send(message("m-1", "chat-1", std::string(100'000, 'x')));
  rig.advance(std::chrono::seconds(3));
  tab.stall();
  for (int i = 0; i < 40; ++i) tab.send(R"({"type":"history","id":"h","thread_id":"chat-1"})");
  rig.advance(std::chrono::seconds(1));
  tab.frames.clear();
  tab.resume();
  EXPECT_EQ(tab.count(R"("id":"h")"), 1u) << "the rest is made when this one was taken";
  rig.advance(std::chrono::seconds(1));
  EXPECT_EQ(tab.count(R"("id":"h")"), 40u);
}

}  // namespace
}  // namespace gp::chat
