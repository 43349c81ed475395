#include "protocol/event.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "protocol/json.h"
#include "protocol/json_writer.h"

namespace gp::protocol {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr int kTypes = static_cast<int>(EventType::custom) + 1;

EventPosition position(std::uint64_t seq) {
  return {Seq{seq}, EventId("evt_1"), WallTime(milliseconds(1'757'880'000'123))};
}

TEST(EventType, HasANameThatLeadsBack) {
  std::set<std::string_view> names;
  for (int i = 0; i < kTypes; ++i) {
    const auto type = static_cast<EventType>(i);
    EXPECT_TRUE(names.insert(to_string(type)).second);
    EXPECT_EQ(event_type_from_name(to_string(type)), type);
  }
  EXPECT_EQ(event_type_from_name("agent_finished"), std::nullopt);
}

TEST(EventType, OnlyThreeEndARun) {
  std::set<std::string_view> terminal;
  for (int i = 0; i < kTypes; ++i) {
    if (is_terminal(static_cast<EventType>(i)))
      terminal.insert(to_string(static_cast<EventType>(i)));
  }
  EXPECT_EQ(terminal,
            (std::set<std::string_view>{"agent_cancelled", "agent_completed", "agent_error"}));
}

TEST(EncodeEvent, WritesTheCanonicalForm) {
  const NewEvent event{.type = EventType::token,
                       .run_id = RunId("run_1"),
                       .agent_name = AgentName("default"),
                       .payload = payload::delta("p1", "Hel")};
  EXPECT_EQ(encode_event(ThreadId("thr_1"), position(17), event),
            R"({"type":"token","seq":17,"event_id":"evt_1","thread_id":"thr_1","run_id":"run_1",)"
            R"("timestamp":1757880000.123,"agent_name":"default",)"
            R"("payload":{"part_id":"p1","delta":"Hel"}})");
}

TEST(EncodeEvent, WritesTimesAsEveryOtherPlaceDoes) {
  using std::chrono::microseconds;
  for (const std::int64_t time : {1'757'880'000'123'456LL, 1'757'880'000'123'400LL,
                                  1'757'880'000'000'001LL, 1'757'880'001'500'000LL, 1LL, 0LL}) {
    EventPosition at = position(1);
    at.timestamp = WallTime(microseconds(time));
    std::string expected;
    append_json_number(expected, to_seconds(at.timestamp));
    if (time == 1) expected = "0.000001";  // there it is 1e-06, the same number
    EXPECT_THAT(encode_event(ThreadId("t"), at, {.type = EventType::custom, .payload = "{}"}),
                testing::HasSubstr("\"timestamp\":" + expected + ","));
  }
  EventPosition whole = position(1);
  whole.timestamp = WallTime(std::chrono::seconds(1'757'880'000));
  EXPECT_THAT(encode_event(ThreadId("t"), whole, {.type = EventType::custom, .payload = "{}"}),
              testing::HasSubstr("\"timestamp\":1757880000,"));
}

TEST(EncodeEvent, LeavesOutWhatBelongsToNoRun) {
  const NewEvent event{.type = EventType::thread_updated, .payload = "{}"};
  const std::string json = encode_event(ThreadId("t"), position(~std::uint64_t{0}), event);
  EXPECT_EQ(json, R"({"type":"thread_updated","seq":18446744073709551615,"event_id":"evt_1",)"
                  R"("thread_id":"t","timestamp":1757880000.123,"payload":{}})");
}

TEST(Payload, HasTheFieldsOfTheContract) {
  const MessageId message("m1");
  EXPECT_EQ(payload::user_message(message, "hi", ""), R"({"message_id":"m1","content":"hi"})");
  EXPECT_EQ(payload::user_message(message, "hi", "[1]"),
            R"({"message_id":"m1","content":"hi","parts":[1]})");
  EXPECT_EQ(payload::agent_started(message), R"({"message_id":"m1"})");
  EXPECT_EQ(payload::delta("p", "d"), R"({"part_id":"p","delta":"d"})");
  EXPECT_EQ(payload::tool_args_delta("c", "n", "{\""),
            R"({"tool_call_id":"c","tool_name":"n","delta":"{\""})");
  EXPECT_EQ(payload::agent_error(Code::agent_timeout, "late", true),
            R"({"code":"agent_timeout","message":"late","recoverable":true})");
  EXPECT_EQ(payload::agent_cancelled(UserId("u"), "enough"), R"({"by":"u","reason":"enough"})");
  EXPECT_EQ(payload::custom("n", ""), R"({"name":"n","value":null})");
  EXPECT_EQ(payload::custom("n", "[true]"), R"({"name":"n","value":[true]})");
}

TEST(Payload, OfAToolSaysArgumentsAndOutcome) {
  using payload::ToolOutcome;
  EXPECT_EQ(payload::tool_executing("c", "n", ""),
            R"({"tool_call_id":"c","tool_name":"n","arguments":{}})");
  EXPECT_EQ(payload::tool_executing("c", "n", R"({"q":1})"),
            R"({"tool_call_id":"c","tool_name":"n","arguments":{"q":1}})");
  EXPECT_EQ(
      payload::tool_completed("c", "n", ToolOutcome::kSuccess, R"("ok")", milliseconds(12)),
      R"({"tool_call_id":"c","tool_name":"n","success":true,"result":"ok","duration_ms":12})");
  EXPECT_EQ(payload::tool_completed("c", "n", ToolOutcome::kFailure, "", microseconds(1'500)),
            R"({"tool_call_id":"c","tool_name":"n","success":false,"error":null,"duration_ms":2})");
}

TEST(Payload, OfACompletedRunLeavesOutWhatIsNotKnown) {
  EXPECT_EQ(payload::agent_completed("t", "", "", "stop", milliseconds(5)),
            R"({"text":"t","finish_reason":"stop","duration_ms":5})");
  EXPECT_EQ(
      payload::agent_completed("t", "[]", R"({"tokens":1})", "stop", milliseconds(5)),
      R"({"text":"t","result":[],"usage":{"tokens":1},"finish_reason":"stop","duration_ms":5})");
}

TEST(Payload, OfAThreadUpdateHasOnlyWhatChanged) {
  EXPECT_EQ(payload::thread_updated("", "", ""), "{}");
  EXPECT_EQ(payload::thread_updated("t", "", ""), R"({"title":"t"})");
  EXPECT_EQ(payload::thread_updated("", "deleted", R"({"a":1})"),
            R"({"status":"deleted","metadata":{"a":1}})");
}

TEST(Payload, IsValidJsonWhateverTheTextIs) {
  JsonParser parser;
  const std::string text = "\"\\\n\x01 ü";
  for (const std::string& json :
       {payload::delta(text, text), payload::tool_args_delta(text, text, text),
        payload::custom(text, ""), payload::agent_error(Code::internal, text, false),
        payload::thread_updated(text, text, ""), payload::agent_cancelled(UserId(text), text)})
    EXPECT_TRUE(parser.parse_object(json).has_value()) << json;
}

}  // namespace
}  // namespace gp::protocol
