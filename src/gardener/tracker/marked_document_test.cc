#include "gardener/tracker/marked_document.h"

#include <gtest/gtest.h>

namespace gp::tracker {
namespace {

MarkedDocument parsed(const std::string& text) {
  auto document = MarkedDocument::parse(text, "T.md");
  EXPECT_TRUE(document) << (document ? "" : document.error().message);
  return document ? std::move(document.value()) : MarkedDocument{};
}

TEST(MarkedDocument, EveryByteOutsideThePartsIsKept) {
  const std::string head = "# T\r\n\tprose \xff\xfe\n\n<!-- a comment -->\n";
  const std::string tail = "\n\n  last line without an end";
  MarkedDocument document =
      parsed(head + "<!-- gardener:begin a -->\nold\n<!-- gardener:end a -->" + tail +
             "\n<!-- gardener:begin b -->\n<!-- gardener:end b -->");
  EXPECT_TRUE(document.replace("a", "one\ntwo\n"));
  EXPECT_TRUE(document.replace("b", "three\n"));
  EXPECT_TRUE(document.replace("a", "1\n"));
  EXPECT_EQ(document.text(), head + "<!-- gardener:begin a -->\n1\n<!-- gardener:end a -->" + tail +
                                 "\n<!-- gardener:begin b -->\nthree\n<!-- gardener:end b -->");
}

TEST(MarkedDocument, ReplacingByTheSameChangesNothing) {
  const std::string text = "x\n<!-- gardener:begin a -->\nsame\n<!-- gardener:end a -->\ny";
  MarkedDocument document = parsed(text);
  EXPECT_TRUE(document.replace("a", "same\n"));
  EXPECT_EQ(document.text(), text);
}

TEST(MarkedDocument, APartHasTheLineEndsOfItsMarker) {
  MarkedDocument document =
      parsed("a\r\n<!-- gardener:begin a -->\r\n<!-- gardener:end a -->\r\nb\n");
  EXPECT_TRUE(document.replace("a", "1\n2\n"));
  EXPECT_EQ(document.text(),
            "a\r\n<!-- gardener:begin a -->\r\n1\r\n2\r\n<!-- gardener:end a -->\r\nb\n");
}

TEST(MarkedDocument, MarkersInCodeBlocksAreProse) {
  MarkedDocument document = parsed(
      "````\n```\n<!-- gardener:begin a -->\n````\n<!-- gardener:begin b -->\n<!-- gardener:end b "
      "-->\n");
  EXPECT_EQ(document.names(), std::vector<std::string>{"b"});
  EXPECT_FALSE(document.replace("a", "x\n"));
}

struct Refusal {
  const char* text;
  const char* says;
};

class Damaged : public testing::TestWithParam<Refusal> {};

TEST_P(Damaged, IsRefusedWithItsLine) {
  const auto document = MarkedDocument::parse(GetParam().text, "T.md");
  ASSERT_FALSE(document);
  EXPECT_NE(document.error().message.find(GetParam().says), std::string::npos)
      << document.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    All, Damaged,
    testing::Values(
        Refusal{"a\n<!-- gardener:begin a -->\n",
                "T.md:2: the part 'a' begins here and has no end"},
        Refusal{"\n\n<!-- gardener:end a -->\n", "T.md:3: 'a' ends here and has not begun"},
        Refusal{"<!-- gardener:begin a -->\n<!-- gardener:begin b -->\n",
                "T.md:2: 'b' begins inside 'a' (line 1)"},
        Refusal{"<!-- gardener:begin a -->\n<!-- gardener:end b -->\n",
                "T.md:2: 'b' ends inside 'a' (line 1)"},
        Refusal{"<!-- gardener:begin a -->\n<!-- gardener:end a -->\n<!-- gardener:begin a -->\n"
                "<!-- gardener:end a -->\n",
                "T.md:3: a second part 'a'"},
        Refusal{"<!-- gardener:begin -->\n", "T.md:1: this marker is damaged"},
        Refusal{"<!-- gardener:start a -->\n", "T.md:1: this marker is damaged"},
        Refusal{"<!-- gardener:begin a b -->\n", "T.md:1: this marker is damaged"},
        Refusal{"text <!-- gardener:begin a -->\n", "T.md:1: this marker is damaged"},
        Refusal{"<!-- gardener:begin a\n", "T.md:1: this marker is damaged"}));

}  // namespace
}  // namespace gp::tracker
