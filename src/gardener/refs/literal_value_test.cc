#include "gardener/refs/literal_value.h"

#include <gtest/gtest.h>

#include "gardener/python/scan.h"

namespace gp::refs {
namespace {

std::vector<std::string> values(std::string_view source) {
  const python::ModuleFacts facts = python::scan_module(source, python::Detail::kAll);
  std::vector<std::string> values;
  for (const LiteralGroup group : literal_groups(source, facts))
    values.push_back(value_of(source, facts, group).text);
  return values;
}

using Texts = std::vector<std::string>;

TEST(LiteralValue, DecodesEscapesAsPythonDoes) {
  EXPECT_EQ(values(R"(x = "a\tb\\c\x41\101\u00e9\U0001F600\q\'")"),
            (Texts{"a\tb\\cAA\xc3\xa9\xf0\x9f\x98\x80\\q'"}));
  EXPECT_EQ(values("x = 'a\\\nb'"), (Texts{"ab"}));
  EXPECT_EQ(values(R"(x = r"a\tb")"), (Texts{R"(a\tb)"}));
  EXPECT_EQ(values(R"(x = b"\u0041\x41")"), (Texts{R"(\u0041A)"}));
  EXPECT_EQ(values(R"(x = "\N{BULLET}.old")"), (Texts{"?.old"}));
}

TEST(LiteralValue, AdjacentTokensAreOneLiteral) {
  EXPECT_EQ(values("f('a.' 'b', # c\n  'c'\n  # between\n  'd')"), (Texts{"a.b", "cd"}));
  EXPECT_EQ(values("x = 'a' \\\n  'b'\ny = 'c'"), (Texts{"ab", "c"}));
}

TEST(LiteralValue, LineEndsBecomeOneByte) {
  EXPECT_EQ(values("x = '''a\r\nb\rc'''"), (Texts{"a\nb\nc"}));
}

TEST(LiteralValue, KnowsWhereEachByteComesFrom) {
  const std::string_view source = "x = 'a\\tb' 'c'";
  const python::ModuleFacts facts = python::scan_module(source, python::Detail::kAll);
  const LiteralValue value = value_of(source, facts, {0, 2});
  EXPECT_EQ(value.text, "a\tbc");
  EXPECT_EQ(value.origin, (std::vector<std::uint32_t>{5, 6, 8, 12}));
}

}  // namespace
}  // namespace gp::refs
