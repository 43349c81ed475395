#include "runtime/timer_queue.h"

#include <gtest/gtest.h>

#include <string>

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
