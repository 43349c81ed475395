// Retention in a real file: what is forgotten is deleted in parts, its pages are used again, and a
// crash in between is made good.
#include "adapters/sqlite/log_upkeep.h"

#include <gtest/gtest.h>

#include <deque>

#include "adapters/sqlite/held_pool.h"
#include "adapters/sqlite/test_server.h"

namespace gp::sqlite {
namespace {

using identity::ThreadKey;
using log::LogHead;
using log::OverdueLog;
using log::RetentionGoal;
using log::StoredEvent;
using log::TrimLimits;

class LogUpkeep : public testing::Test {
 protected:
  static ThreadKey key(const std::string& thread) {
    return ThreadKey::from_storage(UserId("user-one"), ThreadId(thread));
  }
  static StoredEvent event(std::uint64_t seq, std::size_t bytes = 50, WallTime at = {}) {
    return {Seq{seq}, Seq{seq}, protocol::EventType::token, std::string(bytes, 'x'), {}, at};
  }
  void append(const std::string& thread, std::uint64_t first, std::uint64_t last) {
    std::vector<StoredEvent> events;
    for (std::uint64_t seq = first; seq <= last; ++seq) events.push_back(event(seq));
    append(thread, std::move(events));
  }
  void append(const std::string& thread, std::vector<StoredEvent> events) {
    ASSERT_TRUE(server_.get<void>([&](auto done) {
      server_.log().append({{key(thread), std::move(events)}}, std::move(done));
    }));
  }
  LogHead open(const std::string& thread) {
    return server_
        .get<LogHead>(
            [&](auto done) { server_.log().open(key(thread), Epoch("e"), std::move(done)); })
        .value();
  }
  LogHead trim(const ThreadKey& key, const TrimLimits& limits) {
    return server_
        .get<LogHead>([&](auto done) { server_.log().trim(key, limits, std::move(done)); })
        .value();
  }
  std::vector<OverdueLog> overdue(const RetentionGoal& goal) {
    return server_
        .get<std::vector<OverdueLog>>(
            [&](auto done) { server_.log().overdue(goal, std::move(done)); })
        .value();
  }
  void remove(const std::string& thread) {
    ASSERT_TRUE(
        server_.get<void>([&](auto done) { server_.log().remove(key(thread), std::move(done)); }));
  }
  std::vector<std::uint64_t> read(const std::string& thread) {
    const auto events = server_.get<std::vector<StoredEvent>>([&](auto done) {
      server_.log().read(key(thread), {Seq{0}, 64 * kMiB}, std::move(done));
    });
    std::vector<std::uint64_t> seqs;
    for (const StoredEvent& event : events.value()) seqs.push_back(event.seq.value);
    return seqs;
  }
  std::int64_t in_file(const char* sql) {
    const auto file =
        Database::open(server_.directory() / "goldenpath.db", Database::Mode::kReadWriteCreate);
    return file.value()->integer(sql).value();
  }
  /// Every operation that passes lets one part of a sweep pass with or before it.
  bool swept_within(int operations) {
    for (int i = 0; i < operations; ++i) {
      if (in_file("SELECT count(*) FROM forgotten") == 0) return true;
      open("passing-by");
    }
    return false;
  }

  TestServer server_{{}, 1};
};

TEST_F(LogUpkeep, FewEventsAreDeletedAtOnce) {
  open("a");
  append("a", 1, kSweptAtOnce);
  trim(key("a"), {.events_max = 3});
  EXPECT_EQ(in_file("SELECT count(*) FROM events"), 3);
  remove("a");
  EXPECT_EQ(in_file("SELECT count(*) FROM events"), 0);
  EXPECT_EQ(in_file("SELECT count(*) FROM forgotten"), 0);
}

TEST_F(LogUpkeep, ManyEventsAreGoneAtOnceAndDeletedInParts) {
  constexpr std::uint64_t kEvents = 6 * kSweptAtOnce;
  open("a");
  open("b");
  append("a", 1, kEvents);
  append("b", 1, kEvents);
  const std::uint64_t commits = server_.storage().stats().commits;
  EXPECT_EQ(trim(key("a"), {.events_max = 3}).events, 3u);
  EXPECT_EQ(read("a"), (std::vector<std::uint64_t>{kEvents - 2, kEvents - 1, kEvents}));
  remove("b");
  ASSERT_TRUE(swept_within(100));
  EXPECT_EQ(in_file("SELECT count(*) FROM events"), 3);
  EXPECT_GE(server_.storage().stats().commits - commits, 12u);
}

// The row of a removed log is gone before its events are: its log_id must not be given again.
TEST_F(LogUpkeep, ALogThatBeginsAnewHasNothingOfTheOldOne) {
  open("a");
  append("a", 1, 3 * kSweptAtOnce);
  std::vector<StoredEvent> found;
  int answers = 0;
  HeldPool held(server_.pool());
  server_.in_turn([&] {
    server_.log().remove(key("a"), [&](Result<> done) { answers += done ? 1 : 0; });
    server_.log().open(key("a"), Epoch("new"), [&](auto head) { answers += head ? 1 : 0; });
    server_.log().append({{key("a"), {event(1), event(2)}}},
                         [&](Result<> done) { answers += done ? 1 : 0; });
    server_.log().read(key("a"), {Seq{0}, kMiB}, [&](auto events) {
      found = events.value();
      ++answers;
    });
  });
  held.release();
  ASSERT_TRUE(server_.core().run_until([&] { return answers == 4; }));
  EXPECT_EQ(found, (std::vector<StoredEvent>{event(1), event(2)}));
  ASSERT_TRUE(swept_within(100));
  EXPECT_EQ(read("a"), (std::vector<std::uint64_t>{1, 2}));
}

TEST_F(LogUpkeep, WhatAProcessCouldNotSweepTheNextOneDoes) {
  open("a");
  append("a", 1, 2 * kSweptAtOnce);
  append("a", 2 * kSweptAtOnce + 1, 2 * kSweptAtOnce + 10);
  const LogHead head = open("a");
  server_.stop();
  // As trim of "a" and remove of a log before it left the file when the process died.
  in_file("INSERT INTO events SELECT 1000, seq, first_seq, type, json, fold, at FROM events");
  in_file("INSERT INTO forgotten VALUES (1000, 9223372036854775807)");
  in_file("UPDATE logs SET first_retained = 2001, events = 10, bytes = 500");
  in_file("INSERT INTO forgotten SELECT log_id, 2001 FROM logs");
  server_.start();
  EXPECT_EQ(open("a").events, 10u);
  EXPECT_EQ(read("a").size(), 10u);
  ASSERT_TRUE(swept_within(100));
  EXPECT_EQ(in_file("SELECT count(*) FROM events"), 10);
  EXPECT_EQ(read("a").size(), 10u);
  append("a", head.last.value + 1, head.last.value + 1);
}

TEST_F(LogUpkeep, ClosingDoesNotWaitForAllThatIsToBeSwept) {
  open("a");
  open("b");
  append("b", 1, 3);
  for (std::uint64_t first = 1; first <= 40 * kSweptAtOnce; first += 10 * kSweptAtOnce)
    append("a", first, first + 10 * kSweptAtOnce - 1);
  bool removed = false;
  {
    HeldPool held(server_.pool());
    server_.in_turn([&] { server_.log().remove(key("a"), [&](Result<>) { removed = true; }); });
    server_.core().post([&] { held.release(); });
    server_.core().run_until([&] { return removed; });
  }
  server_.restart();
  EXPECT_EQ(read("b").size(), 3u);
  ASSERT_TRUE(swept_within(200));
  EXPECT_EQ(in_file("SELECT count(*) FROM events"), 3);
}

TEST_F(LogUpkeep, ATrimOfVeryManyEventsTakesEffectInPartsAndAnswersOnce) {
  constexpr std::uint64_t kEvents = 2 * kTrimmedAtOnce + 1'000;
  open("a");
  for (std::uint64_t first = 1; first <= kEvents; first += 5'000)
    append("a", first, std::min(first + 4'999, kEvents));
  int answers = 0;
  LogHead head;
  bool appended = false;
  server_.in_turn([&] {
    server_.log().trim(key("a"), {.bytes_max = 100}, [&](Result<LogHead> trimmed) {
      head = trimmed.value();
      ++answers;
    });
    server_.log().append({{key("a"), {event(kEvents + 1)}}},
                         [&](Result<> result) { appended = result.has_value(); });
  });
  ASSERT_TRUE(server_.core().run_until([&] { return answers > 0 && appended; }));
  EXPECT_EQ(head.events, 2u);
  EXPECT_EQ(head.first_retained, Seq{kEvents});
  EXPECT_EQ(read("a"), (std::vector<std::uint64_t>{kEvents, kEvents + 1}));
  EXPECT_EQ(open("a").bytes, 100u);
  EXPECT_EQ(answers, 1);
}

TEST_F(LogUpkeep, OverdueIsFoundBesideTheWriter) {
  open("a");
  append("a", 1, 3);
  const std::uint64_t before = server_.storage().stats().snapshot_reads;
  ASSERT_EQ(overdue({.bytes_max = 0}).size(), 1u);
  EXPECT_EQ(server_.storage().stats().snapshot_reads, before + 1);
}

/// Hours of streams: what an agent says in a minute is folded at its end, and what is older than
/// an hour goes.
class Hours {
 public:
  explicit Hours(std::string thread) : thread_(std::move(thread)) {}
  const std::string& thread() const { return thread_; }

  std::vector<StoredEvent> minute(WallTime now) {
    std::vector<StoredEvent> events;
    for (int i = 0; i < 60; ++i) {
      ++last_;
      events.push_back({Seq{last_},
                        Seq{last_},
                        protocol::EventType::token,
                        std::string(250, 'x'),
                        {},
                        now + std::chrono::seconds(i)});
    }
    return events;
  }
  StoredEvent folded(const std::vector<StoredEvent>& events) const {
    return {events.back().seq,       events.front().first_seq, protocol::EventType::token,
            std::string(2'000, 'y'), std::string(120, 'f'),    events.back().at};
  }

 private:
  std::string thread_;
  std::uint64_t last_ = 0;
};

TEST_F(LogUpkeep, TheFileStaysBoundedOverHoursOfStreams) {
  constexpr int kMinutesKept = 60;
  constexpr std::uint64_t kFolded = kMinutesKept + 1;  // and the one that has just ended
  std::vector<Hours> streams{Hours("a"), Hours("b"), Hours("c")};
  for (const Hours& stream : streams) open(stream.thread());
  WallTime now{std::chrono::seconds(1'757'880'000)};
  const auto stream_minutes = [&](int minutes) {
    for (int minute = 0; minute < minutes; ++minute, now += std::chrono::minutes(1)) {
      for (Hours& stream : streams) {
        const auto events = stream.minute(now);
        append(stream.thread(), events);
        ASSERT_TRUE(server_.get<void>([&](auto done) {
          server_.log().replace(key(stream.thread()), {stream.folded(events)}, std::move(done));
        }));
      }
      for (const OverdueLog& log : overdue({.oldest = now - std::chrono::minutes(kMinutesKept)}))
        trim(log.key, log.limits);
    }
  };
  stream_minutes(2 * kMinutesKept);
  const std::int64_t pages = in_file("PRAGMA page_count");
  stream_minutes(4 * kMinutesKept);
  EXPECT_LE(in_file("PRAGMA page_count"), pages + pages / 10) << "from " << pages;
  for (const Hours& stream : streams) {
    const LogHead head = open(stream.thread());
    EXPECT_EQ(head.events, kFolded);
    EXPECT_EQ(head.bytes, kFolded * 2'120);
  }
  EXPECT_EQ(in_file("SELECT count(*) FROM events"), std::int64_t{3 * kFolded});
  remove("a");
  ASSERT_TRUE(swept_within(100));
  EXPECT_EQ(in_file("SELECT count(*) FROM events"), std::int64_t{2 * kFolded});
  EXPECT_EQ(in_file("SELECT count(*) FROM logs WHERE thread_id = 'a'"), 0);
}

}  // namespace
}  // namespace gp::sqlite
