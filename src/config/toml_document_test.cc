#include "config/toml_document.h"

#include <gtest/gtest.h>

namespace gp::config {
namespace {

using Form = RawValue::Form;

std::string problem_of(std::string_view text) {
  const auto document = parse_toml(text, "g.toml");
  return document.has_value() ? "accepted" : document.error().message;
}

TEST(TomlDocument, FlattensSectionsInTheOrderOfTheFile) {
  const auto document =
      parse_toml("top = 1\n[b]\ny = \"t\"\nx = [\"p\", \"q\"]\n[a]\nz = 2.5\n\n[empty]\n", "g.toml")
          .value();
  ASSERT_EQ(document.entries.size(), 4U);
  EXPECT_EQ(document.entries[0].key, "top");
  EXPECT_EQ(document.entries[0].value.integer, 1);
  EXPECT_EQ(document.entries[1].key, "b.y");
  EXPECT_EQ(document.entries[1].value.form, Form::kString);
  EXPECT_EQ(document.entries[2].key, "b.x");
  EXPECT_EQ(document.entries[2].line, 4U);
  EXPECT_EQ(document.entries[2].value.strings, (std::vector<std::string>{"p", "q"}));
  EXPECT_EQ(document.entries[3].key, "a.z");
  EXPECT_EQ(document.entries[3].value.form, Form::kOther);
  ASSERT_EQ(document.empty_sections.size(), 1U);
  EXPECT_EQ(document.empty_sections[0].line, 8U);
}

TEST(TomlDocument, ReadsAgentTables) {
  const auto document =
      parse_toml("[[agent]]\nname = \"a\"\n[[agent]]\nname = \"b\"\n", "g.toml").value();
  ASSERT_EQ(document.agents.size(), 2U);
  EXPECT_EQ(document.agents[1].line, 3U);
  EXPECT_EQ(document.agents[1].entries[0].key, "name");
  EXPECT_TRUE(document.entries.empty());
}

TEST(TomlDocument, SaysWhereTextIsNotToml) {
  EXPECT_TRUE(problem_of("a = 1\nb = \n").starts_with("g.toml:2: not TOML: "))
      << problem_of("a = 1\nb = \n");
  EXPECT_TRUE(problem_of("[a]\nx = 1\nx = 2\n").starts_with("g.toml:3: not TOML: "));
  EXPECT_NE(problem_of("a = \"\xff\"").find("not TOML"), std::string::npos);
}

TEST(TomlDocument, RefusesTableHeadersWithoutAKey) {
  // toml++ 3.3 stopped the process at these ("[::1]:8080" was the finder), instead of refusing
  // them.
  for (const std::string_view text :
       {"[&", "[::1]:8080", "[[[a]]]", "[[=", "[", "[[", "[]", "[ =", "a.=1"})
    EXPECT_TRUE(problem_of(text).starts_with("g.toml:1: not TOML: "))
        << text << ": " << problem_of(text);
}

TEST(TomlDocument, KnowsThatLettersAreNoSpaces) {
  // In toml++ 3.3 a letter from U+00A1 to U+0499 was undefined behaviour wherever a space may
  // stand.
  const auto document = parse_toml("a = \"\"\"x \\\n  \xc3\xa9\"\"\"\n", "g.toml").value();
  EXPECT_EQ(document.entries[0].value.text, "x \xc3\xa9");
  EXPECT_NE(problem_of("a = \xc3\xa9\n").find("not TOML"), std::string::npos);
  EXPECT_NE(problem_of("\xc3\xa9 = 1\n").find("not TOML"), std::string::npos);
  EXPECT_NE(problem_of("a \xc3\xa9 = 1\n").find("not TOML"), std::string::npos);
}

TEST(TomlDocument, RefusesTextsThatWouldNestWithoutEnd) {
  // toml++ 3.3 walks nested tables by recursion: 100,000 dotted levels would end the stack.
  std::string deep = "a";
  for (int i = 0; i < 100'000; ++i) deep += ".a";
  EXPECT_NE(problem_of(deep + " = 1").find("dots"), std::string::npos);
  std::string deepest_allowed = "a";
  for (std::size_t i = 0; i < kTomlDotsMax; ++i) deepest_allowed += ".a";
  EXPECT_EQ(problem_of(deepest_allowed + " = 1"), "accepted");
  EXPECT_NE(problem_of("a = " + std::string(5000, '[')).find("not TOML"), std::string::npos);
}

TEST(TomlDocument, ReadsNoMoreThanItsLimit) {
  const std::string comment = "#" + std::string(kTomlBytesMax - 1, 'x');
  EXPECT_EQ(problem_of(comment), "accepted");
  EXPECT_NE(problem_of(comment + "x").find("at most"), std::string::npos);
}

}  // namespace
}  // namespace gp::config
