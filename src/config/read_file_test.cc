#include "config/read_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "config/toml_document.h"
#include "protocol/codes.h"

namespace gp::config {
namespace {

TEST(ReadFile, ReadsUpToItsLimit) {
  const std::string path = testing::TempDir() + "goldenpath_read_file_test.toml";
  std::ofstream(path, std::ios::binary) << "[server]\r\n";
  EXPECT_EQ(read_file(path).value(), "[server]\r\n");
  std::ofstream(path, std::ios::binary) << std::string(kTomlBytesMax, '#');
  EXPECT_TRUE(read_file(path).has_value());
  std::ofstream(path, std::ios::binary) << std::string(kTomlBytesMax + 1, '#');
  EXPECT_FALSE(read_file(path).has_value());
  std::filesystem::remove(path);
}

TEST(ReadFile, NamesThePathThatItCannotRead) {
  const std::string missing = testing::TempDir() + "no_such_settings.toml";
  const auto absent = read_file(missing);
  ASSERT_FALSE(absent.has_value());
  EXPECT_EQ(absent.error().code, Code::not_found);
  EXPECT_NE(absent.error().message.find(missing), std::string::npos);
  const auto folder = read_file(testing::TempDir());
  ASSERT_FALSE(folder.has_value());
  EXPECT_EQ(folder.error().code, Code::internal);
}

}  // namespace
}  // namespace gp::config
