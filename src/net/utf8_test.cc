#include "net/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace gp::net {
namespace {

using std::string_view_literals::operator""sv;

/// Where a validator fed byte by byte first fails; npos if it never does.
std::size_t first_wrong_byte(std::string_view text) {
  Utf8Validator validator;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (!validator.feed(text.substr(i, 1))) return i;
  return std::string_view::npos;
}

constexpr std::string_view kValid[] = {
    ""sv,
    "plain"sv,
    "\0"sv,
    "\xc2\x80 \xdf\xbf"sv,
    "\xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 \xef\xbf\xbf"sv,
    "\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf"sv,
    "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5 \xf0\x9f\x98\x80"
    " and enough text for one vector register and more"sv,
};

struct Invalid {
  std::string_view text;
  std::size_t first_wrong;
};
constexpr Invalid kInvalid[] = {
    {"\x80"sv, 0},              // a continuation byte starts nothing
    {"a\xc0\x80"sv, 1},         // overlong NUL
    {"\xc1\xbf"sv, 0},          // overlong
    {"\xe0\x9f\xbf"sv, 1},      // overlong
    {"\xf0\x8f\xbf\xbf"sv, 1},  // overlong
    {"\xed\xa0\x80"sv, 1},      // surrogate
    {"\xed\xbf\xbf"sv, 1},      // surrogate
    {"\xf4\x90\x80\x80"sv, 1},  // above U+10FFFF
    {"\xf5\x80\x80\x80"sv, 0},
    {"\xff"sv, 0},
    {"\xc3(", 1},
    {"\xe1\xbd("sv, 2},
    {"\xf0\x9f\x98("sv, 3},
    {"\xe1\xbd\xb9\xbf"sv, 3},
};

TEST(Utf8, AcceptsTheEdgesOfEveryLength) {
  for (const std::string_view text : kValid) {
    EXPECT_TRUE(is_valid_utf8(text)) << testing::PrintToString(std::string(text));
    EXPECT_EQ(first_wrong_byte(text), std::string_view::npos);
  }
}

TEST(Utf8, RefusesOverlongFormsSurrogatesAndWhatIsAboveTheLastCodePoint) {
  for (const Invalid& invalid : kInvalid)
    EXPECT_FALSE(is_valid_utf8(invalid.text)) << testing::PrintToString(std::string(invalid.text));
}

TEST(Utf8Validator, FailsAtTheFirstWrongByte) {
  for (const Invalid& invalid : kInvalid) {
    EXPECT_EQ(first_wrong_byte(invalid.text), invalid.first_wrong)
        << testing::PrintToString(std::string(invalid.text));
    Utf8Validator at_once;
    EXPECT_FALSE(at_once.feed(invalid.text.substr(0, invalid.first_wrong + 1)));
    Utf8Validator before;
    EXPECT_TRUE(before.feed(invalid.text.substr(0, invalid.first_wrong)));
  }
}

TEST(Utf8Validator, GivesTheSameAnswerForEveryCut) {
  for (const std::string_view text : kValid) {
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      Utf8Validator validator;
      EXPECT_TRUE(validator.feed(text.substr(0, cut)));
      EXPECT_TRUE(validator.feed(text.substr(cut)));
      EXPECT_TRUE(validator.complete());
    }
  }
}

TEST(Utf8Validator, KnowsThatACharacterIsCut) {
  Utf8Validator validator;
  ASSERT_TRUE(validator.feed("ok \xf0\x9f"sv));
  EXPECT_FALSE(validator.complete());
  ASSERT_TRUE(validator.feed("\x98\x80"sv));
  EXPECT_TRUE(validator.complete());
}

TEST(Utf8, LeavesOutACharacterThatTheEndCuts) {
  EXPECT_EQ(without_cut_character("ab\xf0\x9f\x98"sv), "ab"sv);
  EXPECT_EQ(without_cut_character("ab\xc3"sv), "ab"sv);
  EXPECT_EQ(without_cut_character("ab\xf0\x9f\x98\x80"sv), "ab\xf0\x9f\x98\x80"sv);
  EXPECT_EQ(without_cut_character("ab"sv), "ab"sv);
  EXPECT_EQ(without_cut_character(""sv), ""sv);
}

}  // namespace
}  // namespace gp::net
