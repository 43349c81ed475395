// One case per trap: what is found in small trees, as "file:line:column class symbol".
#include "gardener/refs/find_references.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gardener/refs/refs_fixture.h"

namespace gp::refs {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kOld =
    "def make(): ...\nclass Thing:\n  def run(self): ...\n_lock = 1\n";

TEST(FindReferences, RelativeFormsMeanWhatTheFileStandsFor) {
  RefsFixture fixture({{"pkg/__init__.py", "from .old import make\n"},
                       {"pkg/old.py", kOld},
                       {"pkg/near.py", "from . import old\nfrom .old import Thing\n"},
                       {"pkg/sub/__init__.py", "from ..old import make\nfrom .. import old as o\n"},
                       {"pkg/sub/deep.py", "from .old import make\nfrom .....old import make\n"}});
  EXPECT_THAT(fixture.lines(fixture.find("pkg.old")),
              ElementsAre("pkg/__init__.py:1:17 import make", "pkg/near.py:1:14 import",
                          "pkg/near.py:2:17 import Thing", "pkg/sub/__init__.py:1:18 import make",
                          "pkg/sub/__init__.py:2:15 import", "pkg/sub/deep.py:1:6 name",
                          "pkg/sub/deep.py:2:10 name"));
}

TEST(FindReferences, NameOfThePackageWinsOverTheSubmodule) {
  RefsFixture fixture({{"pkg/__init__.py", "def old(): ...\n"},
                       {"pkg/old.py", kOld},
                       {"use.py", "from pkg import old\nold.x\nimport pkg.old\n"}});
  EXPECT_THAT(fixture.lines(fixture.find("pkg.old")),
              ElementsAre("pkg/__init__.py:1:4 name", "use.py:1:16 name", "use.py:2:0 name",
                          "use.py:3:7 import"));
}

TEST(FindReferences, PackageIsInternalWithAllBelowIt) {
  RefsFixture fixture({{"old/__init__.py", "from . import a\n"},
                       {"old/a.py", "from .b import x\n"},
                       {"old/b.py", "x = 1\n"},
                       {"use.py", "import old.a\nfrom old.b import x\nfrom old import a\n"}});
  const ReferenceReport report = fixture.find("old");
  EXPECT_THAT(fixture.lines(report),
              ElementsAre("old/__init__.py:1:14 import a", "old/a.py:1:15 import b.x",
                          "use.py:1:7 import a", "use.py:2:18 import b.x", "use.py:3:16 import a"));
  for (const Reference& reference : report.references)
    EXPECT_EQ(reference.is_internal, fixture.path(reference).starts_with("old/"));
}

TEST(FindReferences, ModuleWithoutAFileIsFoundAllTheSame) {
  RefsFixture fixture(
      {{"use.py", "from distutils import log\nimport distutils.util as u\nu.strtobool(1)\n"}});
  const ReferenceReport report = fixture.find("distutils");
  EXPECT_EQ(report.target_file, graph::kNoFile);
  EXPECT_THAT(fixture.lines(report),
              ElementsAre("use.py:1:22 import log", "use.py:2:7 import util"));
  EXPECT_FALSE(report.references.front().is_missing);
}

TEST(FindReferences, SourceFolderIsARootOfItsOwn) {
  RefsFixture fixture(
      {{"src/pkg/__init__.py", ""},
       {"src/pkg/old.py", kOld},
       {"tests/test_x.py", "from pkg.old import make\nfrom src.pkg.old import make\n"}});
  EXPECT_THAT(fixture.lines(fixture.find("pkg.old")),
              ElementsAre("tests/test_x.py:1:20 import make", "tests/test_x.py:2:24 import make"));
}

TEST(FindReferences, FollowsReexportsWithoutAnyTraceOfTheName) {
  RefsFixture fixture(
      {{"pkg/__init__.py", ""},
       {"pkg/old.py", kOld},
       {"pkg/canonical.py", "from pkg.old import make as build\n__all__ = ['build']\n"},
       {"pkg/all.py", "from .canonical import *\n"},
       {"pkg/renamed.py", "from pkg import canonical\nfrom pkg.all import build as b\nc = b\n"},
       {"use.py", "from pkg.renamed import c\n"},
       {"other.py", "from elsewhere import build\n"}});
  const ReferenceReport report = fixture.find("pkg.old");
  EXPECT_THAT(fixture.lines(report), ElementsAre("pkg/all.py:1:23 transitive-import make",
                                                 "pkg/canonical.py:1:20 import make",
                                                 "pkg/renamed.py:2:20 transitive-import make",
                                                 "use.py:1:24 transitive-import make"));
  EXPECT_EQ(report.references.back().module, "pkg.renamed");
  ASSERT_EQ(report.reexporters.size(), 4U);
  EXPECT_EQ(report.reexporters[1].module, "pkg.canonical");
  EXPECT_EQ(report.reexporters[1].names[0].local, "build");
  EXPECT_EQ(report.reexporters[1].names[0].symbol, "make");
  EXPECT_TRUE(report.reexporters[1].names[0].in_all);
  EXPECT_EQ(report.reexporters[2].names.size(), 2U);
}

TEST(FindReferences, StarTakesWhatIsExported) {
  RefsFixture fixture({{"pkg/__init__.py", ""},
                       {"pkg/old.py", "a = b = c = 1\n__all__ = ['a', 'b']\n"},
                       {"mid.py", "from pkg.old import *\n__all__ = ['a']\n"},
                       {"use.py", "from mid import *\nfrom mid import b\nfrom mid import c\n"}});
  EXPECT_THAT(fixture.lines(fixture.find("pkg.old")),
              ElementsAre("mid.py:1:20 import *", "use.py:1:16 transitive-import a",
                          "use.py:2:16 transitive-import b"));
}

TEST(FindReferences, EndlessAliasesEnd) {
  RefsFixture fixture({{"pkg/__init__.py", ""},
                       {"pkg/old.py", kOld},
                       {"a.py", "import pkg.old as x\ny = x.p\nx = y.q\n"}});
  EXPECT_THAT(fixture.lines(fixture.find("pkg.old")), Contains("a.py:1:7 import"));
}

TEST(FindReferences, PatchesThroughAnImporterAreToldFromNamesakes) {
  RefsFixture fixture(
      {{"pkg/__init__.py", ""},
       {"pkg/old.py", kOld},
       {"router.py", "from pkg.old import make\n"},
       {"twin.py", "def make(): ...\n"},
       {"test_x.py",
        "patch('router.make')\npatch('router.make.return_value')\npatch('twin.make')\n"
        "patch('nowhere.make')\npatch('router.other')\n"}});
  EXPECT_THAT(fixture.lines(fixture.find("pkg.old")),
              ElementsAre("router.py:1:20 import make", "test_x.py:1:7 patch-indirect make",
                          "test_x.py:2:7 patch-indirect make.return_value",
                          "test_x.py:3:7 patch-namesake make"));
}

TEST(FindReferences, IndirectPatchThatAlsoNamesTheTargetIsListedTwice) {
  RefsFixture fixture({{"pkg/__init__.py", ""},
                       {"pkg/old.py", kOld},
                       {"use_old.py", "from pkg.old import make\n"},
                       {"test_x.py", "patch('use_old.make')\n"}});
  const ReferenceReport report = fixture.find("pkg.old");
  EXPECT_THAT(fixture.lines(report),
              ElementsAre("test_x.py:1:7 patch-indirect make", "test_x.py:1:7 string-lookalike",
                          "use_old.py:1:20 import make"));
  EXPECT_TRUE(report.references[0].is_repeated && report.references[1].is_repeated);
}

TEST(FindReferences, SettingsAddPatchCallees) {
  RefsFixture fixture({{"pkg/__init__.py", ""},
                       {"pkg/old.py", kOld},
                       {"router.py", "from pkg.old import make\n"},
                       {"test_x.py", "tools.swap('pkg.old.make')\nswap('router.make')\n"}});
  RefsOptions options;
  options.patch_callees = {"swap"};
  EXPECT_THAT(fixture.lines(fixture.find("pkg.old", options)),
              ElementsAre("router.py:1:20 import make", "test_x.py:1:12 patch make",
                          "test_x.py:2:6 patch-indirect make"));
}

TEST(FindReferences, WhatTheTargetLacksWasBrokenBefore) {
  RefsFixture fixture({{"pkg/__init__.py", ""},
                       {"pkg/old.py", kOld},
                       {"use.py",
                        "from pkg.old import make, gone\npatch('pkg.old.Thing.run')\n"
                        "patch('pkg.old.Thing.stop')\npatch('pkg.old.logger', create=True)\n"
                        "patch('pkg.old.logger')\n"}});
  std::vector<bool> missing;
  for (const Reference& reference : fixture.find("pkg.old").references)
    missing.push_back(reference.is_missing);
  EXPECT_THAT(missing, ElementsAre(false, true, false, true, false, true));
}

TEST(FindReferences, NamesThroughAStarOrAGetattrAreNotMissing) {
  RefsFixture star({{"old.py", "from new import *\n"},
                    {"new.py", "x = 1\n"},
                    {"use.py", "from old import x, y\n"}});
  const ReferenceReport report = star.find("old");
  EXPECT_FALSE(report.references[0].is_missing);
  EXPECT_TRUE(report.references[1].is_missing);
  RefsFixture dynamic(
      {{"old.py", "def __getattr__(name): ...\n"}, {"use.py", "from old import x\n"}});
  EXPECT_FALSE(dynamic.find("old").references[0].is_missing);
}

TEST(FindReferences, OtherFilesAreClassifiedByKind) {
  RefsFixture fixture(
      {{"pkg/__init__.py", ""},
       {"pkg/old.py", kOld},
       {"check.sh",
        "python -c \"from pkg.old import make, Thing\" > /dev/null 2>&1\npython -m pkg.old\n"
        "echo pkg.old older\n"},
       {"a.toml", "path = 'pkg.old:make'\n"},
       {"b.md", "Import `from pkg.old import make`.\n"},
       {"c.xyz", "old\n"},
       {"d.bin", std::string_view("old\0old", 7)}});
  const ReferenceReport report = fixture.find("pkg.old");
  EXPECT_THAT(fixture.lines(report),
              ElementsAre("a.toml:1:8 config", "b.md:1:13 doc", "c.xyz:1:0 text",
                          "check.sh:1:16 shell-import make,Thing", "check.sh:2:10 shell-import",
                          "check.sh:3:5 text", "check.sh:3:13 text-lookalike"));
}

TEST(FindReferences, SaysWhatTheImporterIs) {
  RefsFixture fixture({{"pkg/__init__.py", ""},
                       {"pkg/old.py", kOld},
                       {"pkg/app.py", "from pkg.old import make\n"},
                       {"pkg/tests/x.py", "from pkg.old import make\n"},
                       {"scripts/run.py", "from pkg.old import make\n"},
                       {"backups/app.py", "from pkg.old import make\n"}});
  std::vector<std::string> populations;
  for (const Reference& reference : fixture.find("pkg.old").references)
    populations.push_back(fixture.path(reference) + ' ' +
                          std::string(name_of(reference.population)));
  EXPECT_THAT(populations, ElementsAre("backups/app.py backup", "pkg/app.py production",
                                       "pkg/tests/x.py test", "scripts/run.py script"));
}

TEST(FindReferences, SpansAreTheBytesToEdit) {
  RefsFixture fixture({{"pkg/__init__.py", ""},
                       {"pkg/old.py", kOld},
                       {"use.py",
                        "\xef\xbb\xbf"
                        "from pkg.old import make as m\r\npatch(\"pkg.old.make\")\r\n"
                        "x = 'say \\npkg.old.make.'\r\n"}});
  std::vector<std::string> texts;
  const ReferenceReport report = fixture.find("pkg.old");
  for (const Reference& reference : report.references) texts.push_back(fixture.text(reference));
  EXPECT_THAT(texts, ElementsAre("make as m", "pkg.old.make", "pkg.old.make"));
  EXPECT_EQ(report.references[0].begin, (python::Position{1, 20}));
  EXPECT_EQ(report.references[0].local_name, "m");
  EXPECT_EQ(report.references[0].statement, "1:0");
  ASSERT_NE(report.scanned(report.references[0].file), nullptr);
  EXPECT_EQ(report.scanned(report.target_file), nullptr);
}

TEST(FindReferences, ContextSaysWhereItStands) {
  RefsFixture fixture(
      {{"pkg/__init__.py", ""},
       {"pkg/old.py", kOld},
       {"use.py",
        "def f():\n  try:\n    from pkg.old import make\n  except (ImportError, ValueError): ...\n"
        "if TYPE_CHECKING:\n  from pkg.old import make; x = 1\n"
        "names = ['pkg.old']\nfor n in names: import_module(n)\n"}});
  std::vector<std::string> contexts;
  for (const Reference& reference : fixture.find("pkg.old").references)
    contexts.push_back(reference.context);
  EXPECT_THAT(contexts,
              ElementsAre("function,try:ImportError|ValueError,only-statement",
                          "module,type-checking,shares-line", "list,assigned:names,fed-to-import"));
}

TEST(FindReferences, SyntaxProblemsAreListedWhereTheTargetIsMentioned) {
  RefsFixture fixture({{"pkg/__init__.py", ""},
                       {"pkg/old.py", kOld},
                       {"broken.py", "from pkg.old import make\nx = (1\n"},
                       {"fine.py", "match x:\n  case 1: from pkg.old import make\n"},
                       {"elsewhere.py", "x = (1\n"}});
  const ReferenceReport report = fixture.find("pkg.old");
  EXPECT_THAT(fixture.lines(report),
              ElementsAre("broken.py:1:20 import make", "fine.py:2:30 import make"));
  std::vector<std::string> listed;
  for (const Unreadable& problem : report.unreadable)
    listed.push_back(problem.path + (problem.mentions_target ? " !" : ""));
  EXPECT_THAT(listed, ElementsAre("broken.py !", "fine.py"));
}

TEST(FindReferences, AnswerIsTheSameWithAnyNumberOfThreads) {
  RefsFixture fixture({{"pkg/__init__.py", ""}, {"pkg/old.py", kOld}});
  for (int i = 0; i < 60; ++i) {
    const std::string name = "use" + std::to_string(i);
    fixture.files().write(name + ".py",
                          "from pkg.old import make as make" + std::to_string(i) + "\n");
    fixture.files().write(name + "_again.py",
                          "from " + name + " import make" + std::to_string(i) + "\n");
  }
  RefsOptions one;
  one.jobs = 1;
  RefsOptions four;
  four.jobs = 4;
  const std::vector<std::string> lines = fixture.lines(fixture.find("pkg.old", one));
  EXPECT_EQ(lines.size(), 120U);
  EXPECT_EQ(fixture.lines(fixture.find("pkg.old", four)), lines);
}

TEST(FindReferences, StubBesideItsModuleBindsNothing) {
  RefsFixture fixture({{"pkg/__init__.py", ""},
                       {"pkg/old.py", kOld},
                       {"a.pyi", "from pkg.old import make\n"},
                       {"a.py", "def make(): ...\n"},
                       {"use.py", "from a import make\n"}});
  EXPECT_THAT(fixture.lines(fixture.find("pkg.old")), ElementsAre("a.pyi:1:20 import make"));
}

TEST(FindReferences, NothingThereIsNoAnswerAtAll) {
  RefsFixture fixture({{"a.py", "import os\n"}});
  EXPECT_THAT(fixture.find("pkg.old").references, IsEmpty());
}

}  // namespace
}  // namespace gp::refs
