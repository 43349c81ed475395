#include "base/packed_strings.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gp {
namespace {

TEST(PackedStrings, GivesBackWhatItWasGiven) {
  const std::string zeros("a\0b", 3);
  const std::vector<std::string_view> given{"", "one", zeros, "", "\xf0\x9f\x8c\xb1", ""};
  const PackedStrings packed(given);
  ASSERT_EQ(packed.size(), given.size());
  for (std::size_t i = 0; i < given.size(); ++i) EXPECT_EQ(packed[i], given[i]) << i;
}

TEST(PackedStrings, MayBeEmpty) {
  const PackedStrings none({});
  EXPECT_EQ(none.size(), 0u);
  EXPECT_EQ(PackedStrings(none).size(), 0u);
}

TEST(PackedStrings, ACopyIsAnotherAndAMoveKeepsViews) {
  const std::vector<std::string_view> given{"left", "right"};
  PackedStrings first(given);
  const PackedStrings copy(first);
  EXPECT_NE(copy[0].data(), first[0].data());
  EXPECT_EQ(copy[1], "right");
  const std::string_view view = first[1];
  const PackedStrings moved(std::move(first));
  EXPECT_EQ(moved[1].data(), view.data());
  PackedStrings assigned({});
  assigned = moved;
  EXPECT_EQ(assigned[0], "left");
}

}  // namespace
}  // namespace gp
