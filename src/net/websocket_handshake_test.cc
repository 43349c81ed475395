#include "net/websocket_handshake.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "net/http_parser.h"
#include "net/http_response_parser.h"

namespace gp::net {
namespace {

constexpr std::string_view kRfcKey = "dGhlIHNhbXBsZSBub25jZQ==";

HttpRequest good_request() {
  return {.method = "GET",
          .target = "/ws",
          .version = HttpVersion::kHttp11,
          .headers = {{"Host", "x"},
                      {"Upgrade", "WebSocket"},
                      {"Connection", "keep-alive, Upgrade"},
                      {"Sec-WebSocket-Version", "13"},
                      {"Sec-WebSocket-Key", std::string(kRfcKey)}},
          .body = "",
          .keep_alive = true};
}

HttpRequest with_header(const std::string& name, const std::string& value) {
  HttpRequest request = good_request();
  for (HttpHeader& header : request.headers)
    if (header.name == name) header.value = value;
  return request;
}

HttpRequest with_another(const std::string& name, const std::string& value) {
  HttpRequest request = good_request();
  request.headers.push_back({name, value});
  return request;
}

Code code_of(const HttpRequest& request) {
  auto upgrade = check_upgrade(request);
  EXPECT_FALSE(upgrade);
  return upgrade ? Code::normal : upgrade.error().code;
}

TEST(WebSocketHandshake, AnswersTheKeyOfTheRfc) {
  EXPECT_EQ(accept_key(kRfcKey), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(WebSocketHandshake, AcceptsWhatABrowserSends) {
  auto upgrade = check_upgrade(with_another("Sec-WebSocket-Protocol", "goldenpath.v1, jwt.abc-_"));
  ASSERT_TRUE(upgrade);
  EXPECT_EQ(upgrade.value().key, kRfcKey);
  EXPECT_EQ(upgrade.value().protocols, (std::vector<std::string>{"goldenpath.v1", "jwt.abc-_"}));
}

TEST(WebSocketHandshake, SaysUpgradeRequiredForOtherVersionsAndPlainRequests) {
  EXPECT_EQ(code_of(with_header("Upgrade", "h2c")), Code::upgrade_required);
  EXPECT_EQ(code_of(with_header("Sec-WebSocket-Version", "8")), Code::upgrade_required);
  EXPECT_EQ(code_of(with_header("Sec-WebSocket-Version", "13, 8")), Code::upgrade_required);
  EXPECT_EQ(code_of(with_another("Sec-WebSocket-Version", "13")), Code::upgrade_required);
  EXPECT_EQ(find_header(upgrade_required_headers(), "Sec-WebSocket-Version"), "13");
}

TEST(WebSocketHandshake, RefusesBrokenRequests) {
  HttpRequest post = good_request();
  post.method = "POST";
  EXPECT_EQ(code_of(post), Code::method_not_allowed);
  HttpRequest old = good_request();
  old.version = HttpVersion::kHttp10;
  EXPECT_EQ(code_of(old), Code::bad_request);
  HttpRequest body = good_request();
  body.body = "x";
  EXPECT_EQ(code_of(body), Code::bad_request);
  EXPECT_EQ(code_of(with_header("Connection", "keep-alive")), Code::bad_request);
  EXPECT_EQ(code_of(with_another("Sec-WebSocket-Key", std::string(kRfcKey))), Code::bad_request);
  EXPECT_EQ(code_of(with_another("Sec-WebSocket-Protocol", "a, b/c")), Code::bad_request);
  EXPECT_EQ(code_of(with_another("Sec-WebSocket-Protocol", "a, a")), Code::bad_request);
}

TEST(WebSocketHandshake, WantsAKeyOf16Bytes) {
  for (const std::string key : {"", "x", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=a",
                                "dGhlIHNhbXBsZSBub25jZ_==", "dGhlIHNhbXBsZSBub25jZWE=",
                                "dGhlIHNhbXBsZSBub25jZSBsb25nZXI=", "dGhlIHNhbXBsZSBub25jZQAAAA=="})
    EXPECT_EQ(code_of(with_header("Sec-WebSocket-Key", key)), Code::bad_request) << key;
}

TEST(WebSocketHandshake, ClientAndServerAgree) {
  SeededRandom random(7);
  const UpgradeOffer offer{"127.0.0.1:8080",
                           "/ws?resume=1",
                           make_key(random),
                           {"goldenpath.v1", "other"},
                           {{"Origin", "http://x"}}};
  HttpRequestParser request_parser{HttpLimits{}};
  ASSERT_TRUE(request_parser.feed(upgrade_request(offer)));
  auto upgrade = check_upgrade(request_parser.request());
  ASSERT_TRUE(upgrade);
  EXPECT_EQ(request_parser.request().header("Origin"), "http://x");
  EXPECT_EQ(upgrade.value().protocols, offer.protocols);

  for (const std::string selected : {"goldenpath.v1", ""}) {
    HttpResponseParser response_parser(HttpLimits{}, "GET");
    ASSERT_TRUE(response_parser.feed(switching_protocols_response(upgrade.value().key, selected)));
    auto answer = check_upgrade_response(response_parser.response(), offer);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer.value().protocol, selected);
    EXPECT_FALSE(answer.value().deflate);
  }
}

TEST(WebSocketHandshake, ClientRefusesAnswersThatBreakARule) {
  const UpgradeOffer offer{"x", "/", std::string(kRfcKey), {"a"}, {}};
  const HttpResponse good{101,
                          {{"Upgrade", "websocket"},
                           {"Connection", "Upgrade"},
                           {"Sec-WebSocket-Accept", accept_key(kRfcKey)}},
                          ""};
  ASSERT_TRUE(check_upgrade_response(good, offer));
  const auto code = [&offer](const HttpResponse& response) {
    auto answer = check_upgrade_response(response, offer);
    return answer ? Code::normal : answer.error().code;
  };
  for (std::size_t missing = 0; missing < good.headers.size(); ++missing) {
    HttpResponse response = good;
    response.headers[missing].value = "wrong";
    EXPECT_EQ(code(response), Code::protocol_error) << good.headers[missing].name;
  }
  HttpResponse refused = good;
  refused.status = 403;
  EXPECT_EQ(code(refused), Code::upgrade_required);
  HttpResponse foreign = good;
  foreign.headers.push_back({"Sec-WebSocket-Protocol", "b"});
  EXPECT_EQ(code(foreign), Code::protocol_error);
  HttpResponse extended = good;
  extended.headers.push_back({"Sec-WebSocket-Extensions", "permessage-deflate"});
  EXPECT_EQ(code(extended), Code::protocol_error);
}

}  // namespace
}  // namespace gp::net
