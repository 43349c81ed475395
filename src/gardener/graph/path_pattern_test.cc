#include "gardener/graph/path_pattern.h"

#include <gtest/gtest.h>

namespace gp::graph {
namespace {

bool matches(std::string_view line, std::string_view path, bool is_folder = false) {
  const std::optional<PathPattern> pattern = PathPattern::parse(line);
  return pattern && pattern->matches(path, is_folder);
}

TEST(PathPattern, WithoutASlashMatchesAtAnyDepth) {
  EXPECT_TRUE(matches("*.pyc", "a.pyc"));
  EXPECT_TRUE(matches("*.pyc", "a/b/c.pyc"));
  EXPECT_FALSE(matches("*.pyc", "a.py"));
  EXPECT_TRUE(matches("build", "x/build", true));
  EXPECT_FALSE(matches("build", "x/builds", true));
}

TEST(PathPattern, WithASlashIsAnchored) {
  EXPECT_TRUE(matches("/a.txt", "a.txt"));
  EXPECT_FALSE(matches("/a.txt", "b/a.txt"));
  EXPECT_TRUE(matches("docs/*.md", "docs/x.md"));
  EXPECT_FALSE(matches("docs/*.md", "docs/y/x.md"));
  EXPECT_FALSE(matches("docs/*.md", "z/docs/x.md"));
}

TEST(PathPattern, ATrailingSlashIsForFolders) {
  EXPECT_TRUE(matches("build/", "a/build", true));
  EXPECT_FALSE(matches("build/", "a/build", false));
}

TEST(PathPattern, DoubleStarsCrossFolders) {
  EXPECT_TRUE(matches("**/x.py", "x.py"));
  EXPECT_TRUE(matches("**/x.py", "a/b/x.py"));
  EXPECT_TRUE(matches("a/**/z", "a/z"));
  EXPECT_TRUE(matches("a/**/z", "a/b/c/z"));
  EXPECT_FALSE(matches("a/**/z", "a/bz"));
  EXPECT_TRUE(matches("a/**", "a/b/c"));
  EXPECT_FALSE(matches("a/**", "a", true));
  EXPECT_FALSE(matches("a/x**y", "a/x/y"));
}

TEST(PathPattern, ClassesAndEscapes) {
  EXPECT_TRUE(matches("[a-c]?.py", "b1.py"));
  EXPECT_FALSE(matches("[!a-c]?.py", "b1.py"));
  EXPECT_TRUE(matches("[]x].py", "].py"));
  EXPECT_TRUE(matches("[.py", "[.py"));
  EXPECT_TRUE(matches("\\#a", "#a"));
  EXPECT_TRUE(matches("a\\*", "a*"));
  EXPECT_FALSE(matches("a\\*", "ab"));
  EXPECT_FALSE(matches("a?b", "a/b"));
}

TEST(PathPattern, BlankLinesAndCommentsAreNone) {
  EXPECT_FALSE(PathPattern::parse(""));
  EXPECT_FALSE(PathPattern::parse("   "));
  EXPECT_FALSE(PathPattern::parse("# x"));
  EXPECT_FALSE(PathPattern::parse("/"));
  EXPECT_TRUE(matches("x  ", "x"));
  EXPECT_TRUE(matches("x\\ ", "x "));
}

// A backtracking matcher needs 2^40 steps for this.
TEST(PathPattern, ManyStarsStayLinear) {
  std::string pattern;
  for (int i = 0; i < 40; ++i) pattern += "*a";
  EXPECT_FALSE(matches(pattern + "b", std::string(4000, 'a')));
}

TEST(PatternList, TheLastMatchDecides) {
  PatternList list;
  list.add_text("*.log\n!keep.log\r\n# no\n\nout/");
  EXPECT_EQ(list.decides("a.log", false), true);
  EXPECT_EQ(list.decides("x/keep.log", false), false);
  EXPECT_EQ(list.decides("a.txt", false), std::nullopt);
}

TEST(PatternList, CoversWhatStandsInAMatchedFolder) {
  PatternList list;
  list.add("backups/**");
  list.add("gen/");
  EXPECT_TRUE(list.covers("backups/a/b.py"));
  EXPECT_TRUE(list.covers("x/gen/b.py"));
  EXPECT_FALSE(list.covers("gen"));
  EXPECT_FALSE(list.covers("x/backups/a.py"));
}

}  // namespace
}  // namespace gp::graph
