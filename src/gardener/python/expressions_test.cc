// Strings, calls and uses: what Detail::kAll adds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gardener/python/scan.h"

namespace gp::python {
namespace {

using ::testing::ElementsAre;

/// Each string's content and role; an argument's position or keyword and its callee; "+" if joined.
std::vector<std::string> strings(std::string_view source) {
  static constexpr const char* kRoles[] = {"other",     "doc",     "argument", "list",
                                           "tuple",     "set",     "key",      "value",
                                           "subscript", "compare", "assigned"};
  const ModuleFacts facts = scan_module(source, Detail::kAll);
  std::vector<std::string> shown;
  for (const StringLiteral& string : facts.strings) {
    std::string text(source.substr(string.content.begin, string.content.size()));
    text += string.is_joined ? "+ " : " ";
    text += kRoles[static_cast<int>(string.role)];
    if (string.argument != kNone) text += " " + std::to_string(string.argument);
    if (!string.keyword.empty()) text += " " + std::string(facts.text(string.keyword)) + "=";
    if (string.call != kNone)
      text += " of " + std::string(facts.text(facts.calls[string.call].callee));
    if (!string.assigned_to.empty()) text += " -> " + std::string(facts.text(string.assigned_to));
    shown.push_back(text);
  }
  return shown;
}

std::vector<std::string> calls(std::string_view source) {
  const ModuleFacts facts = scan_module(source, Detail::kAll);
  std::vector<std::string> shown;
  for (const Call& call : facts.calls) {
    std::string text = std::string(facts.text(call.callee)) + " " + std::to_string(call.positional);
    for (std::uint32_t i = 0; i < call.keyword_count; ++i)
      text += " " + std::string(facts.text(facts.keywords[call.first_keyword + i])) + "=";
    if (call.has_star) text += " *";
    if (call.has_double_star) text += " **";
    if (call.awaited) text += " awaited";
    if (call.is_decorator) text += " decorator";
    if (call.parent != kNone) text += " in " + std::to_string(call.parent);
    shown.push_back(text);
  }
  return shown;
}

/// "!" marks a store, "{}" a field of an f-string, "()" a callee.
std::vector<std::string> uses(std::string_view source) {
  const ModuleFacts facts = scan_module(source, Detail::kAll);
  std::vector<std::string> shown;
  for (const Use& use : facts.uses)
    shown.push_back(std::string(facts.text(use.text)) + (use.is_store ? "!" : "") +
                    (use.is_format_field ? "{}" : "") + (use.call != kNone ? "()" : ""));
  return shown;
}

TEST(Strings, ArgumentsOfPatch) {
  EXPECT_THAT(strings("with patch('m.x', new='y') as p, patch(('a' 'b')): pass\n"),
              ElementsAre("m.x argument 0 of patch", "y argument 1 new= of patch",
                          "a+ argument 0 of patch", "b+ argument 0 of patch"));
  EXPECT_THAT(strings("f('a' + b, c('d'), *['e'], g=['h'])\n"),
              ElementsAre("a other of f", "d argument 0 of c", "e list of f", "h list of f"));
}

TEST(Strings, Containers) {
  EXPECT_THAT(strings("X = ['a', {'b': 'c', **d}, ('e', 1), {'f'}, g['h']]\n"),
              ElementsAre("a list -> X", "b key -> X", "c value -> X", "e tuple -> X", "f set -> X",
                          "h subscript -> X"));
}

TEST(Strings, OtherPlaces) {
  EXPECT_THAT(
      strings("'''d'''\na.b = 'x'\nassert 'y' in z, 'w'\nif q == 'r': pass\nreturn 's', 't'\n"
              "for u in 'v', 'w': pass\nk: str = 'l'\n"),
      ElementsAre("d doc", "x assigned -> a.b", "y compare", "w other", "r compare", "s tuple",
                  "t tuple", "v tuple", "w tuple", "l assigned -> k"));
}

TEST(Strings, Flags) {
  const ModuleFacts facts = scan_module("Rb'\\a' f'''{x}''' '\\n' u'é'\n", Detail::kAll);
  ASSERT_EQ(facts.strings.size(), 4U);
  EXPECT_TRUE(facts.strings[0].is_raw && facts.strings[0].is_bytes && !facts.strings[0].has_escape);
  EXPECT_TRUE(facts.strings[1].is_format && facts.strings[1].is_triple);
  EXPECT_TRUE(facts.strings[2].has_escape);
  EXPECT_FALSE(facts.strings[3].is_bytes);
}

TEST(Calls, TheirArguments) {
  EXPECT_THAT(calls("f(a, *b, c=g(1, d=2), **e)\nh(x for x, y in z)\ni(lambda p, q=1: p, 2)\n"),
              ElementsAre("f 1 c= * **", "g 1 d= in 0", "h 1", "i 2"));
  EXPECT_THAT(calls("a.b(1).c(2)(3)\nd[0](4)\n"), ElementsAre("a.b 1", " 1", " 1", " 1"));
}

TEST(Calls, AwaitedAndDecorators) {
  EXPECT_THAT(
      calls("@a.b(1)\nasync def f():\n  await g()\n  await h().i\n  await (j())\n  k(await l())\n"),
      ElementsAre("a.b 1 decorator", "g 0 awaited", "h 0", "j 0 awaited", "k 1",
                  "l 0 awaited in 4"));
}

TEST(Uses, LoadsAndStores) {
  EXPECT_THAT(uses("a.b = c . d\ne, (f[g], *h) = i\nj += 1\ndel k, l.m\nfor n in o: pass\n"),
              ElementsAre("a.b!", "c.d", "e!", "f", "g", "h!", "i", "j!", "k!", "l.m!", "n!", "o"));
  EXPECT_THAT(uses("with a() as b: pass\nx = [c for d in e]\n(f := g)\n(h or i)[0] = 1\n"),
              ElementsAre("a()", "b!", "x!", "c", "d!", "e", "f!", "g", "h", "i"));
}

TEST(Uses, ParametersAreStoresAndKeywordsAreNone) {
  EXPECT_THAT(uses("def f(a: b = c, *d: *e, **g) -> h: pass\nclass i(j, k=l): pass\n"),
              ElementsAre("f!", "a!", "b", "c", "d!", "e", "g!", "h", "i!", "j", "l"));
  EXPECT_THAT(uses("f(a=b, c=lambda d, e=g: h)\n"), ElementsAre("f()", "b", "d!", "e!", "g", "h"));
}

TEST(Uses, FieldsOfFormatStrings) {
  EXPECT_THAT(uses("f'{a.b(c)!r:>{d}} {{e}} {f\"{g}\"}' + h\n"),
              ElementsAre("a.b{}()", "c{}", "d{}", "g{}", "h"));
}

TEST(Uses, Patterns) {
  EXPECT_THAT(uses("match a:\n  case b.C(d, e=f) | [g, *_] if h: pass\n"),
              ElementsAre("a", "b.C", "d!", "f!", "g!", "h"));
}

TEST(Comments, AllButThoseInStrings) {
  const std::string_view source = "# a\nx = (1, # b\n 2) # c\ny = '# d'\n";
  const ModuleFacts facts = scan_module(source, Detail::kAll);
  std::vector<std::string_view> shown;
  for (const Span span : facts.comments) shown.push_back(source.substr(span.begin, span.size()));
  EXPECT_THAT(shown, ElementsAre("# a", "# b", "# c"));
}

// Linear and without recursion: each of these would take minutes or the stack otherwise.
TEST(Limits, DeepAndLongInput) {
  const auto repeated = [](std::string_view piece, int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += piece;
    return text;
  };
  constexpr int kDeep = 100'000;
  EXPECT_EQ(scan_module(repeated("(", kDeep) + repeated(")", kDeep), Detail::kAll).problems.size(),
            0U);
  EXPECT_EQ(scan_module(repeated("f(", kDeep) + repeated(")", kDeep), Detail::kAll).calls.size(),
            static_cast<std::size_t>(kDeep));
  EXPECT_EQ(scan_module("import " + repeated("a,", kDeep) + "b", Detail::kAll).names.size(),
            static_cast<std::size_t>(kDeep) + 1);
  EXPECT_FALSE(scan_module(repeated("f\"\"\"{ \"\"\"", kDeep), Detail::kAll).problems.empty());
  EXPECT_FALSE(scan_module(repeated("f'{", kDeep), Detail::kAll).problems.empty());
  EXPECT_EQ(scan_module(repeated("((('a')))+", kDeep) + "b", Detail::kAll).strings.size(),
            static_cast<std::size_t>(kDeep));
  std::string blocks;
  for (int i = 0; i < 1000; ++i)
    blocks += std::string(static_cast<std::size_t>(i), ' ') + "if x:\n";
  EXPECT_EQ(scan_module(blocks + std::string(1000, ' ') + "import a", Detail::kAll).blocks.size(),
            1001U);
}

}  // namespace
}  // namespace gp::python
