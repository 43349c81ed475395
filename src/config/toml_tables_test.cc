#include "config/toml_tables.h"

#include <gtest/gtest.h>

#include <string>

namespace gp::config {
namespace {

using Form = TomlField::Form;

TEST(TomlTables, RowsStandInTheOrderOfTheFileWithTheirLines) {
  const auto rows = parse_toml_tables(
      "title = \"a\"\n[[symbol]]\nname = \"x\"\nopen = true\n\n[limits]\nbytes = 7\n"
      "[[symbol]]\nclosure = [\"a\", \"b\"]\n",
      "plan.toml");
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_EQ(rows.value().size(), 4U);
  const TomlRow& top = rows.value()[0];
  EXPECT_EQ(top.table, "");
  EXPECT_EQ(top.find("title")->text, "a");
  const TomlRow& first = rows.value()[1];
  EXPECT_EQ(first.table, "symbol");
  EXPECT_TRUE(first.is_list);
  EXPECT_EQ(first.line, 2U);
  EXPECT_EQ(first.find("open")->form, Form::kBoolean);
  EXPECT_TRUE(first.find("open")->boolean);
  EXPECT_EQ(first.find("open")->line, 4U);
  EXPECT_EQ(first.find("none"), nullptr);
  EXPECT_EQ(rows.value()[2].table, "limits");
  EXPECT_EQ(rows.value()[2].find("bytes")->integer, 7);
  EXPECT_EQ(rows.value()[3].find("closure")->strings, (std::vector<std::string>{"a", "b"}));
}

TEST(TomlTables, WhatIsNoPlainValueIsNamed) {
  const auto rows = parse_toml_tables("a = 1.5\nb = [1, 2]\nc = {d = 1}\n", "x");
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows.value()[0].find("a")->text, "a number with a fraction");
  EXPECT_EQ(rows.value()[0].find("b")->text, "a list that is not only strings");
}

TEST(TomlTables, ErrorsNameFileAndLine) {
  const auto broken = parse_toml_tables("a = 1\nb = \n", "plan.toml");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().message.rfind("plan.toml:2: not TOML", 0), 0U);
  const auto deep = parse_toml_tables("a = 1\n[" + std::string(200, '.') + "]\n", "plan.toml");
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().message, "plan.toml:2: has more than 128 dots; break the line");
}

}  // namespace
}  // namespace gp::config
