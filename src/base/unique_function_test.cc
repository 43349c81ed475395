#include "base/unique_function.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

namespace gp {
namespace {

struct Counts {
  int alive = 0;
  int calls = 0;
};

/// A callable of at least `Bytes`, counted.
template <std::size_t Bytes, bool kThrowingMove = false>
class Counted {
 public:
  explicit Counted(Counts& counts) : counts_(&counts) { ++counts_->alive; }
  Counted(Counted&& other) noexcept(!kThrowingMove) : counts_(other.counts_) { ++counts_->alive; }
  Counted(const Counted&) = delete;
  ~Counted() { --counts_->alive; }
  int operator()(int number) {
    ++counts_->calls;
    return number + 1;
  }

 private:
  Counts* counts_;
  std::array<char, Bytes> ballast_{};
};

using Function = UniqueFunction<int(int)>;

template <class Callable>
class UniqueFunctionOf : public testing::Test {};
using Callables =
    testing::Types<Counted<1>, Counted<40>, Counted<41>, Counted<500>, Counted<1, true>>;
TYPED_TEST_SUITE(UniqueFunctionOf, Callables);

TYPED_TEST(UniqueFunctionOf, DestroysItsCallableOnce) {
  Counts counts;
  {
    Function function{TypeParam(counts)};
    EXPECT_EQ(counts.alive, 1);
    EXPECT_EQ(function(1), 2);
    EXPECT_EQ(function(2), 3);
  }
  EXPECT_EQ(counts.alive, 0);
  EXPECT_EQ(counts.calls, 2);
}

TYPED_TEST(UniqueFunctionOf, HandsItsCallableOn) {
  Counts counts;
  Function first{TypeParam(counts)};
  Function second(std::move(first));
  EXPECT_FALSE(static_cast<bool>(first));
  EXPECT_TRUE(static_cast<bool>(second));
  EXPECT_EQ(counts.alive, 1);
  EXPECT_EQ(second(1), 2);
  first = std::move(second);
  EXPECT_EQ(first(1), 2);
  EXPECT_EQ(counts.alive, 1);
}

TYPED_TEST(UniqueFunctionOf, DropsTheOldCallableWhenItGetsANewOne) {
  Counts old_counts;
  Counts new_counts;
  Function function{TypeParam(old_counts)};
  function = Function{TypeParam(new_counts)};
  EXPECT_EQ(old_counts.alive, 0);
  EXPECT_EQ(new_counts.alive, 1);
  function = nullptr;
  EXPECT_EQ(new_counts.alive, 0);
  EXPECT_FALSE(static_cast<bool>(function));
}

TYPED_TEST(UniqueFunctionOf, SurvivesAMoveToItself) {
  Counts counts;
  Function function{TypeParam(counts)};
  Function& same = function;
  function = std::move(same);
  EXPECT_EQ(counts.alive, 1);
  EXPECT_EQ(function(1), 2);
}

TEST(UniqueFunction, OwnsWhatCannotBeCopied) {
  UniqueFunction<int()> function = [owned = std::make_unique<int>(7)] { return *owned; };
  UniqueFunction<int()> other = std::move(function);
  EXPECT_EQ(other(), 7);
}

TEST(UniqueFunction, PassesArgumentsThrough) {
  UniqueFunction<std::string(std::unique_ptr<std::string>, int&)> function =
      [](std::unique_ptr<std::string> text, int& count) {
        ++count;
        return *text;
      };
  int count = 0;
  EXPECT_EQ(function(std::make_unique<std::string>("moved"), count), "moved");
  EXPECT_EQ(count, 1);
}

TEST(UniqueFunction, IsEmptyByDefault) {
  UniqueFunction<void()> function;
  EXPECT_FALSE(static_cast<bool>(function));
  EXPECT_FALSE(static_cast<bool>(UniqueFunction<void()>(nullptr)));
  EXPECT_DEATH(function(), "empty UniqueFunction");
}

}  // namespace
}  // namespace gp
