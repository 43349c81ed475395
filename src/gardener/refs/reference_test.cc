#include "gardener/refs/reference.h"

#include <gtest/gtest.h>

#include <set>

namespace gp::refs {
namespace {

TEST(Reference, EveryClassHasANameOfItsOwnThatIsReadBack) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(RefClass::kUnparsable); ++i) {
    const auto value = static_cast<RefClass>(i);
    RefClass read = RefClass::kImport;
    EXPECT_TRUE(parse(name_of(value), read));
    EXPECT_EQ(read, value) << name_of(value);
    names.insert(name_of(value));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(RefClass::kUnparsable) + 1);
  RefClass untouched = RefClass::kPatch;
  EXPECT_FALSE(parse("imports", untouched));
  EXPECT_EQ(untouched, RefClass::kPatch);
}

}  // namespace
}  // namespace gp::refs
