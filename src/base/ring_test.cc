#include "base/ring.h"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>

#include "base/random.h"

namespace gp {
namespace {

TEST(Ring, DoesWhatADequeDoes) {
  SeededRandom random(7);
  Ring<std::string> ring;
  std::deque<std::string> model;
  for (int step = 0; step < 20'000; ++step) {
    // It grows for a while, then it shrinks: memory is moved in both directions.
    const std::uint64_t pushes = step / 2'000 % 2 == 0 ? 6 : 3;
    if (random.below(10) < pushes || model.empty()) {
      const std::string value(random.below(40), static_cast<char>('a' + step % 26));
      ring.push_back(value);
      model.push_back(value);
    } else {
      ring.pop_front();
      model.pop_front();
    }
    ASSERT_EQ(ring.size(), model.size());
    ASSERT_EQ(ring.empty(), model.empty());
    if (model.empty()) continue;
    ASSERT_EQ(ring.front(), model.front());
    ASSERT_EQ(ring.back(), model.back());
    const std::size_t at = random.below(model.size());
    ASSERT_EQ(ring[at], model[at]);
  }
}

TEST(Ring, OwnsWhatItHolds) {
  auto counted = std::make_shared<int>(0);
  {
    Ring<std::shared_ptr<int>> ring;
    for (int i = 0; i < 100; ++i) ring.push_back(counted);
    for (int i = 0; i < 30; ++i) ring.pop_front();
    EXPECT_EQ(counted.use_count(), 71);
    Ring<std::shared_ptr<int>> taken(std::move(ring));
    EXPECT_EQ(taken.size(), 70u);
    EXPECT_EQ(counted.use_count(), 71);
    taken = {};
    EXPECT_EQ(counted.use_count(), 1);
    taken.push_back(counted);
    EXPECT_EQ(counted.use_count(), 2);
  }
  EXPECT_EQ(counted.use_count(), 1);
}

}  // namespace
}  // namespace gp
