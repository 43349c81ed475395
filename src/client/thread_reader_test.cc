#include "client/thread_reader.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace gp::client {
namespace {

Frame event(std::string_view type, std::uint64_t first, std::uint64_t seq,
            std::string_view payload = "{}") {
  FrameReader reader;
  return reader
      .read(fmt::format(
          R"({{"type":"{}","first_seq":{},"seq":{},"event_id":"e","thread_id":"t","run_id":"r","payload":{}}})",
          type, first, seq, payload))
      .value();
}

Frame event(std::string_view type, std::uint64_t seq, std::string_view payload = "{}") {
  return event(type, seq, seq, payload);
}

constexpr std::string_view kHello = R"({"delta":"hello "})";
constexpr std::string_view kTool = R"({"tool_call_id":"c1"})";

ThreadReader reader_with(std::initializer_list<Frame> frames, std::uint64_t after = 0) {
  ThreadReader reader("t", after, ThreadReader::Keep::kEvents);
  for (const Frame& frame : frames) {
    const Result<> taken = reader.take(frame);
    EXPECT_TRUE(taken) << (taken ? "" : taken.error().message);
  }
  return reader;
}

TEST(ThreadReader, AssemblesTheTextOfARun) {
  const ThreadReader reader = reader_with(
      {event("user_message", 1, R"({"message_id":"m","content":"hi"})"), event("agent_started", 2),
       event("tool_executing", 3, kTool), event("tool_completed", 4, kTool),
       event("token", 5, kHello), event("token", 6, 8, R"({"delta":"you all"})"),
       event("agent_completed", 9, R"({"text":"hello you all"})")});
  const RunView& run = *reader.run("r");
  EXPECT_EQ(run.text, "hello you all");
  EXPECT_EQ(run.message_id, "m");
  ASSERT_TRUE(run.over());
  EXPECT_EQ(run.terminal->payload.text, run.text);
  EXPECT_EQ(reader.seq(), 9u);
  EXPECT_EQ(reader.covered(), 9u);
  EXPECT_EQ(reader.events().size(), 7u);
}

TEST(ThreadReader, RefusesAGapAndStaysFailed) {
  ThreadReader reader = reader_with({event("agent_started", 1)});
  const Result<> gap = reader.take(event("token", 3, kHello));
  ASSERT_FALSE(gap);
  EXPECT_NE(gap.error().message.find("expected seq 2, came 3"), std::string::npos);
  EXPECT_FALSE(reader.take(event("token", 2, kHello)));
  EXPECT_EQ(reader.seq(), 1u);
}

TEST(ThreadReader, RefusesADuplicateAlsoInsideAFoldedEvent) {
  EXPECT_FALSE(reader_with({event("agent_started", 1)}).take(event("agent_started", 1)));
  EXPECT_FALSE(reader_with({event("agent_started", 1), event("token", 2, kHello)})
                   .take(event("token", 2, 5, kHello)));
}

TEST(ThreadReader, RefusesARunThatDoesNotStartWithAgentStarted) {
  EXPECT_FALSE(ThreadReader("t", 0, ThreadReader::Keep::kNothing).take(event("token", 1, kHello)));
  EXPECT_FALSE(reader_with({event("agent_started", 1)}).take(event("agent_started", 2)));
}

TEST(ThreadReader, RefusesAnythingAfterTheEndOfARun) {
  for (const char* end : {"agent_completed", "agent_error", "agent_cancelled"}) {
    EXPECT_FALSE(
        reader_with({event("agent_started", 1), event(end, 2)}).take(event("token", 3, kHello)))
        << end;
    EXPECT_FALSE(
        reader_with({event("agent_started", 1), event(end, 2)}).take(event("agent_error", 3)))
        << end;
  }
}

TEST(ThreadReader, RefusesToolsThatAreNotPaired) {
  EXPECT_FALSE(reader_with({event("agent_started", 1)}).take(event("tool_completed", 2, kTool)));
  EXPECT_FALSE(reader_with({event("agent_started", 1), event("tool_executing", 2, kTool)})
                   .take(event("tool_executing", 3, kTool)));
  EXPECT_FALSE(reader_with({event("agent_started", 1), event("tool_executing", 2, kTool)})
                   .take(event("agent_completed", 3)));
}

TEST(ThreadReader, LeavesOtherThreadsAlone) {
  ThreadReader reader("other", 0, ThreadReader::Keep::kEvents);
  EXPECT_TRUE(reader.take(event("token", 5, kHello)));
  EXPECT_EQ(reader.seq(), 0u);
}

TEST(ThreadReader, ResumesInTheMiddleOfARun) {
  ThreadReader reader =
      reader_with({event("token", 8, kHello), event("tool_completed", 9, kTool)}, 7);
  FrameReader frames;
  EXPECT_EQ(reader.resume_item(), "t:9");
  ASSERT_TRUE(reader.take(
      frames.read(R"({"type":"caught_up","thread_id":"t","epoch":"E","seq":9})").value()));
  EXPECT_EQ(reader.resume_item(), "t:9:E");
  EXPECT_EQ(reader.caught_up_count(), 1u);
}

TEST(ThreadReader, GoesOnFromASnapshot) {
  ThreadReader reader = reader_with({event("agent_started", 1)});
  FrameReader frames;
  const auto snapshot = frames.read(
      R"({"type":"snapshot","thread_id":"t","epoch":"E","seq":40,"runs":[{"run_id":"r","state":"running"}]})");
  ASSERT_TRUE(reader.take(snapshot.value()));
  EXPECT_FALSE(reader.run("r")->over());
  EXPECT_EQ(reader.resume_item(), "t:40:E");
  EXPECT_TRUE(reader.take(event("token", 41, kHello)));
  EXPECT_FALSE(reader.take(event("token", 41, kHello)));
}

// `goldenpath chat` waited for ever for a run that a crash of the server had ended: the snapshot
// lists active runs only.
TEST(ThreadReader, KnowsThatARunIsOverWhenASnapshotHasItNotAmongTheActiveOnes) {
  ThreadReader reader = reader_with({event("agent_started", 1)});
  FrameReader frames;
  const auto snapshot = frames.read(
      R"({"type":"snapshot","thread_id":"t","epoch":"E","seq":40,"runs":[],"messages":[)"
      R"({"role":"user","content":"q"},{"role":"assistant","run_id":"r","content":"half","status":"failed"}]})");
  ASSERT_TRUE(reader.take(snapshot.value()));
  EXPECT_TRUE(reader.run("r")->over());
  EXPECT_FALSE(reader.run("r")->terminal.has_value());
  ASSERT_EQ(snapshot.value().answers.size(), 1u);
  EXPECT_EQ(snapshot.value().answers[0].content, "half");
}

TEST(CompareReaders, FindsTheFirstDifferentEvent) {
  const ThreadReader a = reader_with({event("agent_started", 1), event("token", 2, kHello)});
  const ThreadReader b =
      reader_with({event("agent_started", 1), event("token", 2, R"({"delta":"hullo "})")});
  EXPECT_TRUE(compare(a, a));
  ASSERT_FALSE(compare(a, b));
  EXPECT_NE(compare(a, b).error().message.find("seq 2 differs"), std::string::npos);
}

TEST(CompareReaders, ComparesFoldedEventsByTheirTranscript) {
  const Frame end = event("agent_completed", 4);
  const ThreadReader single =
      reader_with({event("agent_started", 1), event("token", 2, R"({"delta":"a"})"),
                   event("token", 3, R"({"delta":"b"})"), end});
  const ThreadReader folded =
      reader_with({event("agent_started", 1), event("token", 2, 3, R"({"delta":"ab"})"), end});
  const ThreadReader wrong =
      reader_with({event("agent_started", 1), event("token", 2, 3, R"({"delta":"ax"})"), end});
  EXPECT_TRUE(compare(single, folded));
  EXPECT_FALSE(compare(single, wrong));
}

}  // namespace
}  // namespace gp::client
