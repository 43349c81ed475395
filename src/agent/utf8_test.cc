#include "agent/utf8.h"

#include <gtest/gtest.h>

namespace gp::agent {
namespace {

TEST(ReplaceInvalidUtf8, LeavesValidTextAlone) {
  const std::string text = "plain, \xC3\xA9, \xE2\x82\xAC, \xF0\x9F\x98\x80";
  EXPECT_EQ(replace_invalid_utf8(text), text);
  EXPECT_EQ(replace_invalid_utf8(""), "");
}

TEST(ReplaceInvalidUtf8, ReplacesEachMaximalInvalidPartOnce) {
  EXPECT_EQ(replace_invalid_utf8("a\xF0\x9F\x98z"), "a\xEF\xBF\xBDz");
  EXPECT_EQ(replace_invalid_utf8("\xFF\xFE"), "\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(replace_invalid_utf8("cut \xE2\x82"), "cut \xEF\xBF\xBD");
}

TEST(ReplaceInvalidUtf8, RefusesOverlongFormsAndSurrogates) {
  EXPECT_EQ(replace_invalid_utf8("\xC0\xAF"), "\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(replace_invalid_utf8("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(replace_invalid_utf8("\xF4\x90\x80\x80"),
            "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(Utf8Prefix, NeverCutsACharacter) {
  EXPECT_EQ(utf8_prefix("\xE2\x82\xACx", 2), "");
  EXPECT_EQ(utf8_prefix("\xE2\x82\xACx", 3), "\xE2\x82\xAC");
  EXPECT_EQ(utf8_prefix("abc", 3), "abc");
}

}  // namespace
}  // namespace gp::agent
