#include "runtime/timer_queue.h"

#include <gtest/gtest.h>

#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"

namespace gp::runtime {
namespace {

MonotonicTime at(int milliseconds) {
  return MonotonicTime(std::chrono::milliseconds(milliseconds));
}

TEST(TimerQueue, GivesDueTasksByDeadlineThenByAge) {
  TimerQueue queue;
  std::string ran;
  queue.add(at(20), [&] { ran += "c"; });
  queue.add(at(10), [&] { ran += "a"; });
  queue.add(at(20), [&] { ran += "d"; });
  queue.add(at(10), [&] { ran += "b"; });
  queue.add(at(21), [&] { ran += "late"; });
  EXPECT_EQ(queue.next_deadline(), at(10));
  while (Task task = queue.take_due(at(20))) task();
  EXPECT_EQ(ran, "abcd");
  EXPECT_EQ(queue.next_deadline(), at(21));
  EXPECT_EQ(queue.size(), 1u);
}

TEST(TimerQueue, GivesNothingBeforeItsTime) {
  TimerQueue queue;
  EXPECT_EQ(queue.next_deadline(), std::nullopt);
  EXPECT_FALSE(static_cast<bool>(queue.take_due(at(1'000))));
  queue.add(at(10), [] {});
  EXPECT_FALSE(static_cast<bool>(queue.take_due(at(9))));
  EXPECT_TRUE(static_cast<bool>(queue.take_due(at(10))));
}

TEST(TimerQueue, ForgetsWhatIsCancelled) {
  TimerQueue queue;
  std::string ran;
  const TimerId first = queue.add(at(1), [&] { ran += "first"; });
  const TimerId second = queue.add(at(1), [&] { ran += "second"; });
  queue.cancel(first);
  queue.cancel(first);
  queue.cancel(TimerId{});
  queue.cancel(TimerId{99});
  while (Task task = queue.take_due(at(1))) task();
  EXPECT_EQ(ran, "second");
  queue.cancel(second);
  EXPECT_EQ(queue.size(), 0u);
}

TEST(TimerQueue, DoesWhatASortedListDoes) {
  SeededRandom random(5);
  TimerQueue queue;
  std::vector<int> ran;
  std::set<std::pair<int, int>> model;  // deadline, in order of arming
  std::map<int, std::pair<TimerId, int>> armed;
  int now = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t choice = random.below(10);
    if (choice < 5) {
      const int when = now + static_cast<int>(random.below(300));
      armed[i] = {queue.add(at(when), [&ran, i] { ran.push_back(i); }), when};
      model.emplace(when, i);
    } else if (choice < 7 && !armed.empty()) {
      const auto any = std::next(armed.begin(), static_cast<int>(random.below(armed.size())));
      queue.cancel(any->second.first);
      queue.cancel(any->second.first);
      model.erase({any->second.second, any->first});
      armed.erase(any);
    } else {
      now += static_cast<int>(random.below(20));
      ran.clear();
      while (Task task = queue.take_due(at(now))) task();
      std::vector<int> expected;
      for (; !model.empty() && model.begin()->first <= now; model.erase(model.begin())) {
        expected.push_back(model.begin()->second);
        // What has run cannot be cancelled, nor can who took its place.
        queue.cancel(armed.at(model.begin()->second).first);
        armed.erase(model.begin()->second);
      }
      ASSERT_EQ(ran, expected);
    }
    ASSERT_EQ(queue.size(), model.size());
    if (!model.empty()) {
      ASSERT_EQ(queue.next_deadline(), at(model.begin()->first));
    }
  }
}

TEST(TimerQueue, NeverUsesAnIdTwice) {
  TimerQueue queue;
  const TimerId first = queue.add(at(1), [] {});
  queue.clear();
  EXPECT_EQ(queue.next_deadline(), std::nullopt);
  EXPECT_NE(queue.add(at(1), [] {}).value, first.value);
  EXPECT_TRUE(static_cast<bool>(first));
}

}  // namespace
}  // namespace gp::runtime
