#include "gateway/cors.h"

#include <gtest/gtest.h>

namespace gp::gateway {
namespace {

net::HttpRequest request(net::HttpHeaders headers) {
  net::HttpRequest made;
  made.target = "/v1/threads";
  made.headers = std::move(headers);
  return made;
}

net::HttpRequest preflight(std::string origin) {
  auto made = request({{"Origin", std::move(origin)}, {"Access-Control-Request-Method", "POST"}});
  made.method = "OPTIONS";
  return made;
}

std::string header(const net::HttpHeaders& headers, std::string_view name) {
  return std::string(net::find_header(headers, name).value_or("absent"));
}

const Cors kListed({"https://app.example", "http://127.0.0.1:3000"});
const Cors kEmpty({});

TEST(Cors, NamesAListedOriginAndNoOther) {
  const auto headers = kListed.answer_headers(request({{"Origin", "https://app.example"}}));
  EXPECT_EQ(header(headers, "Access-Control-Allow-Origin"), "https://app.example");
  EXPECT_EQ(header(headers, "Vary"), "Origin");
  for (const char* const other :
       {"https://app.example.evil", "http://app.example", "https://app.example:8443", "null",
        "https://APP.example", "https://app.example, https://evil.example", "", "*"}) {
    const auto refused = kListed.answer_headers(request({{"Origin", other}}));
    EXPECT_EQ(header(refused, "Access-Control-Allow-Origin"), "absent") << other;
    EXPECT_EQ(header(refused, "Vary"), "Origin") << other;
  }
}

// A cache that keeps an answer without the header would give it to the listed origin.
TEST(Cors, SaysVaryToWhoeverAsks) {
  EXPECT_EQ(header(kListed.answer_headers(request({})), "Vary"), "Origin");
}

TEST(Cors, NeverGivesAWildcardOrCredentials) {
  for (const Cors* const cors : {&kListed, &kEmpty}) {
    for (const char* const origin : {"https://app.example", "https://evil.example", "null"}) {
      const auto headers = cors->answer_headers(request({{"Origin", origin}}));
      EXPECT_NE(header(headers, "Access-Control-Allow-Origin"), "*");
      EXPECT_EQ(header(headers, "Access-Control-Allow-Credentials"), "absent");
      EXPECT_EQ(header(cors->options(preflight(origin), "GET").headers,
                       "Access-Control-Allow-Credentials"),
                "absent");
    }
  }
}

TEST(Cors, AnswersThePreflightOfAListedOrigin) {
  const auto answer =
      kListed.options(preflight("http://127.0.0.1:3000"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(header(answer.headers, "Access-Control-Allow-Methods"), "GET, HEAD, POST, OPTIONS");
  EXPECT_NE(header(answer.headers, "Access-Control-Allow-Headers").find("Authorization"),
            std::string::npos);
  EXPECT_EQ(header(answer.headers, "Access-Control-Max-Age"), "7200");
  EXPECT_NE(header(answer.headers, "Vary").find("Access-Control-Request-Method"),
            std::string::npos);
}

TEST(Cors, RefusesThePreflightOfAnyOther) {
  EXPECT_EQ(kListed.options(preflight("https://evil.example"), "GET").status, 403);
  EXPECT_EQ(kEmpty.options(preflight("https://app.example"), "GET").status, 403);
}

TEST(Cors, AnswersAPlainOptionsWithTheMethods) {
  auto plain = request({});
  plain.method = "OPTIONS";
  const auto answer = kEmpty.options(plain, "GET, HEAD, OPTIONS");
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(header(answer.headers, "Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(header(answer.headers, "Access-Control-Allow-Methods"), "absent");
}

TEST(Cors, DecidesAboutWebSocketsByTheSameList) {
  EXPECT_TRUE(kListed.may_open_websocket("https://app.example"));
  EXPECT_FALSE(kListed.may_open_websocket("https://evil.example"));
  EXPECT_TRUE(kEmpty.may_open_websocket("https://evil.example"));
}

}  // namespace
}  // namespace gp::gateway
