// ThreadLog, Cursor, Committer and LogDirectory together, on virtual time and in-memory storage.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "log/cursor.h"
#include "log/log_fixture.h"
#include "protocol/codes.h"

namespace gp::log {
namespace {

using protocol::EventType;

class Reader final : public CursorOwner {
 public:
  Reader(ThreadLog& log, Seq after) : cursor(log, after, *this) { drain(); }
  void on_cursor_ready(Cursor&) override { drain(); }
  void drain() {
    while (true) {
      Cursor::Next next = cursor.next();
      state = next.state;
      if (next.state != Cursor::State::kRecord) return;
      for (Seq seq = next.record.first_seq; seq <= next.record.seq; seq = seq.next())
        seqs.push_back(seq.value);
      json.emplace_back(next.record.json.view());
    }
  }
  std::vector<std::uint64_t> seqs;
  std::vector<std::string> json;
  Cursor::State state{};
  Cursor cursor;
};

class LogTest : public LogFixture {
 protected:
  explicit LogTest(LogLimits limits = {.commit_interval = std::chrono::milliseconds(200)})
      : LogFixture(limits) {}

  Seq append(ThreadLog& log, Delivery delivery, const std::string& text = "x") {
    runtime::Core::Turn turn(core);
    return log.append({EventType::token, RunId("run-1"), AgentName("agent-1"),
                       protocol::payload::delta("p1", text)},
                      delivery);
  }
  static std::vector<std::uint64_t> range(std::uint64_t from, std::uint64_t to) {
    std::vector<std::uint64_t> all;
    for (auto seq = from; seq <= to; ++seq) all.push_back(seq);
    return all;
  }
};

TEST_F(LogTest, DeltasAreSeenAtOnceAndCommittedWithinTheInterval) {
  ThreadLog& log = open();
  Reader reader(log, Seq{0});
  append(log, Delivery::kAtOnce);
  EXPECT_EQ(reader.seqs, range(1, 1));
  EXPECT_EQ(log.committed(), Seq{0});
  core.advance(std::chrono::milliseconds(199));
  EXPECT_EQ(log.committed(), Seq{0});
  core.advance(std::chrono::milliseconds(1));
  EXPECT_EQ(log.committed(), Seq{1});
}

// A server writes to the woken in the hook that follows; there connections end and begin, and what
// one of them does may be appended.
TEST_F(LogTest, ManyReadersAreWokenInRoundsAndNoneIsForgotten) {
  ThreadLog& log = open();
  std::vector<std::unique_ptr<Reader>> readers;
  for (int i = 0; i < 200; ++i) readers.push_back(std::make_unique<Reader>(log, Seq{0}));
  const auto woken = [&](Seq seq) {
    return std::ranges::count_if(readers, [seq](const auto& reader) {
      return reader != nullptr && reader->cursor.delivered() >= seq;
    });
  };
  std::vector<std::ptrdiff_t> after_round;
  core.at_turn_end([&] {
    after_round.push_back(woken(Seq{1}));
    if (after_round.size() != 1) return;
    // The newest are woken first: the last of the first round, and the first of the second, go.
    readers[200 - 64].reset();
    readers[200 - 64 - 1].reset();
    readers.push_back(std::make_unique<Reader>(log, log.visible()));
    append(log, Delivery::kAtOnce);
  });
  append(log, Delivery::kAtOnce);
  ASSERT_GE(after_round.size(), 4u);
  EXPECT_EQ(after_round[0], 64);
  EXPECT_EQ(after_round[1], 64 - 1 + 1 + 64);
  EXPECT_EQ(woken(Seq{2}), 199);
  EXPECT_EQ(readers[0]->seqs, range(1, 2));
  EXPECT_EQ(readers[199]->seqs, range(1, 2));
  EXPECT_EQ(readers.back()->seqs, range(2, 2));
}

TEST_F(LogTest, AGatedEventAndAllBehindItWaitForItsCommit) {
  ThreadLog& log = open();
  Reader reader(log, Seq{0});
  append(log, Delivery::kAtOnce);
  append(log, Delivery::kAfterCommit);
  append(log, Delivery::kAtOnce);
  EXPECT_EQ(reader.seqs, range(1, 1));
  core.run();
  EXPECT_EQ(reader.seqs, range(1, 3));
}

TEST_F(LogTest, AFailedCommitIsTriedAgainAndItsWaiterHearsOfTheEnd) {
  ThreadLog& log = open();
  Reader reader(log, Seq{0});
  data.faults.fail_writes = 2;
  std::optional<Seq> told;
  int failures = 0;
  directory.committer().on_failure([&](const Error& error) {
    EXPECT_EQ(error.code, Code::store_unavailable);
    ++failures;
  });
  {
    runtime::Core::Turn turn(core);
    log.append({EventType::agent_error, {}, {}, "{}"}, Delivery::kAfterCommit,
               [&](Result<Seq> committed) { told = committed.value(); });
  }
  core.run();
  EXPECT_EQ(failures, 1);
  EXPECT_FALSE(told.has_value());
  EXPECT_FALSE(directory.committer().healthy());
  EXPECT_TRUE(reader.seqs.empty());
  append(log, Delivery::kAtOnce);
  core.advance(std::chrono::seconds(2));
  EXPECT_EQ(failures, 2);
  EXPECT_EQ(told, Seq{1});
  EXPECT_TRUE(directory.committer().healthy());
  EXPECT_EQ(reader.seqs, range(1, 2));
  EXPECT_EQ(data.logs.at(key("chat-1")).events.size(), 2u);
}

TEST_F(LogTest, EventsOfOneTurnShareACommit) {
  ThreadLog& one = open("chat-1");
  ThreadLog& two = open("chat-2");
  for (int i = 0; i < 50; ++i) {
    append(one, Delivery::kAtOnce);
    append(two, Delivery::kAtOnce);
  }
  core.advance(std::chrono::milliseconds(200));
  EXPECT_EQ(metrics.log_commits.value(), 1u);
  EXPECT_EQ(metrics.log_events_committed.value(), 100u);
}

TEST_F(LogTest, DeltasThatWaitedTogetherAreStoredAsOne) {
  ThreadLog& log = open();
  Reader reader(log, Seq{0});
  for (const char* text : {"one ", "two ", "three"}) append(log, Delivery::kAtOnce, text);
  EXPECT_EQ(reader.seqs, range(1, 3));
  core.advance(std::chrono::milliseconds(200));
  const auto& stored = data.logs.at(key("chat-1")).events;
  ASSERT_EQ(stored.size(), 1u);
  EXPECT_EQ(stored[0].first_seq, Seq{1});
  EXPECT_EQ(stored[0].seq, Seq{3});
  EXPECT_NE(stored[0].json.find(R"("delta":"one two three")"), std::string::npos);
  EXPECT_EQ(metrics.log_events_committed.value(), 3u);
  // What was seen is cut off again for whoever resumes in the middle, from memory and from storage.
  append(log, Delivery::kAfterCommit);
  core.run();
  core.advance(std::chrono::minutes(2));
  ASSERT_EQ(stored.size(), 2u);
  Reader late(open(), Seq{2});
  core.run();
  EXPECT_EQ(late.seqs, range(3, 4));
}

TEST_F(LogTest, AnUrgentEventTakesItsOwnLogAlong) {
  ThreadLog& calm = open("chat-1");
  ThreadLog& urgent = open("chat-2");
  append(calm, Delivery::kAtOnce);
  append(urgent, Delivery::kAtOnce);
  core.advance(std::chrono::milliseconds(50));
  append(urgent, Delivery::kAfterCommit);
  core.advance(std::chrono::milliseconds(1));
  EXPECT_EQ(urgent.committed(), Seq{2});
  EXPECT_EQ(calm.committed(), Seq{0}) << "its deltas wait, and are stored together";
  core.advance(std::chrono::milliseconds(148));
  EXPECT_EQ(calm.committed(), Seq{0});
  core.advance(std::chrono::milliseconds(1));
  EXPECT_EQ(calm.committed(), Seq{1});
}

TEST_F(LogTest, UrgentLogsKeepNobodyWaitingBeyondItsDeadline) {
  ThreadLog& calm = open("chat-1");
  ThreadLog& urgent = open("chat-2");
  data.faults.latency = std::chrono::milliseconds(10);
  append(calm, Delivery::kAtOnce);
  for (int i = 0; i < 45; ++i) {
    // One is always under way, and the next is waiting.
    append(urgent, Delivery::kAfterCommit);
    core.advance(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(calm.committed(), Seq{1});
}

TEST_F(LogTest, EveryLogHasItsOwnDeadline) {
  ThreadLog& early = open("chat-1");
  ThreadLog& soon = open("chat-2");
  ThreadLog& late = open("chat-3");
  append(early, Delivery::kAtOnce);
  core.advance(std::chrono::milliseconds(15));
  append(soon, Delivery::kAtOnce);
  core.advance(std::chrono::milliseconds(85));
  append(late, Delivery::kAtOnce);
  append(early, Delivery::kAtOnce);
  core.advance(std::chrono::milliseconds(100));
  EXPECT_EQ(early.committed(), Seq{2});
  EXPECT_EQ(soon.committed(), Seq{1}) << "due within a tenth of the interval: it goes along";
  EXPECT_EQ(late.committed(), Seq{0});
  core.advance(std::chrono::milliseconds(100));
  EXPECT_EQ(late.committed(), Seq{1});
  EXPECT_EQ(metrics.log_commits.value(), 2u);
}

TEST_F(LogTest, AFailedBatchIsStoredOnceAndWholeWithWhatCameMeanwhile) {
  ThreadLog& one = open("chat-1");
  ThreadLog& two = open("chat-2");
  data.faults.fail_writes = 1;
  append(one, Delivery::kAtOnce);
  append(two, Delivery::kAfterCommit);
  core.advance(std::chrono::milliseconds(1));
  append(two, Delivery::kAfterCommit);
  append(one, Delivery::kAtOnce);
  core.advance(std::chrono::seconds(1));
  EXPECT_EQ(one.committed(), Seq{2});
  EXPECT_EQ(two.committed(), Seq{2});
  EXPECT_EQ(directory.committer().uncommitted_bytes(), 0u);
  for (const char* thread : {"chat-1", "chat-2"}) {
    const auto& log = data.logs.at(key(thread));
    EXPECT_EQ(log.head.last, Seq{2});
    EXPECT_EQ(log.events.front().first_seq, Seq{1});
  }
}

TEST_F(LogTest, OneEncodingServesAllReaders) {
  ThreadLog& log = open();
  Reader one(log, Seq{0});
  Reader two(log, Seq{0});
  append(log, Delivery::kAtOnce, "hello");
  ASSERT_EQ(one.json.size(), 1u);
  EXPECT_EQ(one.json, two.json);
  EXPECT_NE(one.json[0].find(R"("seq":1)"), std::string::npos);
  EXPECT_NE(one.json[0].find(R"("delta":"hello")"), std::string::npos);
}

class SmallLogTest : public LogTest {
 protected:
  SmallLogTest() : LogTest({.hot_bytes = 2'000, .page_bytes = 1'000}) {}
};

TEST_F(SmallLogTest, AReaderBehindTheHotPartGetsPagesAndThenTheLiveTail) {
  ThreadLog& log = open();
  for (int i = 0; i < 100; ++i) {
    append(log, Delivery::kAfterCommit);
    core.run();
  }
  Reader late(log, Seq{3});
  core.run();
  EXPECT_EQ(late.seqs, range(4, 100));
  EXPECT_GT(metrics.log_pages_read.value(), 5u);
  append(log, Delivery::kAtOnce);
  EXPECT_EQ(late.seqs, range(4, 101));
}

TEST_F(SmallLogTest, AStorageThatCannotBeReadIsToldAndReadingCanGoOn) {
  ThreadLog& log = open();
  for (int i = 0; i < 100; ++i) {
    append(log, Delivery::kAfterCommit);
    core.run();
  }
  data.faults.fail_reads = 1;
  Reader late(log, Seq{0});
  core.run();
  EXPECT_EQ(late.state, Cursor::State::kFailed);
  late.drain();
  core.run();
  EXPECT_EQ(late.seqs, range(1, 100));
}

TEST_F(SmallLogTest, BelowRetentionACursorSaysTruncated) {
  {
    ThreadLog& log = open();
    for (int i = 0; i < 20; ++i) append(log, Delivery::kAfterCommit);
    core.run();
  }
  storage.trim(key("chat-1"), {.below = Seq{11}}, [](Result<LogHead>) {});
  core.advance(std::chrono::minutes(2));
  ASSERT_EQ(directory.find(key("chat-1")), nullptr) << "an idle log leaves the memory";
  ThreadLog& log = open();
  EXPECT_EQ(log.first_retained(), Seq{11});
  Reader below(log, Seq{3});
  EXPECT_EQ(below.state, Cursor::State::kTruncated);
  below.cursor.move_to(Seq{10});
  below.drain();
  core.run();
  EXPECT_EQ(below.seqs, range(11, 20));
}

TEST_F(LogTest, SeqsGoOnAfterTheLogWasAwayAndTheEpochStays) {
  Epoch epoch;
  {
    ThreadLog& log = open();
    epoch = log.epoch();
    append(log, Delivery::kAfterCommit);
    core.run();
  }
  core.advance(std::chrono::minutes(2));
  ASSERT_EQ(directory.logs_in_memory(), 0u);
  ThreadLog& log = open();
  EXPECT_EQ(log.epoch(), epoch);
  EXPECT_EQ(append(log, Delivery::kAtOnce), Seq{2});
}

TEST_F(LogTest, ARemovedLogEndsItsCursorsAndTakesNothing) {
  ThreadLog& log = open();
  Reader reader(log, Seq{0});
  append(log, Delivery::kAfterCommit);
  core.run();
  {
    runtime::Core::Turn turn(core);
    directory.remove(key("chat-1"), [](Result<>) {});
  }
  core.run();
  EXPECT_EQ(reader.seqs, range(1, 1));
  EXPECT_EQ(reader.state, Cursor::State::kRemoved);
  std::optional<Code> refused;
  log.append({EventType::token, {}, {}, "{}"}, Delivery::kAtOnce,
             [&](Result<Seq> result) { refused = result.error().code; });
  EXPECT_EQ(refused, Code::thread_not_found);
  EXPECT_EQ(append(open(), Delivery::kAtOnce), Seq{1}) << "the same name begins anew";
}

TEST_F(LogTest, ARemovalDoesNotWaitForTheDeadlineOfItsDeltas) {
  ThreadLog& log = open();
  append(log, Delivery::kAtOnce);
  bool removed = false;
  {
    runtime::Core::Turn turn(core);
    directory.remove(key("chat-1"), [&](Result<> result) { removed = result.has_value(); });
  }
  core.advance(std::chrono::milliseconds(1));
  EXPECT_TRUE(removed);
  EXPECT_FALSE(data.logs.contains(key("chat-1")));
}

TEST_F(LogTest, ProducersAreToldToPauseWhenCommitsLag) {
  ThreadLog& log = open();
  data.faults.latency = std::chrono::seconds(10);
  bool relieved = false;
  directory.committer().on_relief([&] { relieved = true; });
  const std::string big(1'000'000, 'x');
  while (!directory.committer().over_limit()) append(log, Delivery::kAtOnce, big);
  EXPECT_GT(directory.committer().uncommitted_bytes(), directory.limits().uncommitted_bytes_max);
  EXPECT_FALSE(relieved);
  core.advance(std::chrono::minutes(1));
  EXPECT_TRUE(relieved);
  EXPECT_FALSE(directory.committer().over_limit());
}

TEST_F(LogTest, AnAppendThatIsRefusedForGoodEndsItsOwnLogOnly) {
  ThreadLog& good = open("chat-1");
  ThreadLog& bad = open("chat-2");
  Reader reader(bad, Seq{0});
  // The storage forgot the log behind our back: appends to it will always be refused.
  data.logs.erase(key("chat-2"));
  std::optional<bool> told;
  {
    runtime::Core::Turn turn(core);
    append(good, Delivery::kAtOnce);
    bad.append({EventType::token, {}, {}, "{}"}, Delivery::kAfterCommit,
               [&](Result<Seq> result) { told = result.has_value(); });
    append(good, Delivery::kAtOnce);
  }
  core.advance(std::chrono::seconds(1));
  EXPECT_EQ(told, false);
  EXPECT_EQ(good.committed(), Seq{2});
  EXPECT_EQ(reader.state, Cursor::State::kFailed) << "it resumes";
  EXPECT_EQ(directory.find(key("chat-2")), nullptr);
  EXPECT_EQ(append(open("chat-2"), Delivery::kAtOnce), Seq{1});
}

TEST_F(LogTest, AmongManyLogsOnlyTheRefusedOneIsGivenUp) {
  constexpr int kLogs = 33;
  std::vector<ThreadLog*> logs;
  for (int i = 0; i < kLogs; ++i) logs.push_back(&open("chat-" + std::to_string(i)));
  data.logs.erase(key("chat-20"));
  std::optional<bool> told;
  {
    runtime::Core::Turn turn(core);
    for (ThreadLog* log : logs) append(*log, Delivery::kAtOnce);
    logs[20]->append({EventType::token, {}, {}, "{}"}, Delivery::kAtOnce,
                     [&](Result<Seq> result) { told = result.has_value(); });
  }
  core.advance(std::chrono::seconds(1));
  EXPECT_EQ(told, false);
  logs.erase(logs.begin() + 20);
  for (const ThreadLog* log : logs)
    EXPECT_EQ(log->committed(), Seq{1}) << log->key().thread_id().str();
  EXPECT_EQ(directory.find(key("chat-20")), nullptr);
  EXPECT_EQ(directory.committer().uncommitted_bytes(), 0u);
  EXPECT_TRUE(directory.committer().healthy());
}

}  // namespace
}  // namespace gp::log
