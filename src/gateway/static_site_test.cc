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

net::HttpRequest asking(std::string_view target, net::HttpHeaders headers = {}) {
  net::HttpRequest request;
  request.method = "GET";
  request.target = target;
  request.headers = std::move(headers);
  return request;
}

std::string header(const net::HttpResponse& response, std::string_view name) {
  return std::string(response.header(name).value_or("absent"));
}

TEST(StaticSite, ServesThePageAtTheRoot) {
  const StaticSite site{std::span(kFiles)};
  const auto root = site.get(asking("/"));
  ASSERT_TRUE(root.has_value());
  EXPECT_EQ(root->status, 200);
  EXPECT_EQ(root->content(), "<html>");
  EXPECT_EQ(header(*root, "Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(header(*root, "Cache-Control"), "no-cache");
  EXPECT_EQ(header(*root, "X-Content-Type-Options"), "nosniff");
  EXPECT_NE(header(*root, "Content-Security-Policy").find("frame-ancestors 'none'"),
            std::string::npos);
  EXPECT_EQ(site.get(asking("/index.html"))->content(), "<html>");
}

TEST(StaticSite, LetsHashedAssetsBeKeptForEver) {
  const StaticSite site{std::span(kFiles)};
  const auto script = site.get(asking("/assets/app-1a2b.js"));
  ASSERT_TRUE(script.has_value());
  EXPECT_EQ(header(*script, "Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_NE(header(*script, "Cache-Control").find("immutable"), std::string::npos);
  EXPECT_EQ(header(*script, "Content-Security-Policy"), "absent");
  EXPECT_EQ(header(*site.get(asking("/assets/style-3c.css")), "Content-Type"),
            "text/css; charset=utf-8");
  EXPECT_EQ(header(*site.get(asking("/blob")), "Content-Type"), "application/octet-stream");
  EXPECT_EQ(site.get(asking("/blob"))->content().size(), 2u);
}

TEST(StaticSite, AnswersNotModifiedForItsOwnTag) {
  const StaticSite site{std::span(kFiles)};
  const std::string etag = header(*site.get(asking("/")), "ETag");
  EXPECT_TRUE(etag.starts_with('"') && etag.ends_with('"')) << etag;
  const auto same = site.get(asking("/", {{"If-None-Match", etag}}));
  EXPECT_EQ(same->status, 304);
  EXPECT_EQ(same->content(), "");
  EXPECT_EQ(header(*same, "ETag"), etag);
  EXPECT_EQ(site.get(asking("/", {{"If-None-Match", "\"other\""}}))->status, 200);
  EXPECT_NE(header(*site.get(asking("/blob")), "ETag"), etag);
}

TEST(StaticSite, KnowsItsTagInEveryListThatHasIt) {
  const StaticSite site{std::span(kFiles)};
  const std::string etag = header(*site.get(asking("/")), "ETag");
  for (const std::string& list : {"W/" + etag, "\"a\", " + etag, std::string("*")})
    EXPECT_EQ(site.get(asking("/", {{"If-None-Match", list}}))->status, 304) << list;
  for (const std::string& list : {std::string("\"a\", \"b\""), etag.substr(1), std::string()})
    EXPECT_EQ(site.get(asking("/", {{"If-None-Match", list}}))->status, 200) << list;
}

constexpr StaticFile kCompressed[] = {{"index.html", "page"},       {"assets/a.js", "script"},
                                      {"assets/a.js.br", "brotli"}, {"assets/a.js.gz", "gzipped"},
                                      {"assets/b.css", "style"},    {"assets/b.css.gz", "gz"},
                                      {"assets/lonely.js.br", "?"}};

struct Choice {
  const char* accept;
  const char* body;
  const char* coding;
};

TEST(StaticSite, ServesTheFormThatIsWantedMost) {
  const StaticSite site{std::span(kCompressed)};
  const Choice choices[] = {{"gzip, deflate, br, zstd", "brotli", "br"},
                            {"gzip", "gzipped", "gzip"},
                            {"br;q=0.5, gzip", "gzipped", "gzip"},
                            {"br;q=0, gzip;q=0", "script", "absent"},
                            {"identity, gzip;q=0.5", "script", "absent"},
                            {"*", "brotli", "br"},
                            {"deflate", "script", "absent"},
                            {"", "script", "absent"},
                            {"gzip;q=0.1, identity;q=0", "gzipped", "gzip"}};
  for (const Choice& choice : choices) {
    const auto answer = site.get(asking("/assets/a.js", {{"Accept-Encoding", choice.accept}}));
    EXPECT_EQ(answer->content(), choice.body) << choice.accept;
    EXPECT_EQ(header(*answer, "Content-Encoding"), choice.coding) << choice.accept;
    EXPECT_EQ(header(*answer, "Vary"), "Accept-Encoding") << choice.accept;
    EXPECT_EQ(header(*answer, "Content-Type"), "text/javascript; charset=utf-8");
  }
  const auto style = site.get(asking("/assets/b.css", {{"Accept-Encoding", "br, gzip"}}));
  EXPECT_EQ(style->content(), "gz");
  EXPECT_EQ(header(*site.get(asking("/")), "Vary"), "absent");
}

TEST(StaticSite, GivesEachFormATagOfItsOwn) {
  const StaticSite site{std::span(kCompressed)};
  const auto plain = site.get(asking("/assets/a.js"));
  const auto small = site.get(asking("/assets/a.js", {{"Accept-Encoding", "br"}}));
  const std::string tag = header(*plain, "ETag");
  EXPECT_NE(header(*small, "ETag"), tag);
  EXPECT_EQ(
      site.get(asking("/assets/a.js", {{"Accept-Encoding", "br"}, {"If-None-Match", tag}}))->status,
      200);
  const auto same = site.get(asking("/assets/a.js", {{"If-None-Match", tag}}));
  EXPECT_EQ(same->status, 304);
  EXPECT_EQ(header(*same, "Vary"), "Accept-Encoding");
}

TEST(StaticSite, DoesNotServeTheFormsByName) {
  const StaticSite site{std::span(kCompressed)};
  for (const std::string_view path :
       {"/assets/a.js.br", "/assets/a.js.gz", "/assets/lonely.js", "/assets/lonely.js.br"})
    EXPECT_FALSE(site.get(asking(path)).has_value()) << path;
}

TEST(StaticSite, HasNothingElse) {
  const StaticSite site{std::span(kFiles)};
  for (const std::string_view path :
       {"/missing", "/assets", "/assets/", "/../index.html", "//index.html", "/index.html/",
        "/%69ndex.html", "*", "/assets/../index.html"})
    EXPECT_FALSE(site.get(asking(path)).has_value()) << path;
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
  EXPECT_EQ(site.value().get(asking("/"))->content(), "page");
  EXPECT_EQ(header(*site.value().get(asking("/assets/deep/x.svg")), "Content-Type"),
            "image/svg+xml");
  EXPECT_FALSE(site.value().empty());
}

// The bytes of a folder's files move with the site into the server.
TEST_F(StaticSiteFolder, CanBeMoved) {
  write("index.html", "p");
  write("index.html.gz", "z");
  auto made = StaticSite::from_folder(folder.string());
  ASSERT_TRUE(made.has_value());
  const StaticSite site = std::move(made.value());
  EXPECT_EQ(site.get(asking("/"))->content(), "p");
  EXPECT_EQ(site.get(asking("/", {{"Accept-Encoding", "gzip"}}))->content(), "z");
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
