/// The last part of contract_test_suite.h: trim and overdue. Included by
/// contract_test_suite_upkeep.h, whose helpers it uses.
#pragma once

#include "log/contract_test_suite_upkeep.h"

namespace gp::log {

TEST_P(LogStorageContract, TrimBelowForgetsWhatIsBelow) {
  open(mine_);
  ASSERT_TRUE(append(mine_, {event(1), event(2), folded(3, 6), event(7)}));
  EXPECT_EQ(trim(mine_, {.below = Seq{5}}).first_retained, Seq{5});
  EXPECT_EQ(seqs(read(mine_)), (Seqs{6, 7}));
  const LogHead head = open(mine_);
  EXPECT_EQ(head.first_retained, Seq{5});
  EXPECT_EQ(head.last, Seq{7});
  EXPECT_EQ(head.events, 2u);
  EXPECT_EQ(trim(mine_, {.below = Seq{2}}).first_retained, Seq{5}) << "it never goes back";
  EXPECT_TRUE(replace(mine_, {folded(3, 7)})) << "an event that lies partly below is whole";
}

TEST_P(LogStorageContract, TrimWithoutLimitsGivesTheHead) {
  open(mine_, "mine");
  ASSERT_TRUE(append(mine_, upkeep::tens(1, 3)));
  const LogHead head = trim(mine_, {});
  EXPECT_EQ(head.epoch, Epoch("mine"));
  EXPECT_EQ(head.last, Seq{3});
  EXPECT_EQ(upkeep::sums(head), (upkeep::Sums{3, 30, 1, 0}));
}

TEST_P(LogStorageContract, TrimmingEverythingKeepsCounting) {
  open(mine_);
  ASSERT_TRUE(append(mine_, upkeep::tens(1, 3)));
  EXPECT_EQ(upkeep::sums(trim(mine_, {.below = Seq{1'000}})), (upkeep::Sums{0, 0, 4, 0}));
  EXPECT_TRUE(read(mine_).empty());
  EXPECT_EQ(open(mine_).first_retained, Seq{4});
  EXPECT_EQ(open(mine_).last, Seq{3});
  EXPECT_FALSE(append(mine_, upkeep::tens(1, 1)));
  ASSERT_TRUE(append(mine_, upkeep::tens(4, 5)));
  EXPECT_EQ(seqs(read(mine_)), (Seqs{4, 5}));
  EXPECT_EQ(upkeep::sums(trim(mine_, {.events_max = 0})), (upkeep::Sums{0, 0, 6, 0}));
  fixture_->restart();
  EXPECT_EQ(open(mine_).first_retained, Seq{6});
  EXPECT_TRUE(append(mine_, upkeep::tens(6, 6)));
}

TEST_P(LogStorageContract, TrimByBytesForgetsTheOldestUntilItHolds) {
  open(mine_);
  ASSERT_TRUE(append(mine_, {upkeep::folded(1, 4)}));  // 25 bytes
  ASSERT_TRUE(append(mine_, upkeep::tens(5, 9)));
  EXPECT_EQ(trim(mine_, {.bytes_max = 75}).events, 6u);
  EXPECT_EQ(upkeep::sums(trim(mine_, {.bytes_max = 74})), (upkeep::Sums{5, 50, 5, 0}));
  EXPECT_EQ(upkeep::sums(trim(mine_, {.bytes_max = 29})), (upkeep::Sums{2, 20, 8, 0}));
  EXPECT_EQ(seqs(read(mine_)), (Seqs{8, 9}));
}

TEST_P(LogStorageContract, TrimByEventsCountsAFoldedEventAsOne) {
  open(mine_);
  ASSERT_TRUE(append(mine_, {upkeep::folded(1, 4)}));
  ASSERT_TRUE(append(mine_, upkeep::tens(5, 9)));
  EXPECT_EQ(trim(mine_, {.events_max = 6}).first_retained, Seq{1});
  EXPECT_EQ(trim(mine_, {.events_max = 5}).first_retained, Seq{5});
  EXPECT_EQ(upkeep::sums(trim(mine_, {.events_max = 1})), (upkeep::Sums{1, 10, 9, 0}));
}

TEST_P(LogStorageContract, TrimByAgeForgetsWhatHappenedBefore) {
  open(mine_);
  ASSERT_TRUE(append(mine_, upkeep::tens(1, 5)));
  EXPECT_EQ(trim(mine_, {.oldest = upkeep::at(1)}).events, 5u);
  EXPECT_EQ(upkeep::sums(trim(mine_, {.oldest = upkeep::at(3)})), (upkeep::Sums{3, 30, 3, 0}));
  ASSERT_TRUE(replace(mine_, {upkeep::folded(3, 4)}));
  EXPECT_EQ(trim(mine_, {.oldest = upkeep::at(4)}).events, 2u) << "as old as its newest part";
  EXPECT_EQ(trim(mine_, {.oldest = upkeep::at(5)}).events, 1u);
}

// A clock that was set back: only a prefix ever goes.
TEST_P(LogStorageContract, TrimStopsAtTheFirstEventThatMayStay) {
  open(mine_);
  Events events = upkeep::tens(1, 4);
  events[1].at = upkeep::at(90);
  ASSERT_TRUE(append(mine_, events));
  EXPECT_EQ(upkeep::sums(trim(mine_, {.oldest = upkeep::at(50)})), (upkeep::Sums{3, 30, 2, 0}));
}

TEST_P(LogStorageContract, TrimKeepsWhatIsHeld) {
  open(mine_);
  ASSERT_TRUE(append(mine_, upkeep::tens(1, 2)));
  ASSERT_TRUE(append(mine_, {upkeep::folded(3, 6)}));
  ASSERT_TRUE(append(mine_, upkeep::tens(7, 8)));
  EXPECT_EQ(upkeep::sums(trim(mine_, {.events_max = 0, .held = Seq{5}})),
            (upkeep::Sums{3, 45, 3, 0}))
      << "an event that lies partly below `held` stays";
  EXPECT_EQ(seqs(read(mine_)), (Seqs{6, 7, 8}));
  EXPECT_EQ(trim(mine_, {.below = Seq{8}, .held = Seq{5}}).first_retained, Seq{5});
  EXPECT_EQ(trim(mine_, {.below = Seq{8}, .held = Seq{7}}).first_retained, Seq{7});
  EXPECT_EQ(seqs(read(mine_)), (Seqs{7, 8}));
}

TEST_P(LogStorageContract, TrimForgetsInItsOwnLogOnly) {
  const auto theirs = key("user-two", "thread-a");
  open(mine_);
  open(theirs);
  ASSERT_TRUE(append({{mine_, upkeep::tens(1, 3)}, {theirs, upkeep::tens(1, 3)}}));
  trim(mine_, {.events_max = 0});
  EXPECT_EQ(read(theirs), upkeep::tens(1, 3));
  EXPECT_EQ(upkeep::sums(open(theirs)), (upkeep::Sums{3, 30, 1, 0}));
}

// Long enough that an adapter may do it in parts.
TEST_P(LogStorageContract, LongLogsAreTrimmedAndRemovedAsShortOnesAre) {
  constexpr std::uint64_t kEvents = 5'000;
  open(mine_);
  ASSERT_TRUE(append(mine_, upkeep::tens(1, kEvents)));
  Answer<LogHead> head;
  Answer<Events> before, after;
  in_turn([&] {
    storage().read(mine_, {Seq{0}, 50}, before.completion());
    storage().trim(mine_, {.bytes_max = 30}, head.completion());
    storage().read(mine_, {Seq{0}, kUnlimited}, after.completion());
  });
  wait(before, head, after);
  EXPECT_EQ(seqs(before.result().value()), (Seqs{1, 2, 3, 4, 5}));
  EXPECT_EQ(seqs(after.result().value()), (Seqs{kEvents - 2, kEvents - 1, kEvents}));
  EXPECT_EQ(upkeep::sums(head.result().value()), (upkeep::Sums{3, 30, kEvents - 2, 0}));
  ASSERT_TRUE(append(mine_, upkeep::tens(kEvents + 1, 2 * kEvents)));
  ASSERT_TRUE(remove(mine_));
  EXPECT_EQ(open(mine_, "new").epoch, Epoch("new"));
  EXPECT_TRUE(read(mine_).empty());
  ASSERT_TRUE(append(mine_, upkeep::tens(1, 3)));
  fixture_->restart();
  EXPECT_EQ(read(mine_), upkeep::tens(1, 3));
}

TEST_P(LogStorageContract, OverdueByAgeNamesLogsWithOlderEvents) {
  const auto young = key("user-one", "young"), empty = key("user-one", "empty");
  for (const auto& key : {mine_, young, empty}) open(key);
  ASSERT_TRUE(append({{mine_, upkeep::tens(1, 3)}}));
  ASSERT_TRUE(append(young, {upkeep::folded(1, 5)}));
  ASSERT_TRUE(append(empty, upkeep::tens(1, 1)));
  trim(empty, {.events_max = 0});
  EXPECT_TRUE(overdue({}).empty());
  EXPECT_TRUE(overdue({.oldest = upkeep::at(1)}).empty());
  const auto found = overdue({.oldest = upkeep::at(2)});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].key, mine_);
  EXPECT_EQ(found[0].limits.oldest, upkeep::at(2));
  EXPECT_EQ(upkeep::sums(trim(mine_, found[0].limits)), (upkeep::Sums{2, 20, 2, 0}));
  EXPECT_TRUE(overdue({.oldest = upkeep::at(2)}).empty()) << "what was trimmed is no longer";
  EXPECT_EQ(upkeep::threads(overdue({.oldest = upkeep::at(9)})),
            (upkeep::Names{"thread-a", "young"}))
      << "the idlest first";
}

TEST_P(LogStorageContract, OverdueSeesReplacedAndAppendedEvents) {
  open(mine_);
  ASSERT_TRUE(append(mine_, upkeep::tens(1, 3)));
  ASSERT_TRUE(replace(mine_, {upkeep::folded(1, 3)}));
  EXPECT_TRUE(overdue({.oldest = upkeep::at(3)}).empty());
  EXPECT_EQ(overdue({.oldest = upkeep::at(4)}).size(), 1u);
  trim(mine_, {.events_max = 0});
  ASSERT_TRUE(append(mine_, upkeep::tens(4, 5)));
  EXPECT_TRUE(overdue({.oldest = upkeep::at(4)}).empty());
  EXPECT_EQ(overdue({.oldest = upkeep::at(5)}).size(), 1u);
  fixture_->restart();
  EXPECT_EQ(overdue({.oldest = upkeep::at(5)}).size(), 1u);
}

TEST_P(LogStorageContract, OverdueByTotalBytesNamesTheIdlestUntilTheGoalIsReached) {
  const auto idle = key("user-two", "idle"), busy = key("user-one", "busy");
  for (const auto& key : {mine_, idle, busy}) open(key);
  ASSERT_TRUE(append(busy, upkeep::tens(1, 9)));
  ASSERT_TRUE(append(idle, upkeep::tens(1, 3)));
  ASSERT_TRUE(append(mine_, upkeep::tens(1, 5)));  // 170 bytes together
  EXPECT_TRUE(overdue({.bytes_max = 170}).empty());
  const auto found = overdue({.bytes_max = 120});
  ASSERT_EQ(upkeep::threads(found), (upkeep::Names{"idle", "thread-a"}));
  EXPECT_EQ(found[0].key, idle);
  EXPECT_EQ(found[0].limits.bytes_max, 0u);
  EXPECT_EQ(found[1].limits.bytes_max, 30u);
  for (const OverdueLog& log : found) trim(log.key, log.limits);
  EXPECT_TRUE(overdue({.bytes_max = 120}).empty());
  EXPECT_EQ(open(mine_).bytes + open(busy).bytes + open(idle).bytes, 120u);
}

TEST_P(LogStorageContract, OverdueByBytesAndAge) {
  const auto second = key("user-one", "second"), third = key("user-one", "third");
  for (const auto& key : {mine_, second, third}) open(key);
  ASSERT_TRUE(append(mine_, upkeep::tens(1, 2)));
  ASSERT_TRUE(append(second, upkeep::tens(1, 3)));
  Events young = upkeep::tens(1, 4);
  for (StoredEvent& event : young) event.at = upkeep::at(8);
  ASSERT_TRUE(append(third, young));
  const auto found = overdue({.oldest = upkeep::at(2), .bytes_max = 75});
  ASSERT_EQ(upkeep::threads(found), (upkeep::Names{"thread-a", "second"}));
  EXPECT_EQ(found[0].limits.bytes_max, 5u);
  EXPECT_EQ(found[1].limits.bytes_max, TrimLimits{}.bytes_max) << "only too old";
}

TEST_P(LogStorageContract, OverdueNamesNoMoreThanItsLimit) {
  constexpr std::size_t kLogs = LogStorage::kOverdueMax + 20;
  Appends appends;
  for (std::size_t i = 0; i < kLogs; ++i) {
    const auto thread = key("user-one", "thread-" + std::to_string(1'000 + i));
    open(thread);
    appends.push_back({thread, upkeep::tens(1, 1)});
  }
  ASSERT_TRUE(append(std::move(appends)));
  EXPECT_EQ(overdue({.oldest = upkeep::at(5)}).size(), LogStorage::kOverdueMax);
  const auto by_bytes = overdue({.bytes_max = 0});
  ASSERT_EQ(by_bytes.size(), LogStorage::kOverdueMax);
  EXPECT_EQ(by_bytes[0].key.thread_id().str(), "thread-1000");
}

TEST_P(LogStorageContract, ARemovedLogIsNeverOverdue) {
  open(mine_);
  ASSERT_TRUE(append(mine_, upkeep::tens(1, 3)));
  ASSERT_TRUE(remove(mine_));
  EXPECT_TRUE(overdue({.oldest = upkeep::at(9), .bytes_max = 0}).empty());
  const LogHead head = trim(mine_, {.oldest = upkeep::at(9)});
  EXPECT_EQ(head.epoch, Epoch());
  EXPECT_EQ(head.last, Seq{0});
  EXPECT_EQ(upkeep::sums(head), (upkeep::Sums{0, 0, 1, 0}));
  EXPECT_TRUE(replace(mine_, {upkeep::folded(1, 3)}));
  EXPECT_TRUE(read(mine_).empty());
}

}  // namespace gp::log
