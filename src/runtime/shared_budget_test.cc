#include "runtime/shared_budget.h"

#include <gtest/gtest.h>

#include "runtime/blocking_pool.h"

namespace gp::runtime {
namespace {

TEST(SharedBudget, RefusesWhatWouldExceedItsLimit) {
  SharedBudget budget(100);
  EXPECT_TRUE(budget.try_take(60));
  EXPECT_FALSE(budget.try_take(41));
  EXPECT_FALSE(budget.try_take(~std::size_t{0}));
  EXPECT_TRUE(budget.try_take(40));
  EXPECT_EQ(budget.bytes(), 100u);
  EXPECT_EQ(budget.holders(), 2u);
}

TEST(SharedBudget, TheFirstHolderAlwaysFits) {
  SharedBudget budget(100);
  EXPECT_TRUE(budget.try_take(1'000));
  EXPECT_FALSE(budget.try_take(1));
  budget.give_back(1'000);
  EXPECT_TRUE(budget.try_take(1));
}

TEST(SharedBudget, WaitsUntilAllIsBack) {
  SharedBudget budget(100);
  bool gave_back = false;
  ASSERT_TRUE(budget.try_take(10));
  budget.take();
  BlockingPool pool(1);
  pool.post([&] {
    budget.give_back(10);
    gave_back = true;
    budget.give_back(0);
  });
  budget.wait_until_unused();
  EXPECT_TRUE(gave_back);
  EXPECT_EQ(budget.bytes(), 0u);
}

}  // namespace
}  // namespace gp::runtime
