#include "gardener/rules/test_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gardener/rules/compliance_tests.h"
#include "gardener/rules/test_folder.h"

namespace gp::rules {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class TestMapTest : public testing::Test {
 protected:
  TestMapTest() {
    folder_.write("pkg/__init__.py", "");
    folder_.write("pkg/old.py", "def create(): ...\n");
    folder_.write("pkg/user.py", "from pkg.old import create\n");
    folder_.write("pkg/alone.py", "from pkg.old import create\n");
  }

  TestMap map() const {
    const graph::SourceTree tree = folder_.tree();
    const graph::CodeBase code(tree, {});
    const ScanContext context(code);
    return map_tests(context, refs::find_references(tree, "pkg.old", {}));
  }

  std::vector<std::string> claims() const {
    std::vector<std::string> texts;
    for (const TestClaim& claim : map().claims)
      texts.push_back(claim.test + ": " + std::string(name_of(claim.claim)));
    return texts;
  }

  TestFolder folder_{};
};

TEST_F(TestMapTest, AnImporterIsProtectedByAnImportOrAPatch) {
  folder_.write("tests/test_import.py", "from pkg import user\n");
  folder_.write("tests/test_patch.py",
                "from unittest.mock import patch\n\n\n"
                "def test():\n    with patch(\"pkg.user.create\"):\n        pass\n");
  const TestMap result = map();
  ASSERT_EQ(result.protecting.size(), 2u);
  EXPECT_EQ(result.protecting[0].path, "tests/test_import.py");
  EXPECT_THAT(result.protecting[0].importers, ElementsAre("pkg.user"));
  EXPECT_EQ(result.protecting[1].patches, 1u);
  EXPECT_THAT(result.unprotected, ElementsAre("pkg.alone"));
}

TEST_F(TestMapTest, ReadsWhatTestsClaim) {
  folder_.write("tests/test_claims.py", R"(import os

import pytest


def test_needs():
    from pkg.old import create


def test_raises():
    with pytest.raises(ImportError):
        import pkg.old


def test_fails_if_there():
    try:
        import pkg.old
        pytest.fail("still there")
    except ImportError:
        pass


def test_file_gone():
    assert not os.path.exists("pkg/old.py")


def test_file_there():
    assert os.path.exists("pkg/old.py")


def test_either_way():
    try:
        import pkg.old
    except ImportError:
        pass
)");
  EXPECT_THAT(claims(), ElementsAre("test_needs: needs it", "test_file_there: asserts it exists",
                                    "test_raises: asserts it is gone",
                                    "test_fails_if_there: asserts it is gone",
                                    "test_file_gone: asserts it is gone"));
  EXPECT_TRUE(map().contradicts());
}

TEST_F(TestMapTest, AgreementIsNoContradiction) {
  folder_.write("tests/test_a.py", "def test_a():\n    from pkg.old import create\n");
  EXPECT_THAT(claims(), ElementsAre("test_a: needs it"));
  EXPECT_FALSE(map().contradicts());
}

TEST(ComplianceTests, NameTheModulesAndTheWayToTheRoot) {
  const auto files = compliance_tests({.target = "pkg.old",
                                       .target_path = "pkg/old.py",
                                       .canonical = "pkg.new",
                                       .canonical_path = "pkg/new.py",
                                       .depth = 2,
                                       .paths = {{"pkg.new", "A", "pkg", "A"}}});
  ASSERT_EQ(files.size(), 3u);
  EXPECT_EQ(files[0].name, "test_ssot_import_ban_old.py");
  EXPECT_THAT(files[0].text, HasSubstr("BANNED = \"pkg.old\""));
  EXPECT_THAT(files[0].text, HasSubstr(".parents[2]"));
  EXPECT_THAT(files[0].text, HasSubstr("(ROOT / \"pkg/old.py\").exists()"));
  EXPECT_THAT(files[1].text, HasSubstr("(\"pkg.new\", \"A\", \"pkg\", \"A\"),"));
  EXPECT_THAT(files[2].text, HasSubstr("/ \"pkg/new.py\""));
  for (const GeneratedFile& file : files) EXPECT_THAT(file.text, Not(HasSubstr("@TARGET@")));
}

TEST(ComplianceTests, WithoutACanonicalModuleThereIsOnlyTheBan) {
  const auto files = compliance_tests({.target = "pkg.old"});
  ASSERT_EQ(files.size(), 1u);
  EXPECT_THAT(files[0].text, Not(HasSubstr("test_its_file_is_gone")));
}

TEST_F(TestMapTest, OtherPathsToTheCanonicalModuleAreComparedButNotThoseThroughTheOldOne) {
  folder_.write("pkg/new.py", "class Manager: ...\n");
  folder_.write("pkg/old.py", "from pkg.new import Manager\n\n\ndef create(): ...\n");
  folder_.write("pkg/compat.py", "from pkg.new import Manager\n");
  folder_.write("pkg/b.py", "from pkg.compat import Manager\nfrom pkg.old import Manager as M\n");
  const graph::SourceTree tree = folder_.tree();
  const graph::CodeBase code(tree, {});
  const ScanContext context(code);
  const auto same = same_paths(context, "pkg.new", "pkg.old");
  ASSERT_EQ(same.size(), 1u);
  EXPECT_EQ(same[0].other_module, "pkg.compat");
}

}  // namespace
}  // namespace gp::rules
