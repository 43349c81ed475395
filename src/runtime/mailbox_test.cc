#include "runtime/mailbox.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <thread>
#include <vector>

#include "runtime/core_thread.h"

namespace gp::runtime {
namespace {

bool readable(const Mailbox& mailbox) {
  pollfd descriptor{mailbox.event_fd(), POLLIN, 0};
  return ::poll(&descriptor, 1, 0) == 1;
}

TEST(Mailbox, RunsTasksInTheOrderOfTheirProducer) {
  Mailbox mailbox;
  std::vector<int> ran;
  EXPECT_FALSE(readable(mailbox));
  for (int i = 0; i < 5; ++i) mailbox.push([&ran, i] { ran.push_back(i); });
  EXPECT_TRUE(readable(mailbox));
  mailbox.drain();
  EXPECT_EQ(ran, (std::vector<int>{0, 1, 2, 3, 4}));
  EXPECT_FALSE(readable(mailbox));
}

TEST(Mailbox, LeavesWhatATaskPushesForTheNextDrain) {
  Mailbox mailbox;
  int ran = 0;
  mailbox.push([&] { mailbox.push([&] { ++ran; }); });
  mailbox.drain();
  EXPECT_EQ(ran, 0);
  EXPECT_TRUE(readable(mailbox));
  mailbox.drain();
  EXPECT_EQ(ran, 1);
}

TEST(Mailbox, RefusesPolitePushesWhenItIsFull) {
  Mailbox mailbox;
  std::size_t ran = 0;
  for (std::size_t i = 0; i < Mailbox::kEntriesMax; ++i)
    ASSERT_TRUE(mailbox.try_push([&] { ++ran; }));
  EXPECT_FALSE(mailbox.try_push([&] { ++ran; }));
  mailbox.push([&] { ++ran; });
  mailbox.drain();
  EXPECT_EQ(ran, Mailbox::kEntriesMax + 1);
  EXPECT_TRUE(mailbox.try_push([] {}));
}

TEST(Mailbox, DestroysTasksThatNeverRan) {
  const auto held = std::make_shared<int>(1);
  {
    Mailbox mailbox;
    mailbox.push([held] {});
    mailbox.push([held] {});
    EXPECT_EQ(held.use_count(), 3);
  }
  EXPECT_EQ(held.use_count(), 1);
}

TEST(AsioCore, HearsEveryPostOfManyThreadsInOrder) {
  constexpr std::size_t kThreads = 4;
  constexpr std::size_t kPosts = 5'000;
  CoreThread core_thread(0);
  std::vector<std::vector<std::size_t>> ran(kThreads);
  Countdown all(kThreads * kPosts);
  core_thread.start(std::nullopt);
  std::vector<std::thread> producers;
  for (std::size_t producer = 0; producer < kThreads; ++producer) {
    producers.emplace_back([&, producer] {
      for (std::size_t i = 0; i < kPosts; ++i) {
        core_thread.core().post([&, producer, i] {
          core_thread.core().assert_here();
          ran[producer].push_back(i);
          all.arrive();
        });
      }
    });
  }
  for (std::thread& producer : producers) producer.join();
  ASSERT_TRUE(all.wait_for(std::chrono::seconds(60)));
  core_thread.stop();
  for (const auto& numbers : ran) {
    ASSERT_EQ(numbers.size(), kPosts);
    EXPECT_TRUE(std::is_sorted(numbers.begin(), numbers.end()));
  }
}

// One post at a time, each only after the one before ran: a lost wake-up would hang here.
TEST(AsioCore, WakesForEachSinglePost) {
  CoreThread core_thread(0);
  core_thread.start(std::nullopt);
  for (int i = 0; i < 2'000; ++i) {
    Countdown done(1);
    core_thread.core().post([&] { done.arrive(); });
    ASSERT_TRUE(done.wait_for(std::chrono::seconds(60))) << i;
  }
}

TEST(AsioCore, TwoCoresAnswerEachOther) {
  CoreThread first(0);
  CoreThread second(1);
  Countdown done(1);
  int left = 2'000;
  UniqueFunction<void()> serve;
  serve = [&] {
    if (left-- == 0) return done.arrive();
    second.core().post([&] { first.core().post([&] { serve(); }); });
  };
  first.start(std::nullopt);
  second.start(std::nullopt);
  first.core().post([&] { serve(); });
  EXPECT_TRUE(done.wait_for(std::chrono::seconds(60)));
}

}  // namespace
}  // namespace gp::runtime
