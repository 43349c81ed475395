#include "gardener/graph/import_graph.h"

#include <gtest/gtest.h>

#include "gardener/graph/tree_fixture.h"

namespace gp::graph {
namespace {

using Names = std::vector<std::string>;

Names shown(const CodeFixture& it, const std::vector<FileId>& files) {
  Names all;
  for (const FileId file : files) all.push_back(it.tree.file(file).path);
  return all;
}

Names edges(const CodeFixture& it) {
  constexpr std::string_view kTimes[] = {"", " (call)", " (type)"};
  Names all;
  for (const Edge& edge : it.graph.edges()) {
    all.push_back(it.tree.file(edge.from).path + " -> " + it.tree.file(edge.to).path +
                  std::string(kTimes[static_cast<std::size_t>(edge.time)]));
  }
  return all;
}

TEST(ImportGraph, TheSubmoduleRatherThanItsPackage) {
  const CodeFixture it(
      {{"p/__init__.py", "value = 1\n"},
       {"p/a.py", ""},
       {"p/value.py", ""},
       {"m.py", "from p import a, value\nimport p.a\nimport os\nfrom p import gone\n"}});
  EXPECT_EQ(edges(it), (Names{"m.py -> p/__init__.py", "m.py -> p/a.py", "m.py -> p/a.py",
                              "m.py -> p/__init__.py"}));
}

TEST(ImportGraph, WhenAnImportRuns) {
  const CodeFixture it({{"a.py", ""},
                        {"m.py",
                         "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a\n"
                         "else:\n    import a\ndef f():\n    import a\nclass C:\n    import a\n"}});
  EXPECT_EQ(edges(it),
            (Names{"m.py -> a.py (type)", "m.py -> a.py", "m.py -> a.py (call)", "m.py -> a.py"}));
}

TEST(ImportGraph, CyclesAreTheLargestFirst) {
  const CodeFixture it({{"a.py", "import b\n"},
                        {"b.py", "import a\n"},
                        {"c.py", "import d\n"},
                        {"d.py", "import e\n"},
                        {"e.py", "import c, a\n"},
                        {"f.py", "def g():\n    import h\n"},
                        {"h.py", "import f\n"},
                        {"self.py", "import self\n"}});
  const auto cycles = it.graph.cycles();
  ASSERT_EQ(cycles.size(), 2U);
  EXPECT_EQ(shown(it, cycles[0]), (Names{"c.py", "d.py", "e.py"}));
  EXPECT_EQ(shown(it, cycles[1]), (Names{"a.py", "b.py"}));
}

TEST(ImportGraph, AShortestChain) {
  const CodeFixture it({{"a.py", "import b, c\n"},
                        {"b.py", "import c\n"},
                        {"c.py", "import d\n"},
                        {"d.py", "def f():\n    import a\n"}});
  EXPECT_EQ(shown(it, it.graph.chain(it.file("a.py"), it.file("d.py"))),
            (Names{"a.py", "c.py", "d.py"}));
  EXPECT_EQ(it.graph.chain(it.file("d.py"), it.file("a.py")), std::vector<FileId>{});
  EXPECT_EQ(shown(it, it.graph.chain(it.file("a.py"), it.file("a.py"))), Names{"a.py"});
}

// A recursive search would need one stack frame per module.
TEST(ImportGraph, ALongCycleNeedsNoStack) {
  TreeFixture folder;
  for (int i = 0; i < 3000; ++i)
    folder.write("m" + std::to_string(i) + ".py",
                 "import m" + std::to_string((i + 1) % 3000) + "\n");
  const SourceTree tree = SourceTree::open({folder.root(), {}}).value();
  const CodeBase code(tree, {{}, {}, 1});
  const Resolver resolver(code);
  const auto cycles = ImportGraph(resolver).cycles();
  ASSERT_EQ(cycles.size(), 1U);
  EXPECT_EQ(cycles[0].size(), 3000U);
}

}  // namespace
}  // namespace gp::graph
