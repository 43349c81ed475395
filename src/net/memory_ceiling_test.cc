#include "net/memory_ceiling.h"

#include <gtest/gtest.h>

namespace gp::net {
namespace {

constexpr MonotonicTime kNow{std::chrono::hours(1)};

TEST(MemoryCeiling, IsReachedUntilMemoryIsBelowAgain) {
  std::size_t bytes = 99;
  int looks = 0;
  MemoryCeiling ceiling(100, [&] { return ++looks, bytes; });
  EXPECT_FALSE(ceiling.reached(kNow));
  bytes = 101;
  EXPECT_FALSE(ceiling.reached(kNow + MemoryCeiling::kLook / 2)) << "it looks now and then only";
  EXPECT_EQ(looks, 1);
  EXPECT_TRUE(ceiling.reached(kNow + MemoryCeiling::kLook));
  EXPECT_TRUE(ceiling.reached(kNow + MemoryCeiling::kLook * 3 / 2));
  bytes = 100;
  EXPECT_FALSE(ceiling.reached(kNow + MemoryCeiling::kLook * 2));
}

TEST(MemoryCeiling, CountsNoFreeMemoryOfTheAllocator) {
  int looks = 0;
  MemoryCeiling ceiling(100, [&] { return ++looks == 1 ? std::size_t{101} : std::size_t{100}; });
  EXPECT_FALSE(ceiling.reached(kNow)) << "what the allocator gave back was enough";
  EXPECT_EQ(looks, 2);
}

TEST(MemoryCeiling, ZeroIsNone) {
  MemoryCeiling ceiling(0, [] { return ~std::size_t{0}; });
  EXPECT_FALSE(ceiling.reached(kNow));
}

TEST(MemoryCeiling, TheSystemTells) { EXPECT_GT(resident_bytes(), std::size_t{1} << 20); }

}  // namespace
}  // namespace gp::net
