#include "client/frame.h"

#include <gtest/gtest.h>

namespace gp::client {
namespace {

constexpr std::string_view kToken =
    R"({"type":"token","seq":17,"event_id":"evt_1","thread_id":"t","run_id":"r","timestamp":1.5,"agent_name":"a","payload":{"part_id":"p1","delta":"Hel\n"}})";

TEST(FrameReader, ReadsAnEvent) {
  FrameReader reader;
  const Frame frame = reader.read(kToken).value();
  EXPECT_EQ(frame.event, protocol::EventType::token);
  EXPECT_EQ(frame.seq, 17u);
  EXPECT_EQ(frame.first_seq, 17u);
  EXPECT_FALSE(frame.folded());
  EXPECT_EQ(frame.run_id, "r");
  EXPECT_EQ(frame.payload.delta, "Hel\n");
  EXPECT_EQ(frame.text, kToken);
}

TEST(FrameReader, KeepsTheBytesOfEventsInABatch) {
  const std::string batch =
      R"({"type":"batch","first_seq":17,"seq":20,"events":[ )" + std::string(kToken) +
      R"( , {"type":"token","first_seq":18,"seq":20,"event_id":"e","thread_id":"t",)"
      R"("payload":{"delta":"\u0001 ]}\"", "n":1.50}}]})";
  FrameReader reader;
  const Frame frame = reader.read(batch).value();
  EXPECT_FALSE(frame.event.has_value());
  ASSERT_EQ(frame.events.size(), 2u);
  EXPECT_EQ(frame.events[0].text, kToken);
  EXPECT_TRUE(frame.events[1].folded());
  EXPECT_EQ(frame.events[1].payload.delta, "\x01 ]}\"");
  EXPECT_NE(frame.events[1].text.find("1.50"), std::string::npos);
}

TEST(FrameReader, RefusesABatchThatDoesNotSayWhatItCovers) {
  FrameReader reader;
  const std::string events = "\"events\":[" + std::string(kToken) + "]}";
  EXPECT_FALSE(reader.read(R"({"type":"batch","first_seq":16,"seq":17,)" + events));
  EXPECT_FALSE(reader.read(R"({"type":"batch","first_seq":17,"seq":18,)" + events));
  EXPECT_FALSE(reader.read(R"({"type":"batch","first_seq":17,"seq":17,"events":[]})"));
  EXPECT_TRUE(reader.read(R"({"type":"batch","first_seq":17,"seq":17,)" + events));
}

TEST(FrameReader, ReadsFramesOfTheConnection) {
  FrameReader reader;
  const Frame error =
      reader.read(R"({"type":"error","id":"c1","code":"run_active","message":"m","retry":true})")
          .value();
  EXPECT_EQ(error.id, "c1");
  EXPECT_EQ(error.code, "run_active");
  const Frame snapshot =
      reader
          .read(
              R"({"type":"snapshot","thread_id":"t","epoch":"e","seq":8,"reason":"epoch","messages":[],)"
              R"("runs":[{"run_id":"r","state":"failed"}]})")
          .value();
  ASSERT_EQ(snapshot.runs.size(), 1u);
  EXPECT_EQ(snapshot.runs[0].state, "failed");
  EXPECT_EQ(
      reader.read(R"({"type":"goaway","reconnect_after_ms":3120})").value().reconnect_after_ms,
      3120u);
}

TEST(FrameReader, RefusesWhatTheContractDoesNotAllow) {
  FrameReader reader;
  for (const char* text :
       {"", "[]", "{", R"({"seq":1})",
        R"({"type":"nonsense","event_id":"e","seq":1,"thread_id":"t","payload":{}})",
        R"({"type":"token","event_id":"e","seq":0,"thread_id":"t","payload":{}})",
        R"({"type":"token","event_id":"e","seq":1,"thread_id":"t"})",
        R"({"type":"token","event_id":"e","first_seq":3,"seq":2,"thread_id":"t","payload":{}})"}) {
    EXPECT_FALSE(reader.read(text)) << text;
  }
}

}  // namespace
}  // namespace gp::client
