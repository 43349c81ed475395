/// The third part of contract_test_suite.h, which includes it: folding (replace), retention (trim,
/// overdue), and the sums of LogHead.
#pragma once

#include "log/contract_test_suite.h"

namespace gp::log {
namespace upkeep {

/// Minute `minute`, with microseconds, which is what a storage keeps.
inline WallTime at(std::uint64_t minute) {
  return WallTime(std::chrono::seconds(1'757'880'000) + std::chrono::minutes(minute) +
                  std::chrono::microseconds(123'457));
}
/// Covers first … last, happened at minute `last`.
inline StoredEvent made(std::uint64_t first, std::uint64_t last, std::size_t json_bytes,
                        std::string fold) {
  return {Seq{last},       Seq{first}, protocol::EventType::token, std::string(json_bytes, 'j'),
          std::move(fold), at(last)};
}
/// Ten bytes each.
inline std::vector<StoredEvent> tens(std::uint64_t first, std::uint64_t last) {
  std::vector<StoredEvent> events;
  for (std::uint64_t seq = first; seq <= last; ++seq) events.push_back(made(seq, seq, 10, {}));
  return events;
}
/// With a fold table of five bytes.
inline StoredEvent folded(std::uint64_t first, std::uint64_t last) {
  return made(first, last, 20, std::string("\0\x01\xff\x80z", 5));
}

struct Sums {
  std::uint64_t events;
  std::uint64_t bytes;
  std::uint64_t first_retained;
  std::uint64_t folded;
  friend bool operator==(const Sums&, const Sums&) = default;
  friend void PrintTo(const Sums& sums, std::ostream* out) {
    *out << sums.events << " events, " << sums.bytes << " bytes, from " << sums.first_retained
         << ", folded to " << sums.folded;
  }
};
inline Sums sums(const LogHead& head) {
  return {head.events, head.bytes, head.first_retained.value, head.folded.value};
}

inline std::vector<std::string> threads(const std::vector<OverdueLog>& logs) {
  std::vector<std::string> names;
  for (const OverdueLog& log : logs) names.push_back(log.key.thread_id().str());
  return names;
}
using Names = std::vector<std::string>;

}  // namespace upkeep

TEST_P(LogStorageContract, KeepsFoldTablesAndTimes) {
  open(mine_);
  const Events given{upkeep::made(1, 1, 10, {}), upkeep::folded(2, 6), upkeep::made(7, 7, 0, {})};
  ASSERT_TRUE(append(mine_, given));
  EXPECT_EQ(read(mine_), given);
  fixture_->restart();
  EXPECT_EQ(read(mine_), given);
}

TEST_P(LogStorageContract, TheHeadCountsWhatIsKept) {
  EXPECT_EQ(upkeep::sums(open(mine_)), (upkeep::Sums{0, 0, 1, 0}));
  ASSERT_TRUE(append(mine_, upkeep::tens(1, 4)));
  ASSERT_TRUE(append(mine_, {upkeep::folded(5, 9)}));
  EXPECT_EQ(upkeep::sums(open(mine_)), (upkeep::Sums{5, 65, 1, 0}));
  ASSERT_TRUE(replace(mine_, {upkeep::folded(2, 3)}));
  EXPECT_EQ(upkeep::sums(open(mine_)), (upkeep::Sums{4, 70, 1, 3}));
  trim(mine_, {.below = Seq{2}});
  EXPECT_EQ(upkeep::sums(open(mine_)), (upkeep::Sums{3, 60, 2, 3}));
  fixture_->restart();
  EXPECT_EQ(upkeep::sums(open(mine_)), (upkeep::Sums{3, 60, 2, 3}));
  EXPECT_EQ(open(mine_).last, Seq{9});
  ASSERT_TRUE(append(mine_, {upkeep::made(10, 10, 7, {})}));
  EXPECT_EQ(upkeep::sums(open(mine_)), (upkeep::Sums{4, 67, 2, 3}));
}

TEST_P(LogStorageContract, BytesAreCountedNotCharacters) {
  open(mine_);
  StoredEvent odd = upkeep::made(1, 1, 0, {});
  odd.json = std::string("\"h\xc3\xa9 \0 \xf0\x9f\x8c\xb1\"", 12);
  ASSERT_TRUE(append(mine_, {odd, upkeep::made(2, 2, 10, {})}));
  EXPECT_EQ(open(mine_).bytes, 22u);
  EXPECT_EQ(trim(mine_, {.below = Seq{2}}).bytes, 10u);
}

TEST_P(LogStorageContract, ReplacePutsFoldedEventsInTheirPlace) {
  open(mine_);
  ASSERT_TRUE(append(mine_, upkeep::tens(1, 9)));
  const Events folded{upkeep::folded(3, 5), upkeep::made(6, 6, 12, {}), upkeep::folded(7, 8)};
  ASSERT_TRUE(replace(mine_, folded));
  EXPECT_EQ(seqs(read(mine_)), (Seqs{1, 2, 5, 6, 8, 9}));
  EXPECT_EQ(read(mine_, 3)[0], folded[0]);
  EXPECT_EQ(read(mine_, 4).front(), folded[0]);
  EXPECT_EQ(seqs(read(mine_, 5)), (Seqs{6, 8, 9}));
  EXPECT_EQ(upkeep::sums(open(mine_)), (upkeep::Sums{6, 92, 1, 8}));
  EXPECT_EQ(open(mine_).last, Seq{9});
  ASSERT_TRUE(append(mine_, upkeep::tens(10, 10)));
}

TEST_P(LogStorageContract, WhatWasFoldedCanBeFoldedAgain) {
  open(mine_);
  ASSERT_TRUE(append(mine_, upkeep::tens(1, 6)));
  ASSERT_TRUE(replace(mine_, {upkeep::folded(1, 2)}));
  ASSERT_TRUE(replace(mine_, {upkeep::folded(3, 4)}));
  ASSERT_TRUE(replace(mine_, {upkeep::folded(1, 5)}));
  EXPECT_EQ(seqs(read(mine_)), (Seqs{5, 6}));
  EXPECT_EQ(upkeep::sums(open(mine_)), (upkeep::Sums{2, 35, 1, 5}));
  ASSERT_TRUE(replace(mine_, {upkeep::folded(1, 5)}));  // as it is
  EXPECT_EQ(upkeep::sums(open(mine_)), (upkeep::Sums{2, 35, 1, 5}));
}

TEST_P(LogStorageContract, FoldedNeverGoesBack) {
  open(mine_);
  ASSERT_TRUE(append(mine_, upkeep::tens(1, 6)));
  ASSERT_TRUE(replace(mine_, {upkeep::folded(4, 6)}));
  ASSERT_TRUE(replace(mine_, {upkeep::folded(1, 2)}));
  EXPECT_EQ(open(mine_).folded, Seq{6});
}

TEST_P(LogStorageContract, ReplaceCoversWholeEventsOrChangesNothing) {
  open(mine_);
  ASSERT_TRUE(append(mine_, {event(1), upkeep::folded(2, 4), upkeep::folded(5, 7), event(8)}));
  const Events before = read(mine_);
  const LogHead head = open(mine_);
  const std::vector<Events> wrong{
      {upkeep::folded(3, 7)},                        // begins inside an event
      {upkeep::folded(2, 6)},                        // ends inside one
      {upkeep::folded(2, 5)},                        // reaches into the next
      {upkeep::folded(8, 9)},                        // goes beyond the end
      {upkeep::folded(9, 9)},                        // lies beyond it
      {upkeep::folded(2, 4), upkeep::folded(6, 7)},  // has a gap
      {upkeep::folded(2, 5), upkeep::folded(5, 7)},  // overlaps itself
      {upkeep::folded(5, 7), upkeep::folded(2, 4)},  // is out of order
  };
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    SCOPED_TRACE(i);
    const Result<> refused = replace(mine_, wrong[i]);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::internal);
    EXPECT_EQ(read(mine_), before);
    EXPECT_EQ(upkeep::sums(open(mine_)), upkeep::sums(head));
  }
  EXPECT_TRUE(replace(mine_, {upkeep::folded(2, 7)}));
}

TEST_P(LogStorageContract, ARefusedReplaceHarmsNothingElseOfItsTurn) {
  open(mine_);
  Answer<void> first, refused, second;
  in_turn([&] {
    storage().append({{mine_, upkeep::tens(1, 2)}}, first.completion());
    storage().replace(mine_, {upkeep::folded(1, 3)}, refused.completion());
    storage().append({{mine_, upkeep::tens(3, 3)}}, second.completion());
  });
  wait(first, refused, second);
  EXPECT_TRUE(first.result());
  EXPECT_FALSE(refused.result());
  EXPECT_TRUE(second.result());
  EXPECT_EQ(read(mine_), upkeep::tens(1, 3));
}

TEST_P(LogStorageContract, ReplaceTouchesItsOwnLogOnly) {
  const auto theirs = key("user-two", "thread-a");
  open(mine_);
  open(theirs);
  ASSERT_TRUE(append({{mine_, upkeep::tens(1, 3)}, {theirs, upkeep::tens(1, 3)}}));
  ASSERT_TRUE(replace(mine_, {upkeep::folded(1, 3)}));
  EXPECT_EQ(read(theirs), upkeep::tens(1, 3));
  EXPECT_EQ(upkeep::sums(open(theirs)), (upkeep::Sums{3, 30, 1, 0}));
  EXPECT_TRUE(replace(theirs, {}));
  EXPECT_EQ(open(theirs).folded, Seq{0});
}

TEST_P(LogStorageContract, ReplaceAndTrimStandInOrderWithAppendsAndReads) {
  open(mine_);
  Answer<void> appended, replaced, more;
  Answer<Events> plain, folded, trimmed, all;
  Answer<LogHead> head;
  in_turn([&] {
    storage().append({{mine_, upkeep::tens(1, 5)}}, appended.completion());
    storage().read(mine_, {Seq{0}, kUnlimited}, plain.completion());
    storage().replace(mine_, {upkeep::folded(1, 3)}, replaced.completion());
    storage().read(mine_, {Seq{0}, kUnlimited}, folded.completion());
    storage().trim(mine_, {.events_max = 2}, head.completion());
    storage().read(mine_, {Seq{0}, kUnlimited}, trimmed.completion());
    storage().append({{mine_, upkeep::tens(6, 6)}}, more.completion());
    storage().read(mine_, {Seq{0}, kUnlimited}, all.completion());
  });
  wait(appended, plain, replaced, folded, head, trimmed, more, all);
  EXPECT_EQ(plain.result().value(), upkeep::tens(1, 5));
  EXPECT_EQ(seqs(folded.result().value()), (Seqs{3, 4, 5}));
  EXPECT_EQ(upkeep::sums(head.result().value()), (upkeep::Sums{2, 20, 4, 3}));
  EXPECT_EQ(seqs(trimmed.result().value()), (Seqs{4, 5}));
  EXPECT_EQ(seqs(all.result().value()), (Seqs{4, 5, 6}));
}

}  // namespace gp::log

#include "log/contract_test_suite_retention.h"
