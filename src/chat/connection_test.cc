// Connections: limits, malformed input, tokens, drain.
#include "chat/test_rig.h"

namespace gp::chat {
namespace {

TEST(ConnectionLimits, TheOldestConnectionIsReplaced) {
  RigData data;
  ChatLimits limits;
  limits.connections_per_user = 2;
  ChatRig rig(data, limits);
  const Tab one(rig, "alice");
  const Tab two(rig, "alice");
  const Tab other(rig, "bob");
  const Tab three(rig, "alice");
  rig.settle();
  EXPECT_TRUE(one.closed);
  EXPECT_EQ(one.close_code, Code::replaced);
  EXPECT_FALSE(two.closed);
  EXPECT_FALSE(three.closed);
  EXPECT_FALSE(other.closed);
}

TEST(ConnectionLimits, MalformedInputIsSurvivedUntilTheLimit) {
  RigData data;
  ChatLimits limits;
  limits.malformed_messages = 3;
  ChatRig rig(data, limits);
  Tab tab(rig, "alice");
  tab.send("{");
  tab.send(R"({"type":"no_such"})");
  tab.send(R"({"type":"stop"})");
  EXPECT_EQ(tab.count(R"("type":"error")"), 3u);
  EXPECT_FALSE(tab.closed);
  tab.send("[]");
  rig.settle();
  EXPECT_TRUE(tab.closed);
  EXPECT_EQ(tab.close_code, Code::unsupported_data);
}

TEST(ConnectionLimits, AFloodIsToldToSlowDownAndThenClosed) {
  RigData data;
  ChatLimits limits;
  limits.commands_per_second = 10;
  limits.commands_burst = 20;
  ChatRig rig(data, limits);
  Tab tab(rig, "alice");
  for (int i = 0; i < 25; ++i) tab.send(R"({"type":"ping"})");
  EXPECT_EQ(tab.count(R"("type":"pong")"), 20u);
  EXPECT_EQ(tab.count("rate_limited"), 5u);
  rig.advance(std::chrono::seconds(2));
  tab.send(R"({"type":"ping"})");
  EXPECT_EQ(tab.count(R"("type":"pong")"), 21u);
  for (int i = 0; i < 100; ++i) tab.send(R"({"type":"ping"})");
  EXPECT_TRUE(tab.closed);
  EXPECT_EQ(tab.close_code, Code::rate_limited);
}

TEST(ConnectionLimits, SubscriptionsAreBounded) {
  RigData data;
  ChatLimits limits;
  limits.subscriptions = 1;
  ChatRig rig(data, limits);
  Tab tab(rig, "alice", {});
  for (const char* thread : {"chat-1", "chat-2"}) {
    tab.send(std::string(R"({"type":"create_thread","thread_id":")") + thread + "\"}");
    rig.settle();
    tab.send(std::string(R"({"type":"subscribe","id":")") + thread + R"(","thread_id":")" + thread +
             "\"}");
    rig.settle();
  }
  EXPECT_NE(tab.find(R"("type":"ack","id":"chat-1")"), "");
  EXPECT_NE(tab.find(R"("id":"chat-2","code":"overloaded")"), "");
}

TEST(ConnectionLimits, AnswersThatNobodyTakesStopTheReading) {
  RigData data;
  ChatLimits limits;
  limits.outbox_bytes = 1'000;
  ChatRig rig(data, limits);
  Tab tab(rig, "alice");
  rig.settle();
  tab.stall();
  for (int i = 0; i < 50; ++i)
    tab.send(R"({"type":"ping","filler":"0123456789012345678901234567890123456789"})");
  EXPECT_TRUE(tab.reading_paused);
}

TEST(ConnectionTokens, AFreshTokenOfTheSameUserIsTakenAndAnotherUsersCloses) {
  RigData data;
  ChatRig rig(data);
  Tab tab(rig, "alice");
  tab.send(R"({"type":"auth","id":"a","token":"alice"})");
  EXPECT_NE(tab.find(R"("type":"ack","id":"a","token_expires_at":null)"), "");
  tab.send(R"({"type":"auth","id":"b","token":"expired"})");
  EXPECT_NE(tab.find(R"("id":"b","code":"token_expired")"), "");
  EXPECT_FALSE(tab.closed);
  tab.send(R"({"type":"auth","id":"c","token":"mallory"})");
  rig.settle();
  EXPECT_TRUE(tab.closed);
  EXPECT_EQ(tab.close_code, Code::forbidden);
}

TEST(ConnectionDrain, ClientsAreToldAndNewMessagesRefusedWhileRunsGoOn) {
  RigData data;
  ChatRig rig(data);
  Tab tab(rig, "alice");
  tab.send(message("m-1", "chat-1", "tokens=20 rate=50"));
  rig.settle();
  {
    runtime::Core::Turn turn(rig.core);
    rig.chat->threads.begin_drain();
    rig.chat->connections.send_goaway(std::chrono::seconds(5));
  }
  EXPECT_NE(tab.find(R"("type":"goaway")"), "");
  tab.send(message("m-2", "chat-2", "too late"));
  EXPECT_NE(tab.find(R"("id":"c-m-2","code":"draining")"), "");
  rig.advance(std::chrono::seconds(5));
  EXPECT_EQ(tab.count("agent_completed"), 1u);
}

TEST(ConnectionCommands, ThreadsCanBeMadeListedRenamedAndRead) {
  RigData data;
  ChatRig rig(data);
  Tab tab(rig, "alice");
  tab.send(R"({"type":"create_thread","id":"1","thread_id":"plans","title":"Plans"})");
  rig.settle();
  EXPECT_NE(tab.find(R"("type":"ack","id":"1","thread":{"thread_id":"plans","title":"Plans")"), "");
  tab.send(R"({"type":"rename_thread","id":"2","thread_id":"plans","title":"Better plans"})");
  rig.settle();
  EXPECT_NE(tab.find(R"("type":"ack","id":"2")").find("Better plans"), std::string::npos);
  EXPECT_EQ(tab.count(R"("type":"thread_updated")"), 2u);
  tab.send(R"({"type":"threads","id":"3"})");
  rig.settle();
  EXPECT_NE(tab.find(R"("type":"ack","id":"3","threads":[{"thread_id":"plans")"), "");
  EXPECT_NE(tab.find(R"("type":"ack","id":"3")").find(R"("next_cursor":null)"), std::string::npos);
}

TEST(ConnectionCommands, APlaceholderThreadIdIsRefusedByName) {
  RigData data;
  ChatRig rig(data);
  Tab tab(rig, "alice");
  tab.send(message("m-1", "placeholder", "hello"));
  EXPECT_NE(tab.find(R"("id":"c-m-1","code":"invalid_id","message":"thread_id)"), "");
}

}  // namespace
}  // namespace gp::chat
