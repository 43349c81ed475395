#include <gtest/gtest.h>

#include "protocol/codes.h"
#include "protocol/goldenpath_v1.h"
#include "protocol/json_writer.h"

namespace gp::protocol {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr WallTime kTime{milliseconds(1'757'880'000'123)};

TEST(EncodeWelcome, SaysWhoAndWhatLimits) {
  GoldenpathV1 dialect;
  Welcome welcome{.connection_id = ConnectionId("con_1"),
                  .user_id = UserId("u"),
                  .server_time = kTime,
                  .heartbeat = seconds(20),
                  .message_bytes = 1'048'576,
                  .connections_per_user = 10,
                  .token_expires_at = WallTime(seconds(1'757'883'600))};
  EXPECT_EQ(
      dialect.welcome(welcome),
      R"({"type":"welcome","connection_id":"con_1","user_id":"u","server_time":1757880000.123,)"
      R"("protocol":"goldenpath.v1","heartbeat_seconds":20,)"
      R"("limits":{"message_bytes":1048576,"connections_per_user":10},)"
      R"("token_expires_at":1757883600})");
  welcome.token_expires_at.reset();
  EXPECT_EQ(dialect.welcome(welcome).find("token_expires_at"), std::string::npos);
}

TEST(EncodeAck, CarriesIdAndFieldsIfThereAreAny) {
  GoldenpathV1 dialect;
  EXPECT_EQ(dialect.ack("", ""), R"({"type":"ack"})");
  EXPECT_EQ(dialect.ack("1\"", ""), R"({"type":"ack","id":"1\""})");
  EXPECT_EQ(dialect.ack("", R"("seq":3)"), R"({"type":"ack","seq":3})");
  EXPECT_EQ(dialect.ack("1", R"("seq":3)"), R"({"type":"ack","id":"1","seq":3})");
}

TEST(EncodeError, SaysWhetherToTryAgain) {
  GoldenpathV1 dialect;
  EXPECT_EQ(dialect.error("1", Error{Code::thread_not_found, "no \"t\""}),
            R"({"type":"error","id":"1","code":"thread_not_found","message":"no \"t\"",)"
            R"("retry":false,"details":{}})");
  EXPECT_EQ(dialect.error("", Error{Code::overloaded, "later"}),
            R"({"type":"error","code":"overloaded","message":"later","retry":true,"details":{}})");
}

TEST(EncodeError, IsJsonForEveryCode) {
  GoldenpathV1 dialect;
  JsonParser parser;
  for (const CodeInfo& row : all_codes())
    EXPECT_TRUE(parser.parse_object(dialect.error("i", Error{row.code, "m"})).has_value())
        << row.name;
}

TEST(EncodePong, ReflectsThePing) {
  GoldenpathV1 dialect;
  for (const auto& [ping, pong] : std::vector<std::pair<std::string, std::string>>{
           {R"({"type":"ping"})", R"({"type":"pong"})"},
           {R"({"type":"ping","id":"x","a":[1,{"b":null}]})",
            R"({"type":"pong","id":"x","a":[1,{"b":null}]})"}}) {
    const Command command = dialect.decode(ping);
    ASSERT_TRUE(command.body.has_value());
    EXPECT_EQ(dialect.pong(std::get<Ping>(command.body.value())), pong);
  }
}

TEST(EncodeSnapshot, HoldsMessagesAndRuns) {
  GoldenpathV1 dialect;
  protocol::Run run{.run_id = RunId("r"),
                    .thread_id = ThreadId("t"),
                    .message_id = MessageId("m"),
                    .agent_name = AgentName("a"),
                    .state = RunState::failed,
                    .error_code = "agent_timeout",
                    .created_at = kTime,
                    .finished_at = kTime};
  Message message{.message_id = MessageId("m"),
                  .thread_id = ThreadId("t"),
                  .role = Role::assistant,
                  .content = "c",
                  .parts_json = "[1]",
                  .run_id = RunId("r"),
                  .seq = Seq{4},
                  .status = MessageStatus::cancelled,
                  .created_at = kTime};
  EXPECT_EQ(
      dialect.snapshot(
          {ThreadId("t"), Epoch("e"), Seq{812}, SnapshotReason::retention, {message}, {run}}),
      R"({"type":"snapshot","thread_id":"t","epoch":"e","seq":812,"reason":"retention",)"
      R"("messages":[{"message_id":"m","thread_id":"t","role":"assistant","content":"c","parts":[1],)"
      R"("run_id":"r","seq":4,"status":"cancelled","created_at":1757880000.123}],)"
      R"("runs":[{"run_id":"r","thread_id":"t","message_id":"m","agent_name":"a","state":"failed",)"
      R"("error_code":"agent_timeout","created_at":1757880000.123,"finished_at":1757880000.123}]})");
  EXPECT_EQ(dialect.snapshot({ThreadId("t"), Epoch("e"), Seq{}, SnapshotReason::epoch, {}, {}}),
            R"({"type":"snapshot","thread_id":"t","epoch":"e","seq":0,"reason":"epoch",)"
            R"("messages":[],"runs":[]})");
  EXPECT_EQ(to_string(SnapshotReason::requested), "requested");
}

TEST(EncodeCaughtUp, NamesThePosition) {
  GoldenpathV1 dialect;
  EXPECT_EQ(dialect.caught_up({ThreadId("t"), Epoch("e"), Seq{815}}),
            R"({"type":"caught_up","thread_id":"t","epoch":"e","seq":815})");
}

TEST(EncodeGoAway, CountsMilliseconds) {
  GoldenpathV1 dialect;
  EXPECT_EQ(dialect.goaway({milliseconds(3'120), "draining"}),
            R"({"type":"goaway","reconnect_after_ms":3120,"reason":"draining"})");
}

TEST(EncodeEvent, IsTheCanonicalBytesThemselves) {
  GoldenpathV1 dialect;
  const SharedBytes canonical(R"({"type":"token"})");
  EXPECT_EQ(dialect.event(canonical).view().data(), canonical.view().data());
}

TEST(EncodeThread, HasItsShape) {
  std::string out;
  JsonWriter json(out);
  Thread thread;
  thread.thread_id = ThreadId("t");
  thread.title = "T";
  thread.created_at = thread.updated_at = kTime;
  thread.last_seq = Seq{9};
  thread.active_runs.emplace_back().run_id = RunId("r");
  write_thread(json, thread);
  EXPECT_EQ(out, R"({"thread_id":"t","title":"T","status":"active","metadata":{},)"
                 R"("created_at":1757880000.123,"updated_at":1757880000.123,"last_seq":9,)"
                 R"("active_runs":[{"run_id":"r","thread_id":"","message_id":"","agent_name":"",)"
                 R"("state":"queued","created_at":0}]})");
}

TEST(Shapes, HaveNamesThatLeadBack) {
  for (const auto state : {RunState::queued, RunState::running, RunState::completed,
                           RunState::failed, RunState::cancelled}) {
    EXPECT_EQ(run_state_from_name(to_string(state)), state);
    EXPECT_EQ(is_active(state), state == RunState::queued || state == RunState::running);
  }
  EXPECT_EQ(role_from_name("assistant"), Role::assistant);
  EXPECT_EQ(message_status_from_name("failed"), MessageStatus::failed);
  EXPECT_EQ(run_state_from_name("done"), std::nullopt);
  EXPECT_EQ(role_from_name(""), std::nullopt);
}

}  // namespace
}  // namespace gp::protocol
