#include "protocol/json.h"

#include <gtest/gtest.h>

namespace gp::protocol {
namespace {

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(JsonParser, RefusesWhatIsNotJson) {
  JsonParser parser;
  for (const std::string_view text : {"",
                                      " ",
                                      "{",
                                      "}",
                                      "{]",
                                      "[1,]",
                                      "{\"a\":1,}",
                                      "{\"a\"}",
                                      "{a:1}",
                                      "{'a':1}",
                                      "[1 2]",
                                      "[01]",
                                      "[+1]",
                                      "[.5]",
                                      "[1.]",
                                      "[1e]",
                                      "[0x1]",
                                      "[NaN]",
                                      "[Infinity]",
                                      "[tru]",
                                      "[nul]",
                                      "{\"a\":1}{\"b\":2}",
                                      "{\"a\":1} x",
                                      "[\"\n\"]",
                                      "[\"\\x\"]",
                                      "[\"\\u12\"]",
                                      "[\"unterminated]",
                                      "[\"\xff\"]",
                                      "[\"\xc3\"]",
                                      "[\"\xed\xa0\x80\"]",
                                      "{\"skipped\":[tru],\"type\":\"ping\"}"}) {
    const auto parsed = parser.parse(text);
    ASSERT_TRUE(parsed.has_error()) << text;
    EXPECT_EQ(parsed.error().code, Code::invalid_json) << text;
    EXPECT_TRUE(parsed.error().message.starts_with("not JSON: ")) << parsed.error().message;
  }
}

TEST(JsonParser, TakesWhatIsJson) {
  JsonParser parser;
  for (const std::string_view text : {"{}", "[]", "1", "\"x\"", "null",
                                      " \t\r\n{ \"a\" : [ 1 , -2.5e+3 , \"\\ud83d\\ude00\" ] } "}) {
    EXPECT_TRUE(parser.parse(text).has_value()) << text;
  }
}

TEST(JsonParser, TakesNestingUpToItsLimit) {
  JsonParser parser;
  EXPECT_TRUE(parser.parse(nested(JsonParser::kDepthMax - 1)).has_value());
  EXPECT_TRUE(parser.parse(nested(JsonParser::kDepthMax + 1)).has_error());
  EXPECT_TRUE(parser.parse(nested(100'000)).has_error());
  EXPECT_TRUE(parser.parse("{}").has_value()) << "a refused document does no harm to the next";
}

TEST(JsonParser, KeepsItsDepthLimitWhenItGrows) {
  JsonParser parser;
  ASSERT_TRUE(parser.parse("{}").has_value());
  ASSERT_TRUE(parser.parse("[\"" + std::string(1'000'000, 'a') + "\"]").has_value());
  EXPECT_TRUE(parser.parse(nested(JsonParser::kDepthMax + 1)).has_error());
}

TEST(JsonParser, NeedsNoPaddingBehindTheText) {
  JsonParser parser;
  for (std::size_t size = 1; size < 80; ++size) {
    const auto exact = std::make_unique<char[]>(size + 2);
    exact[0] = '"';
    std::fill_n(exact.get() + 1, size, 'a');
    exact[size + 1] = '"';
    EXPECT_TRUE(parser.parse({exact.get(), size + 2}).has_value()) << size;
  }
}

TEST(JsonParser, WantsAnObjectWhereOneIsAskedFor) {
  JsonParser parser;
  EXPECT_TRUE(parser.parse_object(R"({"a":1})").has_value());
  for (const std::string_view text : {"[]", "1", "null", "\"{}\""}) {
    const auto parsed = parser.parse_object(text);
    ASSERT_TRUE(parsed.has_error()) << text;
    EXPECT_EQ(parsed.error().code, Code::invalid_json);
    EXPECT_EQ(parsed.error().message, "not a JSON object");
  }
}

TEST(JsonMembers, AreReadOnlyAsWhatTheyAre) {
  JsonParser parser;
  const auto object = parser.parse_object(R"({"s":"text","n":1,"o": { "a" : [ 1 ] },"z":null})");
  ASSERT_TRUE(object.has_value());
  EXPECT_EQ(string_member(object.value(), "s"), "text");
  EXPECT_EQ(string_member(object.value(), "n"), std::nullopt);
  EXPECT_EQ(string_member(object.value(), "absent"), std::nullopt);
  EXPECT_EQ(raw_member(object.value(), "o"), R"({"a":[1]})");
  EXPECT_EQ(raw_member(object.value(), "z"), "null");
  EXPECT_EQ(raw_member(object.value(), "absent"), "");
}

}  // namespace
}  // namespace gp::protocol
