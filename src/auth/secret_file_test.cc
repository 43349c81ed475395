#include "auth/secret_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace gp::auth {
namespace {

class SecretFile : public testing::Test {
 protected:
  std::string write(std::string_view bytes) {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    path_ = testing::TempDir() + "secret_file_test_" + test->name();
    std::ofstream(path_, std::ios::binary) << bytes;
    return path_;
  }
  void TearDown() override {
    if (!path_.empty()) std::filesystem::remove(path_);
  }

 private:
  std::string path_;
};

TEST_F(SecretFile, LosesOneTrailingNewlineOnly) {
  EXPECT_EQ(read_secret_file(write("secret")).value(), "secret");
  EXPECT_EQ(read_secret_file(write("secret\n")).value(), "secret");
  EXPECT_EQ(read_secret_file(write("secret\r\n")).value(), "secret");
  EXPECT_EQ(read_secret_file(write("secret\n\n")).value(), "secret\n");
  EXPECT_EQ(read_secret_file(write(" a b \n")).value(), " a b ");
}

TEST_F(SecretFile, IsRefusedWhenEmpty) {
  for (const std::string_view bytes : {"", "\n", "\r\n"}) {
    const std::string path = write(bytes);
    const auto result = read_secret_file(path);
    ASSERT_FALSE(result.has_value());
    EXPECT_NE(result.error().message.find(path), std::string::npos);
  }
}

TEST_F(SecretFile, IsRefusedWhenUnreadable) {
  for (const std::string& path : {testing::TempDir() + "no_such_secret_file", testing::TempDir()}) {
    const auto result = read_secret_file(path);
    ASSERT_FALSE(result.has_value()) << path;
    EXPECT_NE(result.error().message.find(path), std::string::npos);
  }
}

TEST_F(SecretFile, IsRefusedWhenTooLargeToBeAKey) {
  EXPECT_TRUE(read_secret_file(write(std::string(kSecretFileBytesMax, 'k'))).has_value());
  EXPECT_FALSE(read_secret_file(write(std::string(kSecretFileBytesMax + 1, 'k'))).has_value());
}

}  // namespace
}  // namespace gp::auth
