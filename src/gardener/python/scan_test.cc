#include "gardener/python/scan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gp::python {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

ModuleFacts graph(std::string_view source) { return scan_module(source, Detail::kGraph); }

/// "level.module:name as alias@line:column" of every imported name.
std::vector<std::string> imports(std::string_view source) {
  const ModuleFacts facts = graph(source);
  std::vector<std::string> shown;
  for (const ImportedName& name : facts.names) {
    const ImportStatement& statement = facts.imports[name.statement];
    std::string text = statement.is_from ? std::string(statement.level, '.') : "import";
    text += std::string(facts.text(statement.module)) + ":" + std::string(facts.text(name.name));
    if (!name.alias.empty()) text += " as " + std::string(facts.text(name.alias));
    shown.push_back(text + "@" + std::to_string(name.line) + ":" + std::to_string(name.column));
  }
  return shown;
}

std::vector<std::string> names(const ModuleFacts& facts) {
  std::vector<std::string> shown;
  for (const Binding& binding : facts.bindings) {
    std::string text;
    if (binding.owner != kNone)
      text = std::string(facts.text(facts.bindings[binding.owner].name)) + ".";
    shown.push_back(text + std::string(facts.text(binding.name)));
  }
  return shown;
}

std::vector<std::string> all_of(std::string_view source) {
  const ModuleFacts facts = graph(source);
  std::vector<std::string> shown;
  for (const TextRef name : facts.all) shown.emplace_back(facts.text(name));
  if (facts.all_is_dynamic) shown.emplace_back("…");
  return shown;
}

TEST(Imports, EveryForm) {
  EXPECT_THAT(imports("import a.b as c, d\nfrom .x import (y, # why\n  z as w,)\nfrom . import q\n"
                      "from ...a . b import *\n"),
              ElementsAre("import:a.b as c@1:7", "import:d@1:17", ".x:y@2:16", ".x:z as w@3:2",
                          ".:q@4:14", "...a.b:*@5:21"));
}

TEST(Imports, OddPlaces) {
  EXPECT_THAT(
      imports("if a: import b; import c\nx = 1; from d import e\nimport f\\\n.g\n\fimport h"),
      ElementsAre("import:b@1:13", "import:c@1:23", "d:e@2:21", "import:f.g@3:7", "import:h@5:8"));
  EXPECT_THAT(imports("from a import (b,\nc,\n  d)\n"),
              ElementsAre("a:b@1:15", "a:c@2:0", "a:d@3:2"));
}

TEST(Imports, WhatOnlyLooksLikeOne) {
  EXPECT_THAT(imports("def f():\n  yield from a\n  x = yield from b\n  raise c from d\n"
                      "x = '''\nimport e\n'''\n# import f\ny = (yield\nfrom g)\n"),
              IsEmpty());
}

TEST(Imports, ABomAndCarriageReturnsDoNotShiftPlaces) {
  EXPECT_THAT(imports("\xef\xbb\xbfimport a\r\nimport b\rimport c\n"),
              ElementsAre("import:a@1:7", "import:b@2:7", "import:c@3:7"));
  EXPECT_EQ(graph("\xef\xbb\xbfimport a\n").imports[0].span, (Span{3, 11}));
}

TEST(Imports, SpansNameEveryPiece) {
  const std::string_view source = "from a import (b as c, d,)  # why\n";
  const ModuleFacts facts = graph(source);
  const auto at = [&](Span span) { return source.substr(span.begin, span.size()); };
  const ImportStatement& statement = facts.imports[0];
  EXPECT_EQ(at(statement.span), "from a import (b as c, d,)");
  EXPECT_EQ(at(statement.module_span), "a");
  EXPECT_EQ(at(statement.open), "(");
  EXPECT_EQ(at(statement.close), ")");
  EXPECT_TRUE(statement.has_comment);
  EXPECT_FALSE(statement.shares_line);
  EXPECT_EQ(at(facts.names[0].whole), "b as c");
  EXPECT_EQ(at(facts.names[0].name_span), "b");
  EXPECT_EQ(at(facts.names[0].alias_span), "c");
  EXPECT_EQ(at(facts.names[1].comma), ",");
}

TEST(Imports, TheirPlaceInTheBlock) {
  const ModuleFacts facts =
      graph("'''d'''\nimport a; import b\ntry:\n  import c\nexcept E: import d\n");
  ASSERT_EQ(facts.imports.size(), 4U);
  EXPECT_EQ(facts.imports[0].index_in_block, 1U);
  EXPECT_TRUE(facts.imports[0].shares_line);
  EXPECT_EQ(facts.blocks[facts.imports[2].block].kind, BlockKind::kTry);
  EXPECT_FALSE(facts.imports[2].shares_line);
  const Block& handler = facts.blocks[facts.imports[3].block];
  EXPECT_EQ(handler.kind, BlockKind::kExcept);
  EXPECT_TRUE(handler.one_line);
  EXPECT_EQ(handler.first, facts.imports[2].block);
  EXPECT_EQ(facts.blocks[0].statements, 4U);
}

TEST(Blocks, SoftKeywordsAreNamesElsewhere) {
  const ModuleFacts facts = graph(
      "match = case = type = 1\nmatch(x)\nmatch[a]: int\nmatch x:\n  case [a]: pass\n"
      "case(1)\ntype(x)\n");
  ASSERT_EQ(facts.blocks.size(), 3U);
  EXPECT_EQ(facts.blocks[1].kind, BlockKind::kMatch);
  EXPECT_EQ(facts.blocks[2].kind, BlockKind::kCase);
}

TEST(Blocks, ABodyEndsBeforeItsComment) {
  const std::string_view source = "class A:\n  def f(self):\n    return 1  # why\n\nx = 1\n";
  const ModuleFacts facts = graph(source);
  const Span body = facts.blocks[2].body;
  EXPECT_EQ(source.substr(body.begin, body.size()), "return 1");
  EXPECT_EQ(facts.bindings[1].definition.end, body.end);
  EXPECT_EQ(source.substr(facts.blocks[1].header.begin, facts.blocks[1].header.size()), "class A");
}

TEST(Bindings, WhatAModuleBinds) {
  const ModuleFacts facts = graph(
      "a, (b, *c) = d.e = x\nf: int = 1\ng: int\nfor h in y: pass\nwith z as i, w as (j, k.l): "
      "pass\n"
      "if (m := 1): import n.o\n@p\ndef q(): r = 1\nclass s:\n  t = u\n  def v(self): pass\n  "
      "class w:\n"
      "    x1 = 1\nfrom y import *\nx += 1\n(y or z)[0] = 1\n");
  EXPECT_THAT(names(facts), ElementsAre("a", "b", "c", "f", "h", "i", "j", "m", "n", "q", "s",
                                        "s.t", "s.v", "s.w"));
  EXPECT_EQ(facts.text(facts.bindings[11].alias_of), "u");
}

TEST(Bindings, ParametersOfEveryKind) {
  const ModuleFacts facts =
      graph("async def f(a, /, b: int = lambda x, y=1: x, *c, d, e=(1, 2), **g): pass\n");
  EXPECT_EQ(facts.bindings[0].kind, BindingKind::kAsyncFunction);
  std::vector<std::string> shown;
  for (const Parameter& parameter : facts.parameters)
    shown.push_back(std::string(facts.text(parameter.name)) +
                    std::to_string(static_cast<int>(parameter.kind)) +
                    (parameter.has_default ? "=" : ""));
  EXPECT_THAT(shown, ElementsAre("a0", "b1=", "c2", "d3", "e3=", "g4"));
}

TEST(Bindings, BasesAndDecorators) {
  const ModuleFacts facts = graph("@a.b\n@c(1)\n@d[0]\nclass E(F, g.H, I[T], metaclass=M): pass\n");
  std::vector<std::string_view> shown;
  for (const TextRef text : facts.decorators) shown.push_back(facts.text(text));
  for (const TextRef text : facts.bases) shown.push_back(facts.text(text));
  EXPECT_THAT(shown, ElementsAre("a.b", "c", "", "F", "g.H", ""));
  EXPECT_EQ(facts.bindings[0].definition.begin, 0U);
}

TEST(Bindings, TheHashIgnoresLayoutCommentsAndDocstrings) {
  const auto hash = [](std::string_view source) { return graph(source).bindings.back().body_hash; };
  const std::uint64_t first = hash("def f(a):\n  '''doc'''\n  return a+1  # why\n");
  EXPECT_NE(first, hash("def f(a):\n  return (a+1)\n"));  // brackets are tokens
  EXPECT_EQ(first, hash("if x:\n    def f( a ):\n\n        'other'\n        return a + \\\n 1\n"));
  EXPECT_NE(first, hash("def f(a):\n  return a+2\n"));
  EXPECT_NE(first, hash("async def f(a):\n  return a+1\n"));
  EXPECT_EQ(hash("def f(): 'doc'; g()\n"), hash("def f(): 'd'; g()\n"));
  EXPECT_NE(hash("def f():\n  if a:\n    b\n    c\n"), hash("def f():\n  if a:\n    b\n  c\n"));
}

TEST(DunderAll, EveryForm) {
  EXPECT_THAT(all_of("__all__ = ['a', \"b\"'c']\n__all__ += ('d',)\n__all__.extend(['e'])\n"
                     "__all__.append('f')\n"),
              ElementsAre("a", "bc", "d", "e", "f"));
  EXPECT_THAT(all_of("__all__: list[str] = ['a'] + ['b']\n"), ElementsAre("a", "b"));
  EXPECT_THAT(all_of("__all__ = ['a']\n__all__ = ['b']\n"), ElementsAre("b"));
  EXPECT_THAT(all_of("__all__ = ['a'] + m.__all__\n"), ElementsAre("a", "…"));
  EXPECT_THAT(all_of("__all__ = sorted(globals())\n"), ElementsAre("…"));
  EXPECT_FALSE(graph("def f():\n  __all__ = ['a']\n").has_all);
}

TEST(ModuleFlags, GetattrAndDeprecation) {
  EXPECT_TRUE(graph("def __getattr__(name): pass\n").has_getattr);
  EXPECT_TRUE(graph("__getattr__, x = attach(__name__)\n").has_getattr);
  EXPECT_FALSE(graph("class A:\n  def __getattr__(self, n): pass\n").has_getattr);
  EXPECT_TRUE(graph("'''Old. DEPRECATED: use b.'''\n").docstring_says_deprecated);
  EXPECT_FALSE(graph("'''This is not deprecated.'''\n").docstring_says_deprecated);
  EXPECT_FALSE(graph("'''Undeprecated.'''\n").docstring_says_deprecated);
  EXPECT_FALSE(graph("f'''deprecated'''\n").docstring_says_deprecated);
}

TEST(Deprecations, UnderAnyNameAndOnlyThatCategory) {
  const auto lines = [](std::string_view source) {
    std::vector<std::string> shown;
    for (const DeprecationWarning& warning : graph(source).deprecations)
      shown.push_back(std::to_string(warning.line) + (warning.at_import ? " import" : " call"));
    return shown;
  };
  EXPECT_THAT(lines("import warnings\nwarnings.warn('x',\n  DeprecationWarning, stacklevel=2)\n"
                    "def f(): warnings.warn('x', category=DeprecationWarning)\n"),
              ElementsAre("2 import", "4 call"));
  EXPECT_THAT(
      lines("from warnings import warn as w\nw('x', DeprecationWarning)\n"
            "import warnings as v\nv.warn('x', DeprecationWarning)\nu('x', DeprecationWarning)\n"),
      ElementsAre("2 import", "4 import"));
  EXPECT_THAT(
      lines("import warnings\nwarnings.warn('DeprecationWarning')\n"
            "warnings.warn('x', PendingDeprecationWarning)\nwarnings.warn('x', FutureWarning)\n"
            "a.warnings.warn('x', DeprecationWarning)\n"),
      IsEmpty());
}

TEST(LazyGlobals, WithAndWithoutALock) {
  const auto lazy = [](std::string_view source) {
    const ModuleFacts facts = graph(source);
    std::vector<std::string> shown;
    for (const LazyGlobal& global : facts.lazy_globals)
      shown.push_back(std::string(facts.text(global.name)) + std::to_string(global.line) +
                      (global.locked ? " locked" : ""));
    return shown;
  };
  EXPECT_THAT(lazy("def f():\n  global x\n  if x is None:\n    x = 1\n  return x\n"),
              ElementsAre("x3"));
  EXPECT_THAT(lazy("def f():\n  global x\n  if x is None:\n    with _Lock:\n      if not x:\n"
                   "        x = 1\n"),
              ElementsAre("x3 locked"));
  EXPECT_THAT(lazy("def f():\n  global x, y\n  if x is None: return\n  x = None\n  if y: y = 1\n"),
              IsEmpty());
  EXPECT_THAT(lazy("def f():\n  global x\n  def g():\n    if x is None:\n      x = 1\n"),
              IsEmpty());
}

TEST(Identifiers, AreNoKeywords) {
  EXPECT_TRUE(is_identifier("a_1"));
  EXPECT_TRUE(is_identifier("match"));
  EXPECT_TRUE(is_identifier("\xc3\xa9"));
  for (const std::string_view no : {"", "1a", "a-b", "a.b", "class", "None"})
    EXPECT_FALSE(is_identifier(no)) << no;
}

TEST(Blocks, ScopesAndFunctions) {
  const ModuleFacts facts = graph("class A:\n  def f(self):\n    if x:\n      pass\n");
  EXPECT_EQ(scope_of(facts, 3), 2U);
  EXPECT_TRUE(in_function(facts, 3));
  EXPECT_FALSE(in_function(facts, 1));
}

TEST(Scan, NothingIsAModule) {
  EXPECT_EQ(graph("").blocks.size(), 1U);
  EXPECT_EQ(graph("").line_count, 0U);
  EXPECT_EQ(graph("a\nb").line_count, 2U);
  EXPECT_EQ(graph("a\nb\n").line_count, 2U);
}

std::vector<std::string> texts(const ModuleFacts& facts, const std::vector<TextRef>& refs) {
  std::vector<std::string> shown;
  for (const TextRef ref : refs) shown.emplace_back(facts.text(ref));
  return shown;
}

TEST(ModuleEffects, DeletionsOutsideBlocks) {
  const ModuleFacts facts =
      graph("a = b = c = d = 1\ndel a, (b), c.x, d[0]\nif a:\n    del c\ndef f():\n    del d\n");
  ASSERT_EQ(facts.deletions.size(), 2U);
  EXPECT_EQ(facts.text(facts.deletions[0].name), "a");
  EXPECT_EQ(facts.deletions[0].begin, 22U);
  EXPECT_EQ(facts.text(facts.deletions[1].name), "b");
}

TEST(ModuleEffects, GlobalsOfFunctions) {
  const ModuleFacts facts = graph("global z\ndef f():\n    global x, y\n    x = 1\n");
  EXPECT_THAT(texts(facts, facts.function_globals), ElementsAre("x", "y"));
}

TEST(ModuleEffects, BindingsUnderNamesThatAreNotWritten) {
  EXPECT_TRUE(graph("import sys\nsys.modules[__name__] = x\n").binds_dynamically);
  EXPECT_TRUE(graph("for n in x:\n    globals()[n] = 1\n").binds_dynamically);
  EXPECT_TRUE(graph("def f():\n    globals().update(x)\n").binds_dynamically);
  EXPECT_FALSE(graph("sys.modules['a'] = x\n").binds_dynamically);
  EXPECT_FALSE(graph("globals()['a'].x()\nglobals()\n").binds_dynamically);
  EXPECT_FALSE(graph("x = globals()['a']\n").binds_dynamically);
}

}  // namespace
}  // namespace gp::python
