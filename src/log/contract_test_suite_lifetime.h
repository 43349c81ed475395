/// The second part of contract_test_suite.h, which includes it: owners, epochs, removal and restart
/// of logs.
#pragma once

#include "log/contract_test_suite.h"

namespace gp::log {

TEST_P(LogStorageContract, OwnersWithTheSameThreadIdAreApart) {
  const auto theirs = key("user-two", "thread-a");
  open(mine_, "mine");
  EXPECT_EQ(open(theirs, "theirs").epoch, Epoch("theirs"));
  ASSERT_TRUE(append(mine_, events(1, 3)));
  EXPECT_TRUE(read(theirs).empty());
  ASSERT_TRUE(append(theirs, events(1, 1)));
  ASSERT_TRUE(remove(mine_));
  EXPECT_EQ(seqs(read(theirs)), (Seqs{1}));
  EXPECT_EQ(open(theirs).epoch, Epoch("theirs"));
}

TEST_P(LogStorageContract, KeysAreNotRunTogether) {
  const auto left = key("ab", "c-thread"), right = key("abc-", "thread");
  open(left);
  open(right);
  ASSERT_TRUE(append(left, events(1, 2)));
  EXPECT_TRUE(read(right).empty());
}

TEST_P(LogStorageContract, AThreadThatWasNeverOpenedHasNoLog) {
  EXPECT_TRUE(read(mine_).empty());
  EXPECT_EQ(trim(mine_, {.below = Seq{5}}).first_retained, Seq{1});
  EXPECT_TRUE(replace(mine_, {event(1)}));
  EXPECT_TRUE(renew(mine_, "not-made"));
  EXPECT_TRUE(remove(mine_));
  EXPECT_EQ(open(mine_, "made").epoch, Epoch("made"));
}

TEST_P(LogStorageContract, ANewEpochKeepsTheEvents) {
  open(mine_, "old");
  ASSERT_TRUE(append(mine_, events(1, 2)));
  ASSERT_TRUE(renew(mine_, "new"));
  const LogHead head = open(mine_, "unused");
  EXPECT_EQ(head.epoch, Epoch("new"));
  EXPECT_EQ(head.last, Seq{2});
  EXPECT_EQ(seqs(read(mine_)), (Seqs{1, 2}));
}

TEST_P(LogStorageContract, AfterRemoveANewLogBegins) {
  open(mine_, "old");
  ASSERT_TRUE(append(mine_, events(1, 3)));
  ASSERT_TRUE(remove(mine_));
  EXPECT_TRUE(read(mine_).empty());
  EXPECT_FALSE(append(mine_, events(4, 4)));
  const LogHead head = open(mine_, "new");
  EXPECT_EQ(head.epoch, Epoch("new"));
  EXPECT_EQ(head.last, Seq{0});
  EXPECT_EQ(head.first_retained, Seq{1});
  EXPECT_TRUE(read(mine_).empty());
  EXPECT_TRUE(append(mine_, events(1, 1)));
}

TEST_P(LogStorageContract, WhatCompletedIsThereAfterARestart) {
  const auto other = key("user-two", "thread-b");
  open(mine_, "old");
  open(other);
  ASSERT_TRUE(append({{mine_, events(1, 3)}, {other, events(1, 2)}}));
  ASSERT_TRUE(renew(mine_, "renewed"));
  EXPECT_EQ(trim(mine_, {.below = Seq{2}}).first_retained, Seq{2});
  ASSERT_TRUE(remove(other));
  fixture_->restart();
  const LogHead head = open(mine_, "unused");
  EXPECT_EQ(head.epoch, Epoch("renewed"));
  EXPECT_EQ(head.last, Seq{3});
  EXPECT_EQ(head.first_retained, Seq{2});
  EXPECT_EQ(seqs(read(mine_)), (Seqs{2, 3}));
  EXPECT_TRUE(read(other).empty());
  EXPECT_TRUE(append(mine_, events(4, 4)));
}

TEST_P(LogStorageContract, AnEmptyAppendSucceeds) {
  open(mine_);
  EXPECT_TRUE(append(Appends{}));
  EXPECT_TRUE(append(mine_, Events{}));
  EXPECT_EQ(open(mine_).last, Seq{0});
}

}  // namespace gp::log
