#include "client/url.h"

#include <gtest/gtest.h>

namespace gp::client {
namespace {

std::string why_refused(std::string_view text) {
  const auto url = parse_url(text);
  EXPECT_FALSE(url.has_value()) << text;
  return url ? std::string() : url.error().message;
}

TEST(ParseUrl, ReadsHostPortAndBase) {
  const Url url = parse_url("http://chat.example.org:8080/base/").value();
  EXPECT_EQ(url.host, "chat.example.org");
  EXPECT_EQ(url.port, 8080);
  EXPECT_EQ(url.base_path, "/base");
  EXPECT_EQ(url.authority(), "chat.example.org:8080");
  EXPECT_EQ(url.target("/v1/threads"), "/base/v1/threads");
  EXPECT_EQ(url.text(), "http://chat.example.org:8080/base");
}

TEST(ParseUrl, TakesWebSocketAddressesAsTheSamePlace) {
  const Url url = parse_url("ws://127.0.0.1:9/ws").value();
  EXPECT_EQ(url.text(), "http://127.0.0.1:9");
  EXPECT_EQ(parse_url("ws://h/base/ws/").value().base_path, "/base");
}

TEST(ParseUrl, NeedsNoSchemeAndNoPort) {
  EXPECT_EQ(parse_url("localhost").value().text(), "http://localhost");
  EXPECT_EQ(parse_url("localhost:81").value().port, 81);
  EXPECT_EQ(parse_url("HTTP://h/").value().port, 80);
}

TEST(ParseUrl, ReadsIpv6InBrackets) {
  const Url url = parse_url("http://[::1]:8080").value();
  EXPECT_EQ(url.host, "::1");
  EXPECT_EQ(url.authority(), "[::1]:8080");
  EXPECT_EQ(parse_url("http://[::1]").value().authority(), "[::1]");
}

TEST(ParseUrl, KnowsTlsByItsSchemes) {
  const Url url = parse_url("wss://chat.example.org/base/ws", "ca.pem").value();
  EXPECT_EQ(url.scheme, Scheme::kHttps);
  EXPECT_EQ(url.port, 443);
  EXPECT_EQ(url.ca_file, "ca.pem");
  EXPECT_EQ(url.authority(), "chat.example.org");
  EXPECT_EQ(url.origin(), "https://chat.example.org");
  EXPECT_EQ(url.text(), "https://chat.example.org/base");
  EXPECT_EQ(parse_url("HTTPS://h:80").value().text(), "https://h:80");
  EXPECT_EQ(parse_url("http://h:443").value().text(), "http://h:443");
  EXPECT_EQ(parse_url("h").value().scheme, Scheme::kHttp);
}

// Whoever names a CA thinks that the connection is secure.
TEST(ParseUrl, RefusesACaWithoutTls) {
  const auto url = parse_url("http://h", "ca.pem");
  ASSERT_FALSE(url);
  EXPECT_NE(url.error().message.find("https://"), std::string::npos);
}

TEST(ParseUrl, RefusesWhatItCannotMean) {
  for (const char* text :
       {"", "http://", "http://:80", "ftp://h", "h:0", "h:65536", "h:80x", "h:", "http://[::1",
        "http://[::1]x", "u@h", "h/?q=1", "h#f", "a b", "h\r\nX: y", "h\x80"}) {
    EXPECT_FALSE(why_refused(text).empty());
  }
}

}  // namespace
}  // namespace gp::client
