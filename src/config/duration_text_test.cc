#include "config/duration_text.h"

#include <gtest/gtest.h>

namespace gp::config {
namespace {

using namespace std::chrono_literals;

TEST(DurationText, ReadsEveryUnit) {
  EXPECT_EQ(parse_duration("20ms"), 20ms);
  EXPECT_EQ(parse_duration("5s"), 5s);
  EXPECT_EQ(parse_duration("30m"), 30min);
  EXPECT_EQ(parse_duration("1h"), 1h);
  EXPECT_EQ(parse_duration("0s"), 0s);
  EXPECT_EQ(parse_duration("20 ms"), 20ms);
}

TEST(DurationText, RefusesEverythingElse) {
  for (const std::string_view text :
       {"", "5", "s", "-5s", "+5s", "1.5s", "5 sec", "5S", "1h30m", " 5s", "5s ", "5  s",
        "99999999999999999999s", "18446744073709551615h", "876001h", "5us"})
    EXPECT_FALSE(parse_duration(text).has_value()) << text;
  EXPECT_TRUE(parse_duration("876000h").has_value());
}

TEST(DurationText, WritesTheLargestExactUnit) {
  EXPECT_EQ(format_duration(0s), "0s");
  EXPECT_EQ(format_duration(20ms), "20ms");
  EXPECT_EQ(format_duration(1500ms), "1500ms");
  EXPECT_EQ(format_duration(75s), "75s");
  EXPECT_EQ(format_duration(120s), "2m");
  EXPECT_EQ(format_duration(2h), "2h");
}

}  // namespace
}  // namespace gp::config
