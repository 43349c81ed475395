#include "gardener/refs/string_shape.h"

#include <gtest/gtest.h>

namespace gp::refs {
namespace {

TEST(StringShape, ExactIsTouchedByNothingOfAnIdentifier) {
  EXPECT_TRUE(has_exact("old", "old"));
  EXPECT_TRUE(has_exact("pkg.old.x", "old"));
  EXPECT_TRUE(has_exact("old_one and old", "old"));
  EXPECT_FALSE(has_exact("older old_one _old \xc3\xa9old", "old"));
}

TEST(StringShape, DottedPathIsTheModuleAndNamesBelowIt) {
  EXPECT_TRUE(is_dotted_path("pkg.old", "pkg.old"));
  EXPECT_TRUE(is_dotted_path("pkg.old.Class.method", "pkg.old"));
  EXPECT_FALSE(is_dotted_path("pkg.older", "pkg.old"));
  EXPECT_FALSE(is_dotted_path("pkg.old.", "pkg.old"));
  EXPECT_FALSE(is_dotted_path("pkg.old.1", "pkg.old"));
  EXPECT_FALSE(is_dotted_path("pkg.old is", "pkg.old"));
}

TEST(StringShape, ImportTextIsAnImportOfTheNameInAnyForm) {
  for (const char* text : {"from pkg.old import x", "from pkg import a, old", "import pkg.old",
                           "x = 1\nfrom  pkg.old\timport (", "from .old import x", "import old",
                           "say: from old import y"})
    EXPECT_TRUE(has_import_text(text, "old")) << text;
  for (const char* text : {"from pkg.old", "imports pkg.old", "from pkg import older",
                           "from pkg import a\nold", "the old import", "reimport old"})
    EXPECT_FALSE(has_import_text(text, "old")) << text;
}

TEST(StringShape, PathIsOnlyAPath) {
  for (const char* text : {"pkg/old.py", "old.pyi", "./a-b/old/x.txt", "C:/old.py", "~/old/"})
    EXPECT_TRUE(is_path(text, "old")) << text;
  for (const char* text :
       {"see pkg/old.py", "pkg/old.py:12", "pkg/older.py", "old.txt", "x-old.py", "pkg.old"})
    EXPECT_FALSE(is_path(text, "old")) << text;
}

TEST(StringShape, BackslashMakesAPatternButNotALineContinuation) {
  EXPECT_TRUE(has_pattern_backslash("a\\.old"));
  EXPECT_TRUE(has_pattern_backslash("old\\"));
  EXPECT_FALSE(has_pattern_backslash("old \\\n more"));
  EXPECT_FALSE(has_pattern_backslash("old.*"));
}

TEST(StringShape, MentionIsTheDottedRunWithoutDotsAtItsEnds) {
  const auto mention = [](std::string_view text, bool is_path) {
    const TextRange range = mention_around(text, text.find("old"), 3, is_path);
    return std::string(text.substr(range.begin, range.end - range.begin));
  };
  EXPECT_EQ(mention("use pkg.old.x().", false), "pkg.old.x");
  EXPECT_EQ(mention("It is ..old.", false), "old");
  EXPECT_EQ(mention("a/b-c/old.py", false), "old.py");
  EXPECT_EQ(mention("'a/b-c/old.py'", true), "a/b-c/old.py");
}

}  // namespace
}  // namespace gp::refs
