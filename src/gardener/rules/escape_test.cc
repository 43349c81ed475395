#include "gardener/rules/escape.h"

#include <gtest/gtest.h>

namespace gp::rules {
namespace {

TEST(Escape, JsonKeepsBytesThatAreNoUtf8AsSurrogates) {
  EXPECT_EQ(json_text("a\xff"
                      "b"),
            "\"a\\udcffb\"");
  EXPECT_EQ(json_text("\xed\xa0\x80"), "\"\\udced\\udca0\\udc80\"");  // a surrogate is no UTF-8
  EXPECT_EQ(json_text("\xc0\xaf"), "\"\\udcc0\\udcaf\"");             // nor is an overlong slash
  EXPECT_EQ(json_text("\xf0\x9f\x98\x80 \"q\"\\\n\x01"),
            "\"\xf0\x9f\x98\x80 \\\"q\\\"\\\\\\n\\u0001\"");
}

TEST(Escape, ATerminalGetsNoControlCharacters) {
  EXPECT_EQ(shown_text("a\x1b[31m\n\xc2\x9b"
                       "b\xff"),
            "a\\x1b[31m\\x0a\\x9bb\xef\xbf\xbd");
}

TEST(Escape, UrisArePercentEncodedByByte) {
  EXPECT_EQ(uri_text("a b/\xc3\xa4%#?.py\xff"), "a%20b/%C3%A4%25%23%3F.py%FF");
}

TEST(Escape, MarkdownCodeCannotBeBrokenOutOf) {
  EXPECT_EQ(markdown_code("a"), "`a`");
  EXPECT_EQ(markdown_code("a`b``c|d"), "``` a`b``c\\|d ```");
}

TEST(Escape, MarkdownProseIsNoMarkup) {
  EXPECT_EQ(markdown_text("a_b *c* <d> __e"), "a_b \\*c\\* \\<d\\> \\_\\_e");
}

}  // namespace
}  // namespace gp::rules
