#include "gardener/graph/source_tree.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gardener/graph/file_kind.h"
#include "gardener/graph/tree_fixture.h"

namespace gp::graph {
namespace {

using Paths = std::vector<std::string>;

SourceTree open(const std::string& root, std::vector<std::string> exclude = {}) {
  return SourceTree::open({root, std::move(exclude)}).value();
}

Paths paths(const SourceTree& tree) {
  Paths all;
  for (const SourceFile& file : tree.files()) all.push_back(file.path);
  return all;
}

Paths problems(const SourceTree& tree) {
  Paths all;
  for (const TreeProblem& one : tree.problems()) all.push_back(one.path + ": " + one.message);
  return all;
}

TEST(SourceTree, WalksAFolderWithoutGit) {
  const TreeFixture folder({{"b.py", ""},
                            {"a/x.py", ""},
                            {"a.py", ""},
                            {".hidden/x.py", ""},
                            {".env", ""},
                            {"a/__pycache__/x.pyc", ""},
                            {"node_modules/m/x.py", ""},
                            {"venv/pyvenv.cfg", ""},
                            {"venv/lib/x.py", ""}});
  const SourceTree tree = open(folder.root());
  EXPECT_EQ(paths(tree), (Paths{".env", "a.py", "a/x.py", "b.py"}));
  EXPECT_EQ(problems(tree), Paths{});
}

TEST(SourceTree, FindsByPath) {
  const TreeFixture folder({{"a.py", "one"}, {"b/c.py", "two"}});
  const SourceTree tree = open(folder.root());
  EXPECT_EQ(tree.file(tree.find("b/c.py")).path, "b/c.py");
  EXPECT_EQ(tree.find("b"), kNoFile);
  EXPECT_EQ(tree.read(tree.find("b/c.py")).value(), "two");
}

TEST(SourceTree, InGitTrackedAndNewFilesButNotIgnoredOrDeletedOnes) {
  const TreeFixture folder({{".gitignore", "*.log\nout/\n"},
                            {"sub/.gitignore", "!keep.log\n/only_here\n"},
                            {"tracked.py", ""},
                            {"gone.py", ""},
                            {"forced.log", ""},
                            {"out/forced.py", ""}});
  folder.git("init");
  folder.git("add .gitignore sub tracked.py gone.py");
  folder.git("add -f forced.log out/forced.py");
  folder.remove("gone.py");
  folder.write("new.py", "");
  folder.write("out/ignored.py", "");
  folder.write("a.log", "");
  folder.write("sub/keep.log", "");
  folder.write("sub/only_here", "");
  folder.write("sub/deeper/only_here", "");
  const Paths expected{".gitignore",     "forced.log",           "new.py",       "out/forced.py",
                       "sub/.gitignore", "sub/deeper/only_here", "sub/keep.log", "tracked.py"};
  EXPECT_EQ(paths(open(folder.root())), expected);
}

TEST(SourceTree, ASubfolderOfAWorkTreeHasItsOwnPaths) {
  const TreeFixture folder({{".gitignore", "/in/skip.py\n"}, {"in/a.py", ""}, {"out.py", ""}});
  folder.git("init");
  folder.git("add -A");
  folder.write("in/new.py", "");
  folder.write("in/skip.py", "");
  EXPECT_EQ(paths(open(folder / "in")), (Paths{"a.py", "new.py"}));
}

TEST(SourceTree, AllIndexVersionsAreRead) {
  const TreeFixture folder({{"a/one.py", ""}, {"a/two.py", ""}, {"b.py", ""}});
  folder.write(".gitignore", "*.py\n");
  folder.git("init");
  folder.git("add -f .");
  folder.git("update-index --index-version 4");
  const Paths expected{".gitignore", "a/one.py", "a/two.py", "b.py"};
  EXPECT_EQ(paths(open(folder.root())), expected);
  folder.git("update-index --index-version 2");
  EXPECT_EQ(paths(open(folder.root())), expected);
  folder.git("update-index --index-version 3");
  folder.git("update-index --skip-worktree b.py");  // makes an extended entry
  EXPECT_EQ(paths(open(folder.root())), expected);
}

TEST(SourceTree, LinkedWorkTreesHaveTheirOwnIndex) {
  const TreeFixture folder({{"main/a.py", ""}, {"main/.gitignore", "*.tmp\n"}});
  folder.git("-C main init");
  folder.git("-C main add -A");
  folder.git("-C main commit -m x");
  folder.git("-C main worktree add ../linked");
  folder.write("linked/x.tmp", "");
  folder.write("linked/new.py", "");
  EXPECT_EQ(paths(open(folder / "linked")), (Paths{".gitignore", "a.py", "new.py"}));
}

TEST(SourceTree, ADamagedIndexIsAProblemAndTheWalkGoesOn) {
  const TreeFixture folder({{"a.py", ""}, {"b.py", ""}});
  folder.git("init");
  folder.git("add -A");
  const std::string index = folder.text(".git/index");
  for (std::size_t size = 0; size < index.size(); ++size) {
    folder.write(".git/index", index.substr(0, size));
    const SourceTree tree = open(folder.root());
    ASSERT_EQ(paths(tree), (Paths{"a.py", "b.py"})) << size;
    if (size < index.size() - 30) {
      ASSERT_EQ(tree.problems().size(), 1U) << size;
    }
  }
}

TEST(SourceTree, ARepositoryInsideIsAProblem) {
  const TreeFixture folder({{"a.py", ""}, {"inner/b.py", ""}});
  folder.git("init");
  folder.git("add a.py");
  folder.git("-C inner init");
  const SourceTree tree = open(folder.root());
  EXPECT_EQ(paths(tree), Paths{"a.py"});
  EXPECT_EQ(problems(tree), Paths{"inner/: it is another git repository; look at it on its own"});
}

TEST(SourceTree, ARootThatGitIgnoresIsWalked) {
  const TreeFixture folder({{".gitignore", "build/\n"}, {"build/x/a.py", ""}});
  folder.git("init");
  EXPECT_EQ(paths(open(folder / "build/x")), Paths{"a.py"});
}

TEST(SourceTree, LinksAndOddFilesAreListedAsProblems) {
  const TreeFixture outside({{"secret.py", "x"}});
  const TreeFixture folder({{"a.py", "x = 1"}, {"d/b.py", ""}});
  ASSERT_EQ(::symlink("a.py", (folder / "inside.py").c_str()), 0);
  ASSERT_EQ(::symlink((outside / "secret.py").c_str(), (folder / "outside.py").c_str()), 0);
  ASSERT_EQ(::symlink("..", (folder / "d/loop").c_str()), 0);
  ASSERT_EQ(::symlink("self.py", (folder / "self.py").c_str()), 0);
  ASSERT_EQ(::symlink("nothing", (folder / "broken.py").c_str()), 0);
  ASSERT_EQ(::mkfifo((folder / "pipe.py").c_str(), 0600), 0);
  const SourceTree tree = open(folder.root());
  EXPECT_EQ(paths(tree), (Paths{"a.py", "d/b.py", "inside.py"}));
  EXPECT_EQ(problems(tree),
            (Paths{"broken.py: it is a symbolic link to nothing that can be reached",
                   "d/loop: it is a symbolic link to a folder and is not followed",
                   "outside.py: it is a symbolic link to a file outside the tree and is not read",
                   "pipe.py: it is neither a file nor a folder and is not read",
                   "self.py: it is a symbolic link in a loop"}));
}

TEST(SourceTree, OddNamesAreKeptAndListed) {
  const TreeFixture folder({{"new\nline.py", ""}, {"latin-\xe9.py", ""}, {"a b.py", ""}});
  const SourceTree tree = open(folder.root());
  EXPECT_EQ(tree.files().size(), 3U);
  EXPECT_EQ(
      problems(tree),
      (Paths{"latin-\xe9.py: its name is not UTF-8; reports show it with other characters",
             "new\nline.py: its name has a control character; reports of it may be misread"}));
}

TEST(SourceTree, AFileThatIsGoneWhenReadSaysSo) {
  const TreeFixture folder({{"a.py", ""}});
  const SourceTree tree = open(folder.root());
  folder.remove("a.py");
  const Result<std::string> read = tree.read(0);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "a.py cannot be read: it is gone");
  folder.write("a.py/inner", "");
  EXPECT_EQ(tree.read(0).error().message, "a.py cannot be read: it is no regular file");
}

TEST(SourceTree, ExcludedAndBackupFilesAreMarkedNotDropped) {
  const TreeFixture folder(
      {{"gen/a.py", ""}, {"backups/b.py", ""}, {"c.py.bak", ""}, {"d.py", ""}});
  const SourceTree tree = open(folder.root(), {"gen/"});
  EXPECT_EQ(paths(tree), (Paths{"backups/b.py", "c.py.bak", "d.py", "gen/a.py"}));
  EXPECT_TRUE(tree.file(3).is_excluded);
  EXPECT_FALSE(tree.file(2).is_excluded || tree.file(2).is_backup);
  EXPECT_TRUE(tree.file(0).is_backup && tree.file(1).is_backup);
}

TEST(SourceTree, AMissingRootIsAnError) {
  const TreeFixture folder({{"a.py", ""}});
  EXPECT_EQ(SourceTree::open({folder / "none", {}}).error().message,
            "the root " + (folder / "none") + " cannot be opened: it is gone");
  EXPECT_EQ(SourceTree::open({folder / "a.py", {}}).error().message,
            "the root " + (folder / "a.py") + " is no folder");
}

TEST(FileKind, ByNameAndFirstLine) {
  EXPECT_EQ(kind_of("a/b.pyi", ""), FileKind::kPython);
  EXPECT_EQ(kind_of("bin/tool", "#!/usr/bin/env -S python3 -u\n"), FileKind::kPython);
  EXPECT_EQ(kind_of("bin/tool", "#!/bin/sh -e\n"), FileKind::kShell);
  EXPECT_EQ(kind_of("bin/tool", "ELF"), FileKind::kOther);
  EXPECT_EQ(kind_of("Dockerfile.dev", ""), FileKind::kShell);
  EXPECT_EQ(kind_of(".github/workflows/ci.yml", ""), FileKind::kShell);
  EXPECT_EQ(kind_of("k8s/app.yml", ""), FileKind::kConfig);
  EXPECT_EQ(kind_of("README.rst", ""), FileKind::kDoc);
  EXPECT_EQ(kind_of("a.ts", ""), FileKind::kOther);
  EXPECT_FALSE(needs_head("a.py") || needs_head("Makefile") || needs_head(".env"));
  EXPECT_TRUE(needs_head("bin/tool"));
}

TEST(FileKind, BackupsAndTests) {
  EXPECT_TRUE(is_backup_path("backup/x/a.py"));
  EXPECT_TRUE(is_backup_path("a.py.backup_pre_migration"));
  EXPECT_TRUE(is_backup_path("a.py~"));
  EXPECT_FALSE(is_backup_path("services/backup_service.py"));
  EXPECT_TRUE(is_test_path("a/tests/helper.py"));
  EXPECT_TRUE(is_test_path("test_a.py"));
  EXPECT_TRUE(is_test_path("x/a_test.py"));
  EXPECT_TRUE(is_test_path("conftest.py"));
  EXPECT_FALSE(is_test_path("app/testing_tools.py"));
  EXPECT_FALSE(is_test_path("app/contest.py"));
}

TEST(SourceTree, BinaryMeansANulNearTheStart) {
  EXPECT_TRUE(is_binary(std::string_view("a\0b", 3)));
  EXPECT_FALSE(is_binary(std::string(8192, 'a') + '\0'));
}

}  // namespace
}  // namespace gp::graph
