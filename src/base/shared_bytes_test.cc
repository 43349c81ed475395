#include "base/shared_bytes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace gp {
namespace {

TEST(SharedBytes, AreTheSameBytesInEveryCopy) {
  std::string source = "hello";
  const SharedBytes bytes(source);
  source = "other";
  const SharedBytes copy = bytes;
  EXPECT_EQ(copy.view(), "hello");
  EXPECT_EQ(copy.view().data(), bytes.view().data());
  EXPECT_EQ(copy.size(), 5u);
}

TEST(SharedBytes, OutliveTheFirstHolder) {
  SharedBytes last;
  {
    std::vector<SharedBytes> many(100, SharedBytes("kept"));
    last = many[50];
  }
  EXPECT_EQ(last.view(), "kept");
}

TEST(SharedBytes, MoveAndAssign) {
  SharedBytes first("first");
  SharedBytes second("second");
  second = std::move(first);
  EXPECT_EQ(second.view(), "first");
  EXPECT_TRUE(first.empty());
  const SharedBytes& same = second;
  second = same;
  EXPECT_EQ(second.view(), "first");
  second = SharedBytes();
  EXPECT_TRUE(second.empty());
  EXPECT_EQ(second.view(), "");
}

TEST(SharedBytes, HaveZeroesBehindThem) {
  for (const std::string& text : {std::string(), std::string("x"), std::string(1'000, 'y')}) {
    const SharedBytes bytes(text);
    const char* const behind = bytes.view().data() + bytes.size();
    EXPECT_TRUE(std::all_of(behind, behind + SharedBytes::kPadding, [](char c) { return c == 0; }));
  }
}

TEST(SharedBytes, HoldAnyByte) {
  const std::string text("a\0b\xff", 4);
  EXPECT_EQ(SharedBytes(text).view(), text);
}

}  // namespace
}  // namespace gp
