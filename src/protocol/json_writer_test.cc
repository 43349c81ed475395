#include "protocol/json_writer.h"

#include <gtest/gtest.h>

#include <charconv>
#include <cstdint>
#include <limits>

#include "base/random.h"
#include "protocol/json.h"

namespace gp::protocol {
namespace {

std::string as_json(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string number(double value) {
  std::string out;
  append_json_number(out, value);
  return out;
}

TEST(JsonString, EscapesWhatJsonCannotHold) {
  EXPECT_EQ(as_json(""), R"("")");
  EXPECT_EQ(as_json("plain"), R"("plain")");
  EXPECT_EQ(as_json("\"\\"), R"("\"\\")");
  EXPECT_EQ(as_json("a\nb\rc\td"), R"("a\nb\rc\td")");
  EXPECT_EQ(as_json(std::string_view("\0", 1)), R"("\u0000")");
  EXPECT_EQ(as_json("\x1f\x7f"), "\"\\u001f\x7f\"");
  EXPECT_EQ(as_json("/</script>"), R"("/</script>")");
}

TEST(JsonString, KeepsUtf8AsItIs) { EXPECT_EQ(as_json("zażółć 漢字 😀"), "\"zażółć 漢字 😀\""); }

TEST(JsonString, ReadsBackAsTheSameText) {
  JsonParser parser;
  for (int c = 0; c < 128; ++c) {
    const std::string text = std::string("a") + static_cast<char>(c) + "ü" + static_cast<char>(c);
    const auto parsed = parser.parse("[" + as_json(text) + "]");
    ASSERT_TRUE(parsed.has_value()) << c;
    std::string_view back;
    ASSERT_EQ(parsed.value().at(0).get(back), simdjson::SUCCESS) << c;
    EXPECT_EQ(back, text) << c;
  }
}

TEST(JsonNumber, IsTheShortestThatReadsBack) {
  EXPECT_EQ(number(0), "0");
  EXPECT_EQ(number(0.1), "0.1");
  EXPECT_EQ(number(-1.5), "-1.5");
  EXPECT_EQ(number(1'757'880'000.123), "1757880000.123");
  SeededRandom random(3);
  for (int i = 0; i < 1'000; ++i) {
    const double value = static_cast<double>(random.next()) / 1e9;
    const std::string text = number(value);
    double back = 0;
    std::from_chars(text.data(), text.data() + text.size(), back);
    EXPECT_EQ(back, value) << text;
  }
}

TEST(JsonNumber, IsValidJsonAtTheEdges) {
  JsonParser parser;
  using Limits = std::numeric_limits<double>;
  for (const double value : {Limits::max(), Limits::min(), Limits::denorm_min(), Limits::lowest(),
                             -0.0, 1e300, 1e-300, Limits::infinity(), Limits::quiet_NaN()}) {
    EXPECT_TRUE(parser.parse("[" + number(value) + "]").has_value()) << number(value);
  }
  EXPECT_EQ(number(Limits::infinity()), "null");
  EXPECT_EQ(number(-Limits::infinity()), "null");
  EXPECT_EQ(number(Limits::quiet_NaN()), "null");
}

TEST(JsonWriter, PutsCommasWhereTheyBelong) {
  std::string out;
  JsonWriter(out)
      .begin_object()
      .field("a", 1)
      .field("b", "two")
      .key("c")
      .begin_array()
      .value(true)
      .null()
      .begin_object()
      .end_object()
      .begin_array()
      .end_array()
      .value(-3)
      .end_array()
      .field_unless_empty("left out", "")
      .field_unless_empty("d", "x")
      .raw_field("e", R"({"raw":[]})")
      .field("f", false)
      .end_object();
  EXPECT_EQ(out, R"({"a":1,"b":"two","c":[true,null,{},[],-3],"d":"x","e":{"raw":[]},"f":false})");
}

TEST(JsonWriter, AppendsToWhatIsThere) {
  std::string out = "data: ";
  JsonWriter(out).begin_array().value("x").end_array();
  EXPECT_EQ(out, R"(data: ["x"])");
}

TEST(JsonWriter, WritesWholeIntegers) {
  std::string out;
  JsonWriter(out)
      .begin_array()
      .value(std::numeric_limits<std::uint64_t>::max())
      .value(std::numeric_limits<std::int64_t>::min())
      .value(std::uint16_t{65'535})
      .end_array();
  EXPECT_EQ(out, "[18446744073709551615,-9223372036854775808,65535]");
}

TEST(JsonWriter, EscapesKeys) {
  std::string out;
  JsonWriter(out).begin_object().field("a\"b", "c").end_object();
  EXPECT_EQ(out, R"({"a\"b":"c"})");
}

}  // namespace
}  // namespace gp::protocol
