#include "gardener/python/line_index.h"

#include <gtest/gtest.h>

namespace gp::python {
namespace {

TEST(LineIndex, EveryLineEnd) {
  const LineIndex lines("ab\ncd\r\ne\rf");
  EXPECT_EQ(lines.lines(), 4U);
  EXPECT_EQ(lines.at(0), (Position{1, 0}));
  EXPECT_EQ(lines.at(4), (Position{2, 1}));
  EXPECT_EQ(lines.at(7), (Position{3, 0}));
  EXPECT_EQ(lines.at(9), (Position{4, 0}));
  EXPECT_EQ(lines.line(2), "cd");
  EXPECT_EQ(lines.line(4), "f");
  EXPECT_EQ(lines.line(5), "");
  EXPECT_EQ(lines.line(0), "");
  EXPECT_EQ(lines.begin_of(3), 7U);
}

TEST(LineIndex, ABomIsNotCounted) {
  const LineIndex lines("\xef\xbb\xbfx\ny");
  EXPECT_EQ(lines.at(3), (Position{1, 0}));
  EXPECT_EQ(lines.at(5), (Position{2, 0}));
}

TEST(LineIndex, TheEndOfTheSource) {
  const LineIndex lines("a\n");
  EXPECT_EQ(lines.lines(), 2U);
  EXPECT_EQ(lines.at(2), (Position{2, 0}));
  EXPECT_EQ(LineIndex("").at(0), (Position{1, 0}));
}

}  // namespace
}  // namespace gp::python
