#include "gateway/static_site.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "protocol/codes.h"

namespace gp::gateway {
namespace {

constexpr StaticFile kFiles[] = {{"index.html", "<html>"},
                                 {"assets/app-1a2b.js", "let a;"},
                                 {"assets/style-3c.css", "a{}"},
                                 {"blob", std::string_view("\0\1", 2)}};

std::string header(const net::HttpResponse& response, std::string_view name) {
  return std::string(response.header(name).value_or("absent"));
}

TEST(StaticSite, ServesThePageAtTheRoot) {
  const StaticSite site{std::span(kFiles)};
  const auto root = site.get("/", std::nullopt);
  ASSERT_TRUE(root.has_value());
  EXPECT_EQ(root->status, 200);
  EXPECT_EQ(root->body, "<html>");
  EXPECT_EQ(header(*root, "Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(header(*root, "Cache-Control"), "no-cache");
  EXPECT_EQ(header(*root, "X-Content-Type-Options"), "nosniff");
  EXPECT_NE(header(*root, "Content-Security-Policy").find("frame-ancestors 'none'"),
            std::string::npos);
  EXPECT_EQ(site.get("/index.html", std::nullopt)->body, "<html>");
}

TEST(StaticSite, LetsHashedAssetsBeKeptForEver) {
  const StaticSite site{std::span(kFiles)};
  const auto script = site.get("/assets/app-1a2b.js", std::nullopt);
  ASSERT_TRUE(script.has_value());
  EXPECT_EQ(header(*script, "Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_NE(header(*script, "Cache-Control").find("immutable"), std::string::npos);
  EXPECT_EQ(header(*script, "Content-Security-Policy"), "absent");
  EXPECT_EQ(header(*site.get("/assets/style-3c.css", {}), "Content-Type"),
            "text/css; charset=utf-8");
  EXPECT_EQ(header(*site.get("/blob", {}), "Content-Type"), "application/octet-stream");
  EXPECT_EQ(site.get("/blob", {})->body.size(), 2u);
}

TEST(StaticSite, AnswersNotModifiedForItsOwnTag) {
  const StaticSite site{std::span(kFiles)};
  const std::string etag = header(*site.get("/", {}), "ETag");
  EXPECT_TRUE(etag.starts_with('"') && etag.ends_with('"')) << etag;
  const auto same = site.get("/", etag);
  EXPECT_EQ(same->status, 304);
  EXPECT_EQ(same->body, "");
  EXPECT_EQ(header(*same, "ETag"), etag);
  EXPECT_EQ(site.get("/", "\"other\"")->status, 200);
  EXPECT_NE(header(*site.get("/blob", {}), "ETag"), etag);
}

TEST(StaticSite, HasNothingElse) {
  const StaticSite site{std::span(kFiles)};
  for (const std::string_view path :
       {"/missing", "/assets", "/assets/", "/../index.html", "//index.html", "/index.html/",
        "/%69ndex.html", "*", "/assets/../index.html"})
    EXPECT_FALSE(site.get(path, std::nullopt).has_value()) << path;
}

class StaticSiteFolder : public testing::Test {
 protected:
  StaticSiteFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "gp-site-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
  }
  ~StaticSiteFolder() override { std::filesystem::remove_all(folder); }
  void write(const std::string& path, std::string_view bytes) {
    std::filesystem::create_directories((folder / path).parent_path());
    std::ofstream(folder / path, std::ios::binary) << bytes;
  }

  std::filesystem::path folder;
};

TEST_F(StaticSiteFolder, IsReadWithItsSubfolders) {
  write("index.html", "page");
  write("assets/deep/x.svg", "<svg/>");
  const auto site = StaticSite::from_folder(folder.string());
  ASSERT_TRUE(site.has_value());
  EXPECT_EQ(site.value().get("/", {})->body, "page");
  EXPECT_EQ(header(*site.value().get("/assets/deep/x.svg", {}), "Content-Type"), "image/svg+xml");
  EXPECT_FALSE(site.value().empty());
}

TEST_F(StaticSiteFolder, MustHaveAPage) {
  write("other.html", "page");
  const auto site = StaticSite::from_folder(folder.string());
  ASSERT_TRUE(site.has_error());
  EXPECT_EQ(site.error().code, Code::bad_request);
  EXPECT_NE(site.error().message.find(folder.string()), std::string::npos);
  EXPECT_NE(site.error().message.find("index.html"), std::string::npos);
}

TEST_F(StaticSiteFolder, MustNotBeTooLarge) {
  write("index.html", "page");
  write("huge", "");
  std::filesystem::resize_file(folder / "huge", StaticSite::kSiteBytesMax);
  EXPECT_NE(StaticSite::from_folder(folder.string()).error().message.find("64MiB"),
            std::string::npos);
}

TEST(StaticSite, NamesAFolderThatIsNotThere) {
  const auto site = StaticSite::from_folder("/no/such/folder");
  ASSERT_TRUE(site.has_error());
  EXPECT_NE(site.error().message.find("/no/such/folder"), std::string::npos);
}

}  // namespace
}  // namespace gp::gateway
