#include "gardener/graph/code_base.h"

#include <gtest/gtest.h>

#include "gardener/graph/tree_fixture.h"

namespace gp::graph {
namespace {

using Names = std::vector<std::string>;

TEST(CodeBase, FilesPackagesAndNamespaces) {
  const CodeFixture it(
      {{"top.py", ""}, {"pkg/__init__.py", ""}, {"pkg/a.py", ""}, {"space/b.py", ""}});
  EXPECT_EQ(it.code.find("top"), (ModuleRef{ModuleKind::kFile, it.file("top.py")}));
  EXPECT_EQ(it.code.find("pkg"), (ModuleRef{ModuleKind::kPackage, it.file("pkg/__init__.py")}));
  EXPECT_EQ(it.code.find("pkg.a"), (ModuleRef{ModuleKind::kFile, it.file("pkg/a.py")}));
  EXPECT_EQ(it.code.find("space"), (ModuleRef{ModuleKind::kNamespace, kNoFile}));
  EXPECT_FALSE(it.code.find("pkg.none"));
  EXPECT_FALSE(it.code.find(""));
}

TEST(CodeBase, APackageWinsOverAFileAndAFileOverANamespaceOrStub) {
  const CodeFixture it({{"a.py", ""},
                        {"a/__init__.py", ""},
                        {"b.py", ""},
                        {"b/x.py", ""},
                        {"c.py", ""},
                        {"c.pyi", ""},
                        {"d.pyi", ""}});
  EXPECT_EQ(it.code.find("a").file, it.file("a/__init__.py"));
  EXPECT_EQ(it.code.find("b").file, it.file("b.py"));
  EXPECT_EQ(it.code.find("c").file, it.file("c.py"));
  EXPECT_EQ(it.code.find("d").file, it.file("d.pyi"));
}

TEST(CodeBase, ExtensionsAreModulesWithoutFacts) {
  const CodeFixture it(
      {{"a.pyx", "cdef f()"}, {"b.pyx.in", ""}, {"c.cpython-311-x86_64-linux-gnu.so", ""}});
  for (const std::string_view name : {"a", "b", "c"}) EXPECT_TRUE(it.code.find(name)) << name;
  EXPECT_TRUE(it.code.facts(it.file("a.pyx")).bindings.empty());
  EXPECT_TRUE(it.code.python_files().empty());
}

TEST(CodeBase, ASourceFolderIsARootToo) {
  const CodeFixture it(
      {{"src/app/__init__.py", ""}, {"src/app/a.py", ""}, {"tests/test_a.py", ""}});
  EXPECT_EQ(it.code.roots(), (Names{"", "src"}));
  EXPECT_EQ(it.code.names_of(it.file("src/app/a.py")), (Names{"app.a", "src.app.a"}));
  EXPECT_EQ(it.code.find("app.a"), it.code.find("src.app.a"));
  EXPECT_EQ(it.code.name_of(it.file("tests/test_a.py")), "tests.test_a");
  EXPECT_TRUE(it.code.is_first_party("app.none"));
}

TEST(CodeBase, ASourceFolderThatIsAPackageIsNoRoot) {
  const CodeFixture it({{"src/__init__.py", ""}, {"src/app/__init__.py", ""}});
  EXPECT_EQ(it.code.roots(), Names{""});
  EXPECT_FALSE(it.code.find("app"));
}

TEST(CodeBase, AnEarlierRootWinsButNotANamespaceOverAModule) {
  const CodeFixture it(
      {{"one/a.py", ""}, {"two/a/__init__.py", ""}, {"one/b/x.py", ""}, {"two/b.py", ""}},
      {{"one", "./two/"}, {}, 0});
  EXPECT_EQ(it.code.find("a").file, it.file("one/a.py"));
  EXPECT_EQ(it.code.find("b").file, it.file("two/b.py"));
  EXPECT_TRUE(it.code.find("b.x"));
}

TEST(CodeBase, WhatNoRootContainsIsFoundByItsPathButNotFirstParty) {
  const CodeFixture it({{"src/app/__init__.py", ""}, {"docs/tools/a.py", ""}}, {{"src"}, {}, 0});
  EXPECT_TRUE(it.code.find("docs.tools.a"));
  EXPECT_FALSE(it.code.is_first_party("docs"));
  EXPECT_EQ(it.code.names_of(it.file("docs/tools/a.py")), Names{});
  EXPECT_EQ(it.code.absolute(it.file("docs/tools/a.py"), 1, "b"), "docs.tools.b");
}

TEST(CodeBase, ThirdPartyNamesAreNotOurs) {
  const CodeFixture it({{"alembic/env.py", ""}, {"app.py", ""}}, {{}, {"alembic"}, 0});
  EXPECT_FALSE(it.code.is_first_party("alembic.op"));
  EXPECT_FALSE(it.code.find("alembic.env"));
  EXPECT_TRUE(it.code.is_first_party("app"));
}

TEST(CodeBase, NamesThatCannotBeWritten) {
  const CodeFixture it({{"my-tool/run.py", ""},
                        {"class.py", ""},
                        {"a.b.py", ""},
                        {"bin/tool", "#!/usr/bin/python3\n"}});
  EXPECT_EQ(it.code.name_of(it.file("my-tool/run.py")), "");
  EXPECT_TRUE(it.code.find("my-tool.run"));
  EXPECT_EQ(it.code.name_of(it.file("class.py")), "");
  EXPECT_EQ(it.code.name_of(it.file("a.b.py")), "");
  EXPECT_FALSE(it.code.find("a.b"));
  EXPECT_EQ(it.code.python_files().size(), 4U);
  EXPECT_EQ(it.code.name_of(it.file("bin/tool")), "");
}

TEST(CodeBase, RelativeImports) {
  const CodeFixture it({{"a/b/__init__.py", ""}, {"a/b/c.py", ""}, {"top.py", ""}});
  const FileId init = it.file("a/b/__init__.py");
  const FileId file = it.file("a/b/c.py");
  EXPECT_EQ(it.code.absolute(init, 1, ""), "a.b");
  EXPECT_EQ(it.code.absolute(file, 1, "d"), "a.b.d");
  EXPECT_EQ(it.code.absolute(file, 2, ""), "a");
  EXPECT_EQ(it.code.absolute(file, 3, "x"), std::nullopt);
  EXPECT_EQ(it.code.absolute(file, 255, "x"), std::nullopt);
  EXPECT_EQ(it.code.absolute(it.file("top.py"), 1, "x"), std::nullopt);
  EXPECT_EQ(it.code.absolute(file, 0, "os.path"), "os.path");
}

TEST(CodeBase, ChildrenAreSortedAndOnce) {
  const CodeFixture it(
      {{"p/__init__.py", ""}, {"p/z.py", ""}, {"p/a/x.py", ""}, {"p/a/y.py", ""}, {"p/a.py", ""}});
  EXPECT_EQ(it.code.children("p"), (Names{"a", "z"}));
  EXPECT_EQ(it.code.children("p.a"), (Names{"x", "y"}));
  EXPECT_EQ(it.code.children("p.z"), Names{});
}

TEST(CodeBase, ThreadsGiveTheSameFacts) {
  TreeFixture folder;
  for (int i = 0; i < 50; ++i)
    folder.write("m" + std::to_string(i) + ".py", "import a" + std::to_string(i) + "\nx = 1\n");
  const SourceTree tree = SourceTree::open({folder.root(), {}}).value();
  const CodeBase code(tree, {{}, {}, 4});
  for (const FileId id : code.python_files()) {
    const python::ModuleFacts& facts = code.facts(id);
    ASSERT_EQ(facts.names.size(), 1U);
    EXPECT_EQ("m" + std::string(facts.text(facts.names[0].name)).substr(1) + ".py",
              tree.file(id).path);
  }
}

TEST(CodeBase, AFileThatCannotBeReadHasAProblem) {
  const TreeFixture folder({{"a.py", "x = 1\n"}});
  const SourceTree tree = SourceTree::open({folder.root(), {}}).value();
  folder.remove("a.py");
  const CodeBase code(tree, {});
  ASSERT_EQ(code.facts(0).problems.size(), 1U);
  EXPECT_EQ(code.facts(0).problems[0].kind, python::ProblemKind::kUnreadable);
  EXPECT_STREQ(code.facts(0).problems[0].message, "it is gone");
  EXPECT_EQ(code.facts(0).blocks.size(), 1U);
  EXPECT_TRUE(code.find("a"));
}

}  // namespace
}  // namespace gp::graph
