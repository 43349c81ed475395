#include "base/byte_size.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace gp {
namespace {

TEST(ByteSize, IsReadWithAndWithoutUnit) {
  EXPECT_EQ(parse_byte_size("0"), 0u);
  EXPECT_EQ(parse_byte_size("512"), 512u);
  EXPECT_EQ(parse_byte_size("512B"), 512u);
  EXPECT_EQ(parse_byte_size("64KiB"), 64 * kKiB);
  EXPECT_EQ(parse_byte_size("1 MiB"), kMiB);
  EXPECT_EQ(parse_byte_size("2GiB"), 2 * kGiB);
}

TEST(ByteSize, RefusesWhatIsNone) {
  for (const std::string_view text :
       {"", " ", "KiB", "-1", "+1", "1.5KiB", "64kb", "64KB", "64kib", "64KiB ", " 64", "64KiBx",
        "0x10", "18446744073709551616", "17179869184GiB"})
    EXPECT_EQ(parse_byte_size(text), std::nullopt) << text;
}

TEST(ByteSize, IsReadUpToTheLargest) {
  EXPECT_EQ(parse_byte_size("18446744073709551615"), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(parse_byte_size("17179869183GiB"), 17'179'869'183 * kGiB);
}

TEST(ByteSize, IsWrittenInTheLargestExactUnit) {
  EXPECT_EQ(format_byte_size(0), "0");
  EXPECT_EQ(format_byte_size(1'000), "1000");
  EXPECT_EQ(format_byte_size(1'024), "1KiB");
  EXPECT_EQ(format_byte_size(65'536), "64KiB");
  EXPECT_EQ(format_byte_size(kMiB + kKiB), "1025KiB");
  EXPECT_EQ(format_byte_size(3 * kGiB), "3GiB");
  for (const std::size_t bytes : {std::size_t{1}, kKiB - 1, kMiB, 7 * kMiB + 1, 5 * kGiB})
    EXPECT_EQ(parse_byte_size(format_byte_size(bytes)), bytes);
}

}  // namespace
}  // namespace gp
