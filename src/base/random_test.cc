#include "base/random.h"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <vector>

namespace gp {
namespace {

// The reference outputs of SplitMix64 for seed 1234567.
TEST(SeededRandom, MatchesSplitMix64) {
  SeededRandom random(1'234'567);
  EXPECT_EQ(random.next(), 6'457'827'717'110'365'317ULL);
  EXPECT_EQ(random.next(), 3'203'168'211'198'807'973ULL);
  EXPECT_EQ(random.next(), 9'817'491'932'198'370'423ULL);
}

TEST(SeededRandom, FillsTheSameBytesForTheSameSeed) {
  std::array<std::byte, 100> first{};
  std::array<std::byte, 100> second{};
  SeededRandom(5).fill(first);
  SeededRandom(5).fill(second);
  EXPECT_EQ(first, second);
  SeededRandom(6).fill(second);
  EXPECT_NE(first, second);
}

TEST(Random, StaysBelowItsBound) {
  SeededRandom random(1);
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1'000; ++i) seen.insert(random.below(7));
  EXPECT_EQ(seen.size(), 7u);
  EXPECT_EQ(*seen.rbegin(), 6u);
  EXPECT_EQ(random.below(1), 0u);
}

TEST(SystemRandom, FillsEverySizeAcrossItsBuffer) {
  SystemRandom random;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{511}, std::size_t{512},
                                 std::size_t{513}, std::size_t{5'000}}) {
    std::vector<std::byte> bytes(size);
    random.fill(bytes);
    if (size >= 511) {
      EXPECT_GT(std::set<std::byte>(bytes.begin(), bytes.end()).size(), 100u) << size;
    }
  }
}

TEST(SystemRandom, NeverGivesTheSameTwice) {
  SystemRandom first;
  SystemRandom second;
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_TRUE(seen.insert(first.next()).second);
    EXPECT_TRUE(seen.insert(second.next()).second);
  }
}

}  // namespace
}  // namespace gp
