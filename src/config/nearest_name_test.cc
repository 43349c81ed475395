#include "config/nearest_name.h"

#include <gtest/gtest.h>

#include <array>

namespace gp::config {
namespace {

constexpr std::array<std::string_view, 4> kKnown{"server.listen", "server.cores", "store.data_dir",
                                                 "runs.timeout"};

TEST(NearestName, FindsAMistypedName) {
  EXPECT_EQ(nearest_name("server.lisen", kKnown), "server.listen");
  EXPECT_EQ(nearest_name("servre.cores", kKnown), "server.cores");
  EXPECT_EQ(nearest_name("store.datadir", kKnown), "store.data_dir");
}

TEST(NearestName, FindsANameWithoutItsSection) {
  EXPECT_EQ(nearest_name("listen", kKnown), "server.listen");
  EXPECT_EQ(nearest_name("server.timeout", kKnown), "runs.timeout");
}

TEST(NearestName, FindsNothingFarAway) {
  EXPECT_EQ(nearest_name("zzz", kKnown), "");
  EXPECT_EQ(nearest_name("", kKnown), "");
  EXPECT_EQ(nearest_name(std::string(100'000, 's'), kKnown), "");
}

TEST(NearestName, SuggestsInWords) {
  EXPECT_EQ(suggestion("server.core", kKnown), "; did you mean \"server.cores\"?");
  EXPECT_EQ(suggestion("zzz", kKnown), "");
}

}  // namespace
}  // namespace gp::config
