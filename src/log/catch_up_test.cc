// Readers that are behind: folded from memory and from storage, at any cursor, shared, bounded; and
// what upkeep does to the stored log meanwhile.
#include <gtest/gtest.h>

#include <optional>
#include <random>

#include "log/cursor.h"
#include "log/log_fixture.h"
#include "log/retention.h"
#include "log/test_transcript.h"

namespace gp::log {
namespace {

using protocol::EventType;

/// Takes records while it has room, like a connection; assembles what it gets.
class Reader final : public CursorOwner {
 public:
  Reader(ThreadLog& log, Seq after, std::size_t room = ~std::size_t{0})
      : transcript(after.value), room_(room), cursor(log, after, *this) {
    drain();
  }
  void on_cursor_ready(Cursor&) override { drain(); }
  void give_room(std::size_t room) {
    room_ = room;
    drain();
  }
  void drain() {
    while (room_ > 0) {
      const Cursor::Next next = cursor.next();
      state = next.state;
      if (next.state != Cursor::State::kRecord) return;
      --room_;
      frames.push_back(next.record.json);
      transcript.apply(next.record.json.view());
    }
    cursor.rest();
  }
  std::vector<SharedBytes> frames;
  Transcript transcript;
  Cursor::State state{};

 private:
  std::size_t room_;

 public:
  Cursor cursor;
};

class CatchUpTest : public LogFixture {
 protected:
  explicit CatchUpTest(LogLimits limits = {.hot_bytes = 100'000, .page_bytes = 30'000})
      : LogFixture(limits) {}

  Seq append(ThreadLog& log, EventType type, std::string payload,
             const std::string& run = "run-1") {
    const auto at_once = protocol::is_terminal(type) ? Delivery::kAfterCommit : Delivery::kAtOnce;
    Seq seq;
    {
      runtime::Core::Turn turn(core);
      seq = log.append({type, RunId(run), AgentName("agent-1"), std::move(payload)}, at_once);
      if (commit_each_) directory.committer().flush();
    }
    if (commit_each_) core.run();
    return seq;
  }
  void tokens(ThreadLog& log, int count, const std::string& part = "p1") {
    for (int i = 0; i < count; ++i)
      append(log, EventType::token, protocol::payload::delta(part, std::to_string(i) + " "));
  }
  /// A run as agents make them; two parts interleave in the middle.
  Seq run(ThreadLog& log, int length) {
    append(log, EventType::agent_started, protocol::payload::agent_started(MessageId("m-1")));
    for (int i = 0; i < length; ++i)
      append(log, EventType::agent_thinking, protocol::payload::delta("p0", "hm "));
    for (int i = 0; i < length; ++i) tokens(log, 1, i % 3 == 0 ? "p1" : "p2");
    append(log, EventType::tool_executing, protocol::payload::tool_executing("t1", "find", "{}"));
    append(log, EventType::tool_completed,
           protocol::payload::tool_completed("t1", "find", protocol::payload::ToolOutcome::kSuccess,
                                             "1", Duration{}));
    tokens(log, length, "p3");
    const Seq last = append(log, EventType::agent_cancelled,
                            protocol::payload::agent_cancelled(UserId("alice"), "enough"));
    core.advance(std::chrono::milliseconds(50));
    return last;
  }
  const MemoryLogData::Log& stored(const std::string& thread = "chat-1") const {
    return data.logs.at(key(thread));
  }

  bool commit_each_ = false;  ///< alone, so that nothing is folded yet when it is stored
};

/// What the reader held before its place, and what it got since, together.
void expect_continues(const Reader& whole, const Reader& reader, std::uint64_t after) {
  Transcript joined;
  for (const SharedBytes& frame : whole.frames) {
    if (joined.seq() >= after) break;
    joined.apply(frame.view());
  }
  ASSERT_EQ(joined.seq(), after);
  for (const SharedBytes& frame : reader.frames) joined.apply(frame.view());
  EXPECT_EQ(joined.items(), whole.transcript.items()) << "after " << after;
  EXPECT_EQ(joined.seq(), whole.transcript.seq());
}

TEST_F(CatchUpTest, AnyCursorGetsTheSameTranscriptWhereverTheEventsAre) {
  for (const bool fold_stored : {false, true}) {
    const std::string thread = fold_stored ? "chat-1" : "chat-2";
    ThreadLog& log = open(thread);
    const ThreadLog::Pin pin(log);
    Reader live(log, Seq{0});
    const Seq last = run(log, 900);
    ASSERT_EQ(live.frames.size(), last.value) << "a reader that keeps up gets every event";
    if (fold_stored) log.fold(last);
    core.run();
    std::mt19937_64 random(7);
    for (int i = 0; i < 60; ++i) {
      const std::uint64_t after = random() % (last.value + 1);
      Reader late(log, Seq{after});
      core.run();
      expect_continues(live, late, after);
      EXPECT_LT(late.frames.size(), 200u) << "after " << after;
    }
  }
}

TEST_F(CatchUpTest, AReaderAFewEventsBehindGetsThemAsTheyAre) {
  ThreadLog& log = open();
  tokens(log, 20);
  Reader late(log, Seq{0});
  EXPECT_EQ(late.frames.size(), 20u);
  EXPECT_EQ(metrics.log_catch_ups.value(), 0u);
}

TEST_F(CatchUpTest, AReaderThatStopsHoldsNothingAndGetsOneFoldedCatchUp) {
  ThreadLog& log = open();
  Reader live(log, Seq{0});
  Reader slow(log, Seq{0}, 5);
  tokens(log, 20'000);
  core.advance(std::chrono::seconds(1));
  EXPECT_EQ(slow.frames.size(), 5u);
  slow.give_room(~std::size_t{0});
  core.run();
  EXPECT_EQ(slow.transcript.items(), live.transcript.items());
  EXPECT_LT(slow.frames.size(), 160u) << "a page of the log becomes a frame or two";
  tokens(log, 3);
  EXPECT_EQ(slow.frames.back().view(), live.frames.back().view()) << "and then the live tail";
}

TEST_F(CatchUpTest, FiveReadersAtFivePlacesShareTheFrames) {
  ThreadLog& log = open();
  const ThreadLog::Pin pin(log);
  Reader live(log, Seq{0});
  log.fold(run(log, 900));
  core.run();
  core.advance(std::chrono::seconds(60));
  ASSERT_EQ(log.last(), log.committed());
  std::vector<std::unique_ptr<Reader>> readers;
  const auto pages = metrics.log_pages_read.value();
  for (const std::uint64_t after : {0, 11, 305, 901, 1'204})
    readers.push_back(std::make_unique<Reader>(log, Seq{after}));
  core.run();
  // All of them end with the same frames; before these each has a piece of its own at most.
  const Reader& least = *readers.back();
  for (const auto& reader : readers) {
    ASSERT_EQ(reader->transcript.seq(), log.last().value);
    ASSERT_GE(reader->frames.size(), least.frames.size());
    for (std::size_t i = 1; i < least.frames.size(); ++i) {
      EXPECT_EQ(reader->frames[reader->frames.size() - i].view().data(),
                least.frames[least.frames.size() - i].view().data());
    }
  }
  EXPECT_LE(metrics.log_pages_read.value() - pages, 3u) << "pages are read once for all";
}

TEST_F(CatchUpTest, AFinishedRunIsKeptAsOneEventPerPart) {
  commit_each_ = true;
  ThreadLog& log = open();
  const ThreadLog::Pin pin(log);
  const Seq last = run(log, 900);
  const auto before = stored().head.bytes;
  log.fold(last);
  core.run();
  // started, a batch of thinking and two parts, two tool events, tokens, cancelled.
  EXPECT_EQ(stored().events.size(), 6u);
  EXPECT_EQ(stored().head.folded, stored().events[4].seq);
  EXPECT_LT(stored().head.bytes, before / 20);
  EXPECT_EQ(metrics.log_events_folded.value(), last.value - 6);
}

// A commit folds what waited for it; the end of the run folds what the commits left.
TEST_F(CatchUpTest, ARunThatWasStoredFoldedEndsAsOneEventPerPart) {
  ThreadLog& log = open();
  const ThreadLog::Pin pin(log);
  const Reader live(log, Seq{0});
  for (int i = 0; i < 300; ++i) {
    append(log, EventType::agent_thinking, protocol::payload::delta("p0", "hm "));
    tokens(log, 1, i % 3 == 0 ? "p1" : "p2");
    core.advance(std::chrono::milliseconds(50));
  }
  const Seq last = append(log, EventType::agent_cancelled,
                          protocol::payload::agent_cancelled(UserId("alice"), "enough"));
  core.advance(std::chrono::milliseconds(1));
  ASSERT_EQ(log.committed(), last);
  EXPECT_GT(stored().events.size(), 20u);
  EXPECT_LT(stored().events.size(), 50u);
  log.fold(last);
  core.run();
  EXPECT_EQ(stored().events.size(), 2u) << "a batch of three parts, and the end";
  EXPECT_EQ(stored().events.front().first_seq, Seq{1});
  for (const std::uint64_t after : {1, 2, 299, 600}) {
    const Reader reader(log, Seq{after});
    core.run();
    expect_continues(live, reader, after);
  }
}

TEST_F(CatchUpTest, FoldingGoesOnAfterACrashAndALaterRun) {
  commit_each_ = true;
  ThreadLog& log = open();
  const ThreadLog::Pin pin(log);
  const Seq first = run(log, 900);
  log.fold(first);
  core.run();
  const Seq second = run(log, 900);
  data.faults.fail_writes = 1;
  log.fold(second);
  core.run();
  const auto partly = stored().events.size();
  EXPECT_GT(partly, 20u) << "the folding of the second run failed";
  EXPECT_EQ(metrics.log_upkeep_failures.value(), 1u);
  core.advance(std::chrono::seconds(1));
  log.fold(run(log, 10));
  core.run();
  EXPECT_LT(stored().events.size(), 25u);
}

class RetentionTest : public CatchUpTest {
 protected:
  static LogLimits limits() {
    LogLimits made{.hot_bytes = 10'000, .page_bytes = 10'000};
    made.retention = {.age = std::chrono::hours(1),
                      .thread_bytes = 100'000,
                      .thread_events = 400,
                      .total_bytes = 150'000};
    return made;
  }
  RetentionTest() : CatchUpTest(limits()) { commit_each_ = true; }
};

TEST_F(RetentionTest, AThreadKeepsItsNewestBytesAndEvents) {
  ThreadLog& log = open();
  for (int i = 0; i < 2'000; ++i) {
    tokens(log, 1);
    core.advance(std::chrono::milliseconds(25));
    ASSERT_LE(stored().head.bytes, 101'000u);
    ASSERT_LE(stored().events.size(), 401u);
  }
  EXPECT_GT(log.first_retained(), Seq{1'500});
  EXPECT_GT(metrics.log_trims.value(), 3u);
  Reader below(log, Seq{3});
  EXPECT_EQ(below.state, Cursor::State::kTruncated);
  Reader above(log, log.first_retained());
  core.run();
  EXPECT_EQ(above.transcript.seq(), log.last().value);
}

TEST_F(RetentionTest, WhatARunUnderWayHoldsStays) {
  ThreadLog& log = open();
  tokens(log, 300);
  core.advance(std::chrono::seconds(1));
  {
    const ThreadLog::Pin run(log, Seq{101});
    tokens(log, 1'000);
    core.advance(std::chrono::seconds(1));
    EXPECT_EQ(log.first_retained(), Seq{101});
  }
  log.fold(Seq{1'300});
  core.advance(std::chrono::seconds(1));
  EXPECT_EQ(log.first_retained(), Seq{101}) << "folding made room";
  EXPECT_LE(stored().events.size(), 400u);
  EXPECT_LE(stored().head.bytes, 100'000u);
  for (int i = 0; i < 50; ++i) {
    append(log, EventType::custom,
           protocol::payload::custom("x", "\"" + std::string(4'000, 'x') + '"'));
    core.advance(std::chrono::milliseconds(25));
  }
  EXPECT_GT(log.first_retained(), Seq{1'300}) << "when the run is over, the limit holds again";
  EXPECT_LE(stored().head.bytes, 105'000u);
}

TEST_F(RetentionTest, OldEventsAndTheTotalAreLookedAtEveryMinute) {
  const Retention retention(directory, [](const UserId&) { return true; });
  tokens(open("old"), 50);
  core.advance(std::chrono::minutes(50));
  tokens(open("young"), 50);
  core.advance(std::chrono::minutes(15));
  EXPECT_EQ(stored("old").events.size(), 0u);
  EXPECT_EQ(stored("old").head.last, Seq{50}) << "its seqs go on";
  EXPECT_EQ(stored("young").events.size(), 50u);
  for (const char* thread : {"a", "b", "c", "d"}) {
    tokens(open(thread), 200);
    core.advance(std::chrono::seconds(1));
  }
  core.advance(std::chrono::minutes(2));
  std::uint64_t total = 0;
  for (const auto& [name, log] : data.logs) total += log.head.bytes;
  EXPECT_LE(total, 150'000u);
  EXPECT_EQ(stored("young").events.size(), 0u) << "idle for the longest";
  EXPECT_EQ(stored("d").events.size(), 200u);
}

TEST_F(RetentionTest, ThreadsOfOtherCoresAreLeftToThem) {
  const Retention retention(directory, [](const UserId&) { return false; });
  tokens(open(), 50);
  core.advance(std::chrono::hours(3));
  EXPECT_EQ(stored().events.size(), 50u);
}

}  // namespace
}  // namespace gp::log
