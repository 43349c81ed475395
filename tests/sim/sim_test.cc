// The simulator itself: it is clean on today's code, it repeats itself, and it finds what is
// planted.
#include <gtest/gtest.h>

#include "hunt.h"

namespace gp::sim {
namespace {

constexpr std::uint64_t kSeed = 20260901;
constexpr std::uint64_t kSchedulesPerBug = 2000;

TEST(Simulator, FindsNothingInTheCodeAsItIs) {
  ASSERT_TRUE(plant(""));
  const auto found = hunt(kSeed, 0, 300);
  ASSERT_FALSE(found) << "schedule " << found->schedule << " of seed " << kSeed << ": "
                      << found->outcome.promise << ": " << found->outcome.what;
}

TEST(Simulator, TheSameSeedIsTheSameTrace) {
  ASSERT_TRUE(plant(""));
  std::uint64_t different = 0;
  for (std::uint64_t number = 0; number < 40; ++number) {
    const Outcome once = replay(kSeed, number, Trace::Lines::kNone);
    const Outcome again = replay(kSeed, number, Trace::Lines::kKept);
    EXPECT_EQ(once.trace_hash, again.trace_hash) << "schedule " << number;
    different += once.trace_hash != replay(kSeed + 1, number, Trace::Lines::kNone).trace_hash;
  }
  EXPECT_EQ(different, 40U) << "another seed must be another story";
}

class PlantedBug : public testing::TestWithParam<std::string_view> {};

TEST_P(PlantedBug, IsFound) {
  ASSERT_TRUE(plant(GetParam()));
  const auto found = hunt(kSeed, 0, kSchedulesPerBug);
  ASSERT_TRUE(plant(""));
  ASSERT_TRUE(found) << "not within " << kSchedulesPerBug << " schedules";
  // It is the bug that was found, and nothing else.
  EXPECT_EQ(replay(kSeed, found->schedule, Trace::Lines::kNone).promise, "");
}

INSTANTIATE_TEST_SUITE_P(Every, PlantedBug, testing::ValuesIn(planted_bugs()),
                         [](const auto& bug) { return std::string(bug.param); });

}  // namespace
}  // namespace gp::sim
