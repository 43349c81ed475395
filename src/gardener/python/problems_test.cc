// What is reported as wrong or too new, and that the rest of such a file is still read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gardener/python/encoding.h"
#include "gardener/python/scan.h"

namespace gp::python {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// "3.x" for a version, "encoding" or "syntax", with the line.
std::vector<std::string> problems(std::string_view source) {
  std::vector<std::string> shown;
  for (const Problem& problem : scan_module(source, Detail::kGraph).problems) {
    const std::string kind = problem.kind == ProblemKind::kNeedsVersion
                                 ? "3." + std::to_string(problem.minor_version)
                             : problem.kind == ProblemKind::kEncoding ? "encoding"
                                                                      : "syntax";
    shown.push_back(kind + "@" + std::to_string(problem.line));
  }
  return shown;
}

std::size_t imported(std::string_view source) {
  return scan_module(source, Detail::kAll).names.size();
}

TEST(Versions, EveryConstruct) {
  EXPECT_THAT(problems("match x:\n  case 1: pass\n"), ElementsAre("3.10@1"));
  EXPECT_THAT(problems("with (a as b, c as d): pass\n"), IsEmpty());
  EXPECT_THAT(problems("try: pass\nexcept* E: pass\n"), ElementsAre("3.11@2"));
  EXPECT_THAT(problems("type X = int\n"), ElementsAre("3.12@1"));
  EXPECT_THAT(problems("def f[T](x): pass\nclass C[T]: pass\n"), ElementsAre("3.12@1"));
  EXPECT_THAT(problems("def f[T = int](x): pass\n"), ElementsAre("3.12@1", "3.13@1"));
  EXPECT_THAT(problems("try: pass\nexcept A, B: pass\n"), ElementsAre("3.14@2"));
  EXPECT_THAT(problems("x = t'{a}'\n"), ElementsAre("3.14@1"));
}

TEST(Versions, FormatStringsThatNeed312) {
  EXPECT_THAT(problems("f'{a['b']}'\n"), ElementsAre("3.12@1"));
  EXPECT_THAT(problems("f\"{'\\n'.join(a)}\"\n"), ElementsAre("3.12@1"));
  EXPECT_THAT(problems("f'{a # why\n}'\n"), ElementsAre("3.12@1"));
  EXPECT_THAT(problems("f'''{f\"{f'{\"x\"}'}\"}'''\n"), ElementsAre("3.12@1"));
}

TEST(Versions, FormatStringsThatDoNot) {
  EXPECT_THAT(problems("f'{a[\"b\"]!r:>{w}}' f'{{}}' f'''{\na}''' rf'\\{a}' f'\\N{BULLET}'\n"),
              IsEmpty());
  EXPECT_THAT(problems("f'{a:%H:%M}' f'{a!=b}' f'{ {1: 2}[1] }' f'{a=}'\n"), IsEmpty());
}

TEST(Syntax, StringsAndBrackets) {
  EXPECT_THAT(problems("x = 'a\nimport b\n"), ElementsAre("syntax@1"));
  EXPECT_EQ(imported("x = 'a\nimport b\n"), 1U);
  EXPECT_THAT(problems("x = '''a\nimport b\n"), ElementsAre("syntax@1"));
  EXPECT_THAT(problems("x = (1,\nimport b\n"), ElementsAre("syntax@1"));
  EXPECT_EQ(imported("x = (1,\nimport b\nfrom c import d\n"), 2U);
  EXPECT_THAT(problems("x = 1)\n"), ElementsAre("syntax@1"));
  EXPECT_THAT(problems("x = (1]\n"), ElementsAre("syntax@1"));
  EXPECT_THAT(problems("x = [1"), ElementsAre("syntax@1"));
}

TEST(Syntax, Indentation) {
  EXPECT_THAT(problems("if a:\n    b\n  c\n"), ElementsAre("syntax@3"));
  EXPECT_THAT(problems("if a:\nb\n"), ElementsAre("syntax@2"));
  EXPECT_THAT(problems("a\n  b\n"), ElementsAre("syntax@2"));
  EXPECT_THAT(problems("if a:\n\tb\n        c\n"), ElementsAre("syntax@3"));
  EXPECT_THAT(problems("if a:\n\tb\n\tc\n"), IsEmpty());
  EXPECT_THAT(problems("if a:\n    b\n\f    c\n"), ElementsAre());
  EXPECT_THAT(problems("if a:\n"), ElementsAre("syntax@1"));
}

TEST(Syntax, StatementsThatAreNot) {
  EXPECT_THAT(problems("from x import\nfrom import y\nimport\nfrom a import b,\nimport c as\n"),
              ElementsAre("syntax@1", "syntax@2", "syntax@3", "syntax@4", "syntax@5"));
  EXPECT_THAT(problems("else: pass\n@a\nb\ndef (): pass\nif a\n"),
              ElementsAre("syntax@1", "syntax@3", "syntax@4", "syntax@5"));
  EXPECT_THAT(problems("a $ b\n"), ElementsAre("syntax@1"));
}

TEST(Syntax, PrintOfPython2DoesNotDerail) {
  EXPECT_THAT(problems("print >>f, 'x'\nimport a\n"), IsEmpty());
  EXPECT_EQ(imported("print >>f, 'x'\nprint 'y' % z\nimport a\n"), 1U);
}

TEST(Syntax, AFloodIsCutAndSaysSo) {
  const ModuleFacts facts = scan_module(std::string(1000, '$') + "\nimport a\n", Detail::kGraph);
  ASSERT_EQ(facts.problems.size(), 1U);  // one per line and message
  const std::string many = [] {
    std::string text;
    for (int i = 0; i < 100; ++i) text += "$\n";
    return text;
  }();
  const ModuleFacts flood = scan_module(many + "import a\n", Detail::kGraph);
  EXPECT_EQ(flood.problems.size(), 51U);
  EXPECT_THAT(flood.problems.back().message, ::testing::HasSubstr("more problems"));
  EXPECT_EQ(flood.names.size(), 1U);
}

TEST(Encoding, Utf8UnlessACookieSaysOtherwise) {
  EXPECT_THAT(problems("a = 1\nx = '\xff'\n"), ElementsAre("encoding@2"));
  EXPECT_THAT(problems("# -*- coding: latin-1 -*-\nx = '\xff'\n"), IsEmpty());
  EXPECT_THAT(problems("#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = '\xff'\n"),
              IsEmpty());
  EXPECT_THAT(problems("# coding: no-such-thing\n"), ElementsAre("encoding@1"));
  EXPECT_THAT(problems("# coding: utf-16\n"), ElementsAre("encoding@1"));
  EXPECT_THAT(problems("x = 1\n# coding: no-such-thing\n"), IsEmpty());
  EXPECT_THAT(problems("\xef\xbb\xbf# coding: latin-1\n"), ElementsAre("encoding@1"));
  EXPECT_THAT(problems(std::string_view("a = 1\n\0\n", 8)), ElementsAre("syntax@2"));
}

TEST(Encoding, InvalidUtf8OfEveryKind) {
  for (const std::string_view bad : {"\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                     "\xf5\x80\x80\x80", "\xe2\x82", "\x80"})
    EXPECT_THAT(problems("#" + std::string(bad) + "\n"), ElementsAre("encoding@1"));
  EXPECT_THAT(problems("# \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xed\x9f\xbf\n"), IsEmpty());
}

TEST(Encoding, TheCookie) {
  EXPECT_EQ(encoding_cookie("\n# coding= koi8-r\n"), "koi8-r");
  EXPECT_EQ(encoding_cookie("# encoding\n# coding: a\n"), "a");
  EXPECT_EQ(encoding_cookie("x\n# coding: a\n"), "");
  EXPECT_EQ(encoding_cookie("\n\n# coding: a\n"), "");
}

}  // namespace
}  // namespace gp::python
