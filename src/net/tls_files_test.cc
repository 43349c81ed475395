#include "net/tls_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "protocol/codes.h"

namespace gp::net {
namespace {

class TlsFilesTest : public testing::Test {
 protected:
  TlsFilesTest() { std::filesystem::create_directories(folder_); }
  ~TlsFilesTest() override { std::filesystem::remove_all(folder_); }
  std::string write(const char* name, const std::string& text) {
    const std::string path = (folder_ / name).string();
    std::ofstream(path) << text;
    return path;
  }

  std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) /
      ("tls_files_" + std::to_string(::testing::UnitTest::GetInstance()->random_seed()) + "_" +
       ::testing::UnitTest::GetInstance()->current_test_info()->name() + "_" +
       std::to_string(reinterpret_cast<std::uintptr_t>(this)));
};

TEST_F(TlsFilesTest, AreReadWhole) {
  const TlsFiles files{{{write("a.pem", "certificate"), write("a.key", "key")}}, TlsVersion::k13};
  const auto material = read_tls_files(files);
  ASSERT_TRUE(material.has_value());
  EXPECT_EQ(material.value().certificates[0].certificate_pem, "certificate");
  EXPECT_EQ(material.value().certificates[0].key_pem, "key");
  EXPECT_EQ(material.value().min_version, TlsVersion::k13);
}

TEST_F(TlsFilesTest, AreNamedWhenTheyCannotBeRead) {
  const auto absent = read_tls_files({{{write("a.pem", "x"), "/nowhere/a.key"}}});
  ASSERT_TRUE(absent.has_error());
  EXPECT_NE(absent.error().message.find("/nowhere/a.key: No such file"), std::string::npos)
      << absent.error().message;
  const std::string large = write("large.pem", std::string(kTlsFileBytesMax + 1, 'x'));
  const auto too_large = read_tls_files({{{large, large}}});
  ASSERT_TRUE(too_large.has_error());
  EXPECT_NE(too_large.error().message.find("larger than"), std::string::npos);
  EXPECT_TRUE(read_tls_files({}).has_error());
}

TEST_F(TlsFilesTest, HaveASignatureThatChangesWithThem) {
  const TlsFiles files{{{write("a.pem", "one"), write("a.key", "key")}}};
  const std::string first = tls_files_signature(files);
  EXPECT_EQ(tls_files_signature(files), first);
  write("a.pem", "longer");
  const std::string second = tls_files_signature(files);
  EXPECT_NE(second, first);
  std::filesystem::remove(folder_ / "a.key");
  EXPECT_NE(tls_files_signature(files), second);
}

}  // namespace
}  // namespace gp::net
