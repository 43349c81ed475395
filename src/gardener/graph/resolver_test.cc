#include "gardener/graph/resolver.h"

#include <gtest/gtest.h>

#include "gardener/graph/tree_fixture.h"

namespace gp::graph {
namespace {

using Names = std::vector<std::string>;

TEST(Resolver, FollowsReExportsToTheDefinition) {
  const CodeFixture it({{"a.py", "class C: pass\n"},
                        {"b.py", "from a import C as D\n"},
                        {"c.py", "from b import D\n"}});
  const Resolution& found = it.resolver.attribute("c", "D");
  EXPECT_EQ(CodeFixture::shown(found), Names{"definition a:C"});
  ASSERT_EQ(found.hops.size(), 2U);
  EXPECT_EQ(found.hops[0].file, it.file("c.py"));
  EXPECT_EQ(found.hops[1].file, it.file("b.py"));
  EXPECT_EQ(found.targets[0].file, it.file("a.py"));
  EXPECT_EQ(found.targets[0].binding, 0U);
}

TEST(Resolver, EveryConditionalBindingCounts) {
  const CodeFixture it({{"a.py", "def f(): pass\n"},
                        {"m.py", "try:\n    from a import f\nexcept ImportError:\n    f = None\n"},
                        {"n.py", "if x:\n    from a import f\nelse:\n    def f(): pass\n"}});
  EXPECT_EQ(it.found("m", "f"), "definition a:f | definition m:f");
  EXPECT_EQ(it.found("n", "f"), "definition a:f | definition n:f");
}

TEST(Resolver, TheLastUnconditionalBindingHidesThoseBeforeIt) {
  const CodeFixture it({{"a.py", "def f(): pass\n"},
                        {"m.py", "if x:\n    from a import f\ndef f(): pass\n"},
                        {"n.py", "f = 1\nwith x:\n    from a import f\n"},
                        {"o.py", "f = 1\nif x:\n    from a import f\n"}});
  EXPECT_EQ(it.found("m", "f"), "definition m:f");
  EXPECT_EQ(it.found("n", "f"), "definition a:f");
  EXPECT_EQ(it.found("o", "f"), "definition o:f | definition a:f");
}

TEST(Resolver, AFallbackThatWorksHidesTheOneThatIsMissing) {
  const CodeFixture it(
      {{"a.py", "def f(): pass\n"},
       {"m.py", "try:\n    from a import gone as f\nexcept ImportError:\n    from a import f\n"}});
  EXPECT_EQ(it.found("m", "f"), "definition a:f");
}

TEST(Resolver, ANameOfThePackageBeatsTheSubmodule) {
  const CodeFixture it({{"p/__init__.py", "retry = 1\nfrom . import own, none\n"},
                        {"p/retry.py", ""},
                        {"p/own.py", ""},
                        {"p/other.py", ""}});
  EXPECT_EQ(it.found("p", "retry"), "definition p:retry");
  EXPECT_EQ(it.found("p", "own"), "module p.own");
  EXPECT_EQ(it.found("p", "other"), "module p.other");
  EXPECT_EQ(it.found("p", "none"), "missing p:none");
}

TEST(Resolver, ImportBindsTheTopOrTheAlias) {
  const CodeFixture it(
      {{"a/__init__.py", ""},
       {"a/b.py", "def f(): pass\n"},
       {"m.py", "import a.b\nimport a.b as ab\nimport os.path as p, json.decoder\n"}});
  EXPECT_EQ(it.found("m", "a"), "module a");
  EXPECT_EQ(it.found("m", "ab"), "module a.b");
  EXPECT_EQ(it.found("m", "ab.f"), "definition a.b:f");
  EXPECT_EQ(it.found("m", "a.b.f"), "definition a.b:f");
  EXPECT_EQ(it.found("m", "p"), "external os.path");
  EXPECT_EQ(it.found("m", "json.x"), "external json.x");
}

TEST(Resolver, FunctionLevelImportsBindNothing) {
  const CodeFixture it({{"a.py", "x = 1\n"}, {"m.py", "def f():\n    from a import x\n"}});
  EXPECT_EQ(it.found("m", "x"), "missing m:x");
}

TEST(Resolver, AliasesAreFollowedThroughModulesOnly) {
  const CodeFixture it({{"a.py", "class C:\n    x = 1\n"},
                        {"m.py",
                         "import a\nfrom a import C\nimport np\nD = C\nE = a.C\nF = C.x\nG = C()\n"
                         "H = np.array\nI = int\nJ = J2 = C\nK = a.none\nL = L\n"}});
  EXPECT_EQ(it.found("m", "D"), "definition a:C");
  EXPECT_EQ(it.found("m", "E"), "definition a:C");
  EXPECT_EQ(it.found("m", "F"), "definition m:F");
  EXPECT_EQ(it.found("m", "G"), "definition m:G");
  EXPECT_EQ(it.found("m", "H"), "external np.array");
  EXPECT_EQ(it.found("m", "I"), "definition m:I");
  EXPECT_EQ(it.found("m", "J2"), "definition a:C");
  EXPECT_EQ(it.found("m", "K"), "definition m:K");
  EXPECT_EQ(it.found("m", "L"), "definition m:L");
}

TEST(Resolver, StarImports) {
  const CodeFixture it({{"all.py", "__all__ = ['a', '_b', 'gone']\na = _b = c = 1\n"},
                        {"open.py", "d = 1\n_e = 1\nimport os\n"},
                        {"m.py", "from all import *\nfrom open import *\n"}});
  EXPECT_EQ(it.found("m", "a"), "definition all:a");
  EXPECT_EQ(it.found("m", "_b"), "definition all:_b");
  EXPECT_EQ(it.found("m", "c"), "missing m:c");
  EXPECT_EQ(it.found("m", "d"), "definition open:d");
  EXPECT_EQ(it.found("m", "_e"), "missing m:_e");
  EXPECT_EQ(it.found("m", "gone"), "missing m:gone");
  EXPECT_EQ(it.found("m", "os"), "external os");
  bool is_dynamic = true;
  EXPECT_EQ(it.resolver.star_names("all", &is_dynamic), (Names{"_b", "a", "gone"}));
  EXPECT_EQ(it.resolver.star_names("m", &is_dynamic), (Names{"_b", "a", "d", "gone", "os"}));
  EXPECT_FALSE(is_dynamic);
}

TEST(Resolver, WhatCannotBeKnownIsDynamic) {
  const CodeFixture it({{"star.py", "from somewhere import *\nx = 1\n"},
                        {"lazy.py", "def __getattr__(name): pass\n"},
                        {"broken.py", "def f(:\n  '''\n"},
                        {"built.py", "__all__ = make()\ny = 1\n"},
                        {"m.py", "from built import *\n"},
                        {"stub.pyi", "def f(): ...\n"},
                        {"ext.pyx", "cdef f(): pass\n"},
                        {"plain.py", ""}});
  EXPECT_EQ(it.found("star", "x"), "definition star:x");
  EXPECT_EQ(it.found("star", "y"), "dynamic somewhere:y");
  EXPECT_EQ(it.found("lazy", "y"), "dynamic lazy:y");
  EXPECT_EQ(it.found("broken", "y"), "dynamic broken:y");
  EXPECT_EQ(it.found("m", "y"), "definition built:y");
  EXPECT_EQ(it.found("stub", "f"), "definition stub:f");
  EXPECT_EQ(it.found("stub", "g"), "dynamic stub:g");
  EXPECT_EQ(it.found("ext", "f"), "dynamic ext:f");
  EXPECT_EQ(it.found("plain", "__file__"), "dynamic plain:__file__");
  EXPECT_EQ(it.found("plain", "y"), "missing plain:y");
  bool is_dynamic = false;
  EXPECT_EQ(it.resolver.star_names("star", &is_dynamic), Names{"x"});
  EXPECT_TRUE(is_dynamic);
}

// celery/five.py, and modules that are built from other sources.
TEST(Resolver, ModulesThatFillThemselvesAreDynamic) {
  const CodeFixture it({{"five.py", "import sys\nimport vine\nsys.modules[__name__] = vine.five\n"},
                        {"lazy.py", "def get():\n    global _pool\n    _pool = 1\n"},
                        {"p/__init__.py", "from ._built import *\nown = 1\n"},
                        {"p/x.pyi", "from p import gone\nfrom lazy import get\n"}});
  EXPECT_EQ(it.found("five", "items"), "dynamic five:items");
  EXPECT_EQ(it.found("lazy", "_pool"), "dynamic lazy:_pool");
  EXPECT_EQ(it.found("lazy", "_other"), "missing lazy:_other");
  EXPECT_EQ(it.found("p", "erf"), "dynamic p._built:erf");
  EXPECT_EQ(it.found("p", "own"), "definition p:own");
  const Resolution& of_stub = it.resolver.imported(it.file("p/x.pyi"), 0);
  EXPECT_EQ(CodeFixture::shown(of_stub), Names{"dynamic p._built:gone"});
  EXPECT_EQ(it.graph.edges().size(), 2U);
  EXPECT_EQ(it.graph.edges()[0].time, EdgeTime::kTypeOnly);
}

TEST(Resolver, StubsMayImportWhatIsNotThere) {
  const CodeFixture it(
      {{"a.py", ""}, {"b.pyi", "from a import T\n"}, {"c.py", "from a import T\n"}});
  EXPECT_EQ(CodeFixture::shown(it.resolver.imported(it.file("b.pyi"), 0)), Names{"dynamic a:T"});
  EXPECT_EQ(CodeFixture::shown(it.resolver.imported(it.file("c.py"), 0)), Names{"missing a:T"});
}

TEST(Resolver, WhatIsDeletedIsNotThere) {
  const CodeFixture it({{"m.py",
                         "import os\nx = y = z = 1\ndel os, x\nx = 2\nif a:\n    del y\n"
                         "class C:\n    z = 1\ndel z\n"}});
  EXPECT_EQ(it.found("m", "os"), "missing m:os");
  EXPECT_EQ(it.found("m", "x"), "definition m:x");
  EXPECT_EQ(it.found("m", "y"), "definition m:y");
  EXPECT_EQ(it.found("m", "z"), "missing m:z");
  EXPECT_EQ(it.found("m", "C.z"), "definition m:C.z");
}

TEST(Resolver, ModulesOutsideAndMissingOnes) {
  const CodeFixture it({{"p/__init__.py", ""}, {"space/m.py", ""}});
  EXPECT_EQ(it.found("os.path", "join"), "external os.path.join");
  EXPECT_EQ(it.found("p.gone", "x"), "missing p.gone:x");
  EXPECT_EQ(it.found("space", "m"), "module space.m");
  EXPECT_EQ(it.found("space", "n"), "missing space:n");
  EXPECT_EQ(CodeFixture::shown(it.resolver.module("p")), "module p");
  EXPECT_EQ(CodeFixture::shown(it.resolver.module("p.x")), "missing p.x");
  EXPECT_EQ(CodeFixture::shown(it.resolver.module("numpy.linalg")), "external numpy.linalg");
}

TEST(Resolver, CyclesOfReExportsEnd) {
  const CodeFixture it({{"a.py", "from b import x, y\n"},
                        {"b.py", "from a import x\nfrom c import y\n"},
                        {"c.py", "try:\n    from a import y\nexcept ImportError:\n    y = 1\n"},
                        {"s.py", "from t import *\n"},
                        {"t.py", "from s import *\nz = 1\n"}});
  EXPECT_TRUE(it.resolver.attribute("a", "x").is_missing());
  EXPECT_TRUE(it.resolver.attribute("b", "x").is_missing());
  EXPECT_EQ(it.found("b", "y"), "definition c:y");
  EXPECT_EQ(it.found("c", "y"), "definition c:y");
  EXPECT_EQ(it.found("a", "y"), "definition c:y");
  EXPECT_EQ(it.found("s", "z"), "definition t:z");
  EXPECT_EQ(it.found("s", "none"), "missing s:none");
  EXPECT_EQ(it.found("t", "none"), "missing t:none");
}

// A name found inside a cycle must not depend on where the first question came in.
TEST(Resolver, AnswersDoNotDependOnTheOrderOfQuestions) {
  const TestFiles files = {{"a.py", "try:\n    from b import x\nexcept ImportError:\n    x = 1\n"},
                           {"b.py", "try:\n    from c import x\nexcept ImportError:\n    x = 2\n"},
                           {"c.py", "try:\n    from a import x\nexcept ImportError:\n    x = 3\n"}};
  const CodeFixture forth(files);
  const CodeFixture back(files);
  const Names first{forth.found("a", "x"), forth.found("b", "x"), forth.found("c", "x")};
  const std::string c = back.found("c", "x");
  const std::string b = back.found("b", "x");
  EXPECT_EQ(first, (Names{back.found("a", "x"), b, c}));
}

// Thirty modules that all import * from each other have 30! ways through them.
TEST(Resolver, DenseStarCyclesAreLinear) {
  std::vector<std::string> texts(30);
  TreeFixture folder;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    for (std::size_t k = 0; k < texts.size(); ++k)
      if (k != i) texts[i] += "from m" + std::to_string(k) + " import *\n";
    folder.write("m" + std::to_string(i) + ".py", texts[i]);
  }
  folder.write("m29.py", texts[29] + "x = 1\n");
  const SourceTree tree = SourceTree::open({folder.root(), {}}).value();
  const CodeBase code(tree, {{}, {}, 1});
  const Resolver resolver(code);
  EXPECT_EQ(resolver.attribute("m0", "none").kind(), TargetKind::kMissing);
  EXPECT_EQ(CodeFixture::shown(resolver.attribute("m0", "x")), Names{"definition m29:x"});
}

TEST(Resolver, VeryLongChainsAreDynamicNotACrash) {
  TreeFixture folder;
  for (int i = 0; i < 1000; ++i)
    folder.write("m" + std::to_string(i) + ".py", "from m" + std::to_string(i + 1) + " import x\n");
  folder.write("m1000.py", "x = 1\n");
  const SourceTree tree = SourceTree::open({folder.root(), {}}).value();
  const CodeBase code(tree, {{}, {}, 1});
  const Resolver resolver(code);
  EXPECT_EQ(resolver.attribute("m0", "x").kind(), TargetKind::kDynamic);
  EXPECT_EQ(resolver.attribute("m900", "x").kind(), TargetKind::kDefinition);
}

TEST(Resolver, MembersOfClasses) {
  const CodeFixture it({{"a.py",
                         "import abc, enum\nclass Base:\n    def run(self): pass\n"
                         "class C(Base, abc.ABC):\n    x = 1\n    def run2(self): pass\n"
                         "class E(enum.Enum): pass\nclass G(Generic[T]): pass\nclass L(L): pass\n"
                         "class P:\n    class Q:\n        z = 1\ndef f(): pass\n"},
                        {"b.py", "import a\nclass D(a.C): pass\n"}});
  EXPECT_EQ(it.found("a", "C.x"), "definition a:C.x");
  EXPECT_EQ(it.found("a", "C.run"), "definition a:Base.run");
  EXPECT_EQ(it.found("b", "D.run"), "definition a:Base.run");
  EXPECT_EQ(it.found("b", "D.gone"), "missing b:D.gone");
  EXPECT_EQ(it.found("a", "C.__init__"), "dynamic a:C.__init__");
  EXPECT_EQ(it.found("a", "E.x"), "dynamic a:x");
  EXPECT_EQ(it.found("a", "G.x"), "dynamic a:x");
  EXPECT_EQ(it.found("a", "P.Q"), "definition a:P.Q");
  EXPECT_EQ(it.found("a", "P.Q.z"), "dynamic a:z");
  EXPECT_EQ(it.found("a", "f.cache_clear"), "dynamic a:f.cache_clear");
  EXPECT_EQ(it.found("a", "gone.x"), "missing a:gone");
}

TEST(Resolver, PathsAsPatchReadsThem) {
  const CodeFixture it({{"p/__init__.py", "from .retry import retry\n"},
                        {"p/retry.py", "def retry(): pass\nclass C:\n    def f(self): pass\n"},
                        {"p/m.py", "import time\n"}});
  const auto path = [&](std::string_view dotted) {
    return CodeFixture::shown(it.resolver.path(dotted));
  };
  EXPECT_EQ(path("p.retry"), Names{"definition p.retry:retry"});
  EXPECT_EQ(path("p.retry.C.f"), Names{"definition p.retry:C.f"});
  EXPECT_EQ(path("p.m.time.sleep"), Names{"external time.sleep"});
  EXPECT_EQ(path("p.m"), Names{"module p.m"});
  EXPECT_EQ(path("p.m.gone"), Names{"missing p.m:gone"});
  EXPECT_EQ(path("requests.get"), Names{"external requests.get"});
  EXPECT_EQ(path("p"), Names{"module p"});
  EXPECT_EQ(path(""), Names{"external "});
}

TEST(Resolver, ImportedNamesOfAFile) {
  const CodeFixture it({{"p/__init__.py", ""},
                        {"p/a.py", "x = 1\n"},
                        {"p/m.py",
                         "from .a import x\nfrom . import a\nimport p.a\nfrom p.a import *\n"
                         "from ... import up\nfrom .gone import y\nimport numpy as np\n"}});
  const FileId file = it.file("p/m.py");
  Names all;
  for (std::uint32_t i = 0; i < it.code.facts(file).names.size(); ++i)
    all.push_back(CodeFixture::shown(it.resolver.imported(file, i)).front());
  EXPECT_EQ(all, (Names{"definition p.a:x", "module p.a", "module p.a", "module p.a",
                        "missing ...:up", "missing p.gone:y", "external numpy"}));
}

TEST(Resolver, ANameInTwoRootsIsOneDefinition) {
  const CodeFixture it(
      {{"src/app/__init__.py", "from .a import f\n"}, {"src/app/a.py", "def f(): pass\n"}});
  EXPECT_EQ(it.found("app", "f"), "definition app.a:f");
  EXPECT_EQ(it.found("src.app", "f"), "definition app.a:f");
}

}  // namespace
}  // namespace gp::graph
