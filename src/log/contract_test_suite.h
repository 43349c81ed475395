/// The contract of LogStorage as tests. Every adapter runs them, from one x_test.cc:
///
///   INSTANTIATE_TEST_SUITE_P(Memory, LogStorageContract, testing::Values(&make_fixture));
///
/// where make_fixture returns a LogStorageFixture. Included by tests only. Appending and reading
/// are tested here, the life of a log (owners, epochs, removal, restart) in
/// contract_test_suite_lifetime.h, folding in contract_test_suite_upkeep.h and retention in
/// contract_test_suite_retention.h, all included by this one.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "log/log_storage.h"
#include "protocol/codes.h"
#include "runtime/core.h"

namespace gp::log {

/// An adapter under test with all it stands on.
class LogStorageFixture {
 public:
  virtual ~LogStorageFixture() = default;
  virtual runtime::Core& core() = 0;
  virtual LogStorage& storage() = 0;
  /// Lets the core run until `done`; false if it came to rest (or did nothing for long) before.
  virtual bool run_until(UniqueFunction<bool()> done) = 0;
  /// Ends the adapter in good order and makes another one over what it kept.
  virtual void restart() = 0;
};

class LogStorageContract : public testing::TestWithParam<std::unique_ptr<LogStorageFixture> (*)()> {
 protected:
  using Events = std::vector<StoredEvent>;
  using Appends = std::vector<LogAppend>;
  static constexpr std::size_t kUnlimited = 1'000'000'000;

  /// The answer to one operation; its Completion may come once only.
  template <class T>
  class Answer {
   public:
    Completion<Result<T>> completion() {
      return [this](Result<T> result) {
        ++calls_;
        result_.emplace(std::move(result));
      };
    }
    int calls() const { return calls_; }
    Result<T>& result() { return *result_; }

   private:
    int calls_ = 0;
    std::optional<Result<T>> result_;
  };

  static identity::ThreadKey key(std::string owner, std::string thread) {
    return identity::ThreadKey::from_storage(UserId(std::move(owner)), ThreadId(std::move(thread)));
  }
  static StoredEvent folded(std::uint64_t first_seq, std::uint64_t seq) {
    return {Seq{seq}, Seq{first_seq}, protocol::EventType::token,
            R"({"seq":)" + std::to_string(seq) + "}"};
  }
  static StoredEvent event(std::uint64_t seq) { return folded(seq, seq); }
  static Events events(std::uint64_t first, std::uint64_t last) {
    Events made;
    for (std::uint64_t seq = first; seq <= last; ++seq) made.push_back(event(seq));
    return made;
  }
  static std::vector<std::uint64_t> seqs(const Events& events) {
    std::vector<std::uint64_t> found;
    for (const StoredEvent& event : events) found.push_back(event.seq.value);
    return found;
  }
  using Seqs = std::vector<std::uint64_t>;

  LogStorage& storage() { return fixture_->storage(); }

  template <class Ask>
  void in_turn(Ask ask) {
    runtime::Core::Turn turn(fixture_->core());
    ask();
  }
  /// Answers live on the stacks of tests: one that never comes must not be waited for elsewhere.
  template <class... Answers>
  void wait(Answers&... answers) {
    if (fixture_->run_until([&] { return ((answers.calls() > 0) && ...); })) return;
    ADD_FAILURE() << "an operation never completed";
    std::abort();
  }
  template <class T, class Ask>
  Result<T> get(Ask ask) {
    Answer<T> answer;
    in_turn([&] { ask(answer.completion()); });
    wait(answer);
    return std::move(answer.result());
  }

  LogHead open(const identity::ThreadKey& key, const std::string& epoch = "e1") {
    return get<LogHead>([&](auto done) { storage().open(key, Epoch(epoch), std::move(done)); })
        .value();
  }
  Result<> append(Appends appends) {
    return get<void>([&](auto done) { storage().append(std::move(appends), std::move(done)); });
  }
  Result<> append(const identity::ThreadKey& key, Events events) {
    return append(Appends{{key, std::move(events)}});
  }
  Events read(const identity::ThreadKey& key, std::uint64_t after = 0,
              std::size_t bytes_max = kUnlimited) {
    return get<Events>([&](auto done) {
             storage().read(key, ReadRange{Seq{after}, bytes_max}, std::move(done));
           })
        .value();
  }
  Result<> replace(const identity::ThreadKey& key, Events folded) {
    return get<void>(
        [&](auto done) { storage().replace(key, std::move(folded), std::move(done)); });
  }
  LogHead trim(const identity::ThreadKey& key, const TrimLimits& limits) {
    return get<LogHead>([&](auto done) { storage().trim(key, limits, std::move(done)); }).value();
  }
  std::vector<OverdueLog> overdue(const RetentionGoal& goal) {
    return get<std::vector<OverdueLog>>(
               [&](auto done) { storage().overdue(goal, std::move(done)); })
        .value();
  }
  Result<> remove(const identity::ThreadKey& key) {
    return get<void>([&](auto done) { storage().remove(key, std::move(done)); });
  }
  Result<> renew(const identity::ThreadKey& key, const std::string& epoch) {
    return get<void>([&](auto done) { storage().renew_epoch(key, Epoch(epoch), std::move(done)); });
  }

  std::unique_ptr<LogStorageFixture> fixture_ = GetParam()();
  identity::ThreadKey mine_ = key("user-one", "thread-a");
};

TEST_P(LogStorageContract, CompletesInALaterTurnAndOnceOnly) {
  Answer<LogHead> opened;
  Answer<void> appended, renewed, replaced, removed;
  Answer<LogHead> trimmed;
  Answer<std::vector<OverdueLog>> overdue;
  Answer<Events> read;
  const auto calls = [&] {
    return opened.calls() + appended.calls() + read.calls() + renewed.calls() + replaced.calls() +
           trimmed.calls() + overdue.calls() + removed.calls();
  };
  {
    runtime::Core::Turn turn(fixture_->core());
    storage().open(mine_, Epoch("e1"), opened.completion());
    storage().append({{mine_, events(1, 3)}}, appended.completion());
    storage().read(mine_, {Seq{0}, kUnlimited}, read.completion());
    storage().renew_epoch(mine_, Epoch("e2"), renewed.completion());
    storage().replace(mine_, {folded(1, 3)}, replaced.completion());
    storage().trim(mine_, {.below = Seq{2}}, trimmed.completion());
    storage().overdue({}, overdue.completion());
    storage().remove(mine_, removed.completion());
    EXPECT_EQ(calls(), 0);
  }
  EXPECT_EQ(calls(), 0);
  wait(opened, appended, read, renewed, replaced, trimmed, overdue, removed);
  EXPECT_EQ(open(mine_).last, Seq{0});  // everything before it has come by now
  EXPECT_EQ(calls(), 8);
}

TEST_P(LogStorageContract, ANewLogIsEmptyAndHasTheGivenEpoch) {
  const LogHead head = open(mine_, "first");
  EXPECT_EQ(head.epoch, Epoch("first"));
  EXPECT_EQ(head.last, Seq{0});
  EXPECT_EQ(head.first_retained, Seq{1});
  EXPECT_TRUE(read(mine_).empty());
}

TEST_P(LogStorageContract, OpenAgainKeepsEpochAndEvents) {
  open(mine_, "first");
  ASSERT_TRUE(append(mine_, events(1, 2)));
  const LogHead head = open(mine_, "second");
  EXPECT_EQ(head.epoch, Epoch("first"));
  EXPECT_EQ(head.last, Seq{2});
}

TEST_P(LogStorageContract, ReadGivesBackWhatWasAppended) {
  open(mine_);
  StoredEvent odd = event(1);
  odd.type = protocol::EventType::agent_completed;
  odd.json = std::string("{\"text\":\"h\xc3\xa9 \xf0\x9f\x8c\xb1 ' \\u0000 ") +
             std::string(1, '\0') + "\"}";
  ASSERT_TRUE(append(mine_, {odd}));
  const Events found = read(mine_);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].seq, Seq{1});
  EXPECT_EQ(found[0].first_seq, Seq{1});
  EXPECT_EQ(found[0].type, protocol::EventType::agent_completed);
  EXPECT_EQ(found[0].json, odd.json);
}

TEST_P(LogStorageContract, KeepsEveryEventType) {
  open(mine_);
  constexpr protocol::EventType kTypes[] = {
#define GP_EVENT(name, kind) protocol::EventType::name,
      GP_EVENT_TYPES(GP_EVENT)
#undef GP_EVENT
  };
  std::uint64_t seq = 0;
  for (const protocol::EventType type : kTypes) {
    StoredEvent made = event(++seq);
    made.type = type;
    ASSERT_TRUE(append(mine_, {made}));
  }
  const Events found = read(mine_);
  ASSERT_EQ(found.size(), std::size(kTypes));
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i].type, kTypes[i]);
}

TEST_P(LogStorageContract, ReadSeesAppendsAskedBeforeAndNotAfter) {
  open(mine_);
  Answer<void> first, second;
  Answer<Events> none, three, five;
  in_turn([&] {
    storage().read(mine_, {Seq{0}, kUnlimited}, none.completion());
    storage().append({{mine_, events(1, 3)}}, first.completion());
    storage().read(mine_, {Seq{0}, kUnlimited}, three.completion());
    storage().append({{mine_, events(4, 5)}}, second.completion());
    storage().read(mine_, {Seq{0}, kUnlimited}, five.completion());
  });
  wait(none, first, three, second, five);
  EXPECT_EQ(seqs(none.result().value()), Seqs{});
  EXPECT_EQ(seqs(three.result().value()), (Seqs{1, 2, 3}));
  EXPECT_EQ(seqs(five.result().value()), (Seqs{1, 2, 3, 4, 5}));
}

TEST_P(LogStorageContract, OrderHoldsAcrossTurnsToo) {
  open(mine_);
  constexpr std::uint64_t kTurns = 50;
  std::vector<Answer<void>> appended(kTurns);
  std::vector<Answer<Events>> pages(kTurns);
  for (std::uint64_t i = 0; i < kTurns; ++i) {
    in_turn([&] { storage().append({{mine_, {event(i + 1)}}}, appended[i].completion()); });
    in_turn([&] { storage().read(mine_, {Seq{0}, kUnlimited}, pages[i].completion()); });
  }
  for (std::uint64_t i = 0; i < kTurns; ++i) {
    wait(appended[i], pages[i]);
    EXPECT_TRUE(appended[i].result());
    EXPECT_EQ(pages[i].result().value().size(), i + 1);
  }
}

TEST_P(LogStorageContract, AReadIsNotReachedByForgettingAskedLater) {
  open(mine_);
  ASSERT_TRUE(append(mine_, events(1, 4)));
  Answer<Events> all, trimmed, gone;
  Answer<LogHead> trimming;
  Answer<void> removal;
  in_turn([&] { storage().read(mine_, {Seq{0}, kUnlimited}, all.completion()); });
  in_turn([&] {
    storage().trim(mine_, {.below = Seq{3}}, trimming.completion());
    storage().read(mine_, {Seq{0}, kUnlimited}, trimmed.completion());
    storage().remove(mine_, removal.completion());
    storage().read(mine_, {Seq{0}, kUnlimited}, gone.completion());
  });
  wait(all, trimming, trimmed, removal, gone);
  EXPECT_EQ(seqs(all.result().value()), (Seqs{1, 2, 3, 4}));
  EXPECT_EQ(seqs(trimmed.result().value()), (Seqs{3, 4}));
  EXPECT_EQ(seqs(gone.result().value()), Seqs{});
}

TEST_P(LogStorageContract, RefusesSeqsThatDoNotContinueTheLog) {
  open(mine_);
  ASSERT_TRUE(append(mine_, events(1, 2)));
  const std::vector<Events> wrong{{event(4)}, {event(2)},           {event(1)},
                                  {event(0)}, {event(3), event(5)}, {event(3), event(3)}};
  for (const Events& bad : wrong) {
    const Result<> result = append(mine_, bad);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Code::internal);
  }
  EXPECT_EQ(seqs(read(mine_)), (Seqs{1, 2}));
  EXPECT_EQ(open(mine_).last, Seq{2});
  EXPECT_TRUE(append(mine_, events(3, 4)));
}

TEST_P(LogStorageContract, AppendToALogThatWasNotOpenedIsRefused) {
  const Result<> result = append(mine_, events(1, 1));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::internal);
  EXPECT_TRUE(read(mine_).empty());
  EXPECT_EQ(open(mine_).last, Seq{0});
}

TEST_P(LogStorageContract, AnAppendForManyThreadsIsAllOrNothing) {
  const auto other = key("user-two", "thread-b");
  open(mine_);
  open(other);
  ASSERT_TRUE(append({{mine_, events(1, 2)}, {other, events(1, 1)}}));
  const Result<> result = append({{mine_, events(3, 4)}, {other, events(7, 8)}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::internal);
  EXPECT_EQ(seqs(read(mine_)), (Seqs{1, 2}));
  EXPECT_EQ(seqs(read(other)), (Seqs{1}));
  EXPECT_EQ(open(mine_).last, Seq{2});
  EXPECT_TRUE(append({{mine_, events(3, 4)}, {other, events(2, 2)}}));
}

TEST_P(LogStorageContract, OneAppendMayNameAThreadTwice) {
  open(mine_);
  EXPECT_TRUE(append({{mine_, events(1, 2)}, {mine_, events(3, 3)}}));
  EXPECT_FALSE(append({{mine_, events(4, 4)}, {mine_, events(4, 4)}}));
  EXPECT_EQ(seqs(read(mine_)), (Seqs{1, 2, 3}));
}

TEST_P(LogStorageContract, ARefusedAppendHarmsNothingElseOfItsTurn) {
  const auto other = key("user-two", "thread-b");
  open(mine_);
  open(other);
  Answer<void> good, bad, after;
  in_turn([&] {
    storage().append({{mine_, events(1, 1)}}, good.completion());
    storage().append({{other, events(9, 9)}}, bad.completion());
    storage().append({{mine_, events(2, 2)}}, after.completion());
  });
  wait(good, bad, after);
  EXPECT_TRUE(good.result());
  EXPECT_FALSE(bad.result());
  EXPECT_TRUE(after.result());
  EXPECT_EQ(seqs(read(mine_)), (Seqs{1, 2}));
}

TEST_P(LogStorageContract, ReadBeginsWithTheFirstAboveAfter) {
  open(mine_);
  ASSERT_TRUE(append(mine_, events(1, 5)));
  EXPECT_EQ(seqs(read(mine_, 3)), (Seqs{4, 5}));
  EXPECT_EQ(seqs(read(mine_, 5)), Seqs{});
  EXPECT_EQ(seqs(read(mine_, 99)), Seqs{});
  EXPECT_EQ(seqs(read(mine_, ~std::uint64_t{0})), Seqs{});
}

TEST_P(LogStorageContract, ReadInsideAFoldedEventGivesIt) {
  open(mine_);
  ASSERT_TRUE(append(mine_, {event(1), folded(2, 6), event(7)}));
  EXPECT_EQ(seqs(read(mine_, 1)), (Seqs{6, 7}));
  EXPECT_EQ(seqs(read(mine_, 4)), (Seqs{6, 7}));
  EXPECT_EQ(seqs(read(mine_, 6)), (Seqs{7}));
  EXPECT_EQ(read(mine_, 4)[0].first_seq, Seq{2});
  EXPECT_EQ(open(mine_).last, Seq{7});
}

TEST_P(LogStorageContract, ReadStopsBeforeTheLimitButGivesOneAtLeast) {
  open(mine_);
  ASSERT_TRUE(append(mine_, events(1, 9)));
  const std::size_t size = event(1).json.size();
  EXPECT_EQ(seqs(read(mine_, 0, 0)), (Seqs{1}));
  EXPECT_EQ(seqs(read(mine_, 0, size)), (Seqs{1}));
  EXPECT_EQ(seqs(read(mine_, 0, 2 * size - 1)), (Seqs{1}));
  EXPECT_EQ(seqs(read(mine_, 0, 2 * size)), (Seqs{1, 2}));
  EXPECT_EQ(seqs(read(mine_, 7, 3 * size)), (Seqs{8, 9}));
}

TEST_P(LogStorageContract, PagesReadOneAfterTheOtherCoverTheLog) {
  open(mine_);
  ASSERT_TRUE(append(mine_, events(1, 500)));
  std::uint64_t after = 0;
  while (true) {
    const Events page = read(mine_, after, 700);
    if (page.empty()) break;
    for (const StoredEvent& event : page) ASSERT_EQ(event.seq.value, ++after);
  }
  EXPECT_EQ(after, 500u);
}

}  // namespace gp::log

#include "log/contract_test_suite_lifetime.h"
#include "log/contract_test_suite_upkeep.h"
