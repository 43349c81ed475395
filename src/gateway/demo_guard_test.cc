#include "gateway/demo_guard.h"

#include <gtest/gtest.h>

#include "protocol/json.h"

namespace gp::gateway {
namespace {

constexpr WallTime kNow{std::chrono::seconds(1'757'880'000)};

auth::TokenSigner make_signer() {
  auto signer = auth::TokenSigner::from_secret("0123456789abcdef0123456789abcdef");
  EXPECT_TRUE(signer.has_value());
  return std::move(signer.value());
}

net::HttpRequest local_request() {
  net::HttpRequest request;
  request.peer.address = IpAddress::parse("127.0.0.1").value();
  return request;
}

Result<std::string> ask(const char* host, const char* origin = nullptr, std::string body = {},
                        net::HttpRequest request = local_request()) {
  static const auth::TokenSigner signer = make_signer();
  request.method = "POST";
  request.target = "/v1/demo/session";
  if (host != nullptr) request.headers.push_back({"Host", host});
  if (origin != nullptr) request.headers.push_back({"Origin", origin});
  request.body = std::move(body);
  return make_demo_session(request, signer, kNow);
}

TEST(DemoSession, IsForThisMachine) {
  for (const char* const host : {"127.0.0.1", "127.0.0.1:8080", "localhost", "localhost:8080",
                                 "127.1.2.3:80", "[::1]", "[::1]:8080"})
    EXPECT_TRUE(ask(host).has_value()) << host;
}

// "127.0.0.1.example.com" and "127.example.com" began with "127." and got a session: names that
// anybody may point to 127.0.0.1, so a page of that site could talk as the user (DNS rebinding).
TEST(DemoSession, IsForNobodyElse) {
  for (const char* const host :
       {"", "example.com", "192.168.0.1", "127.0.0.1.example.com", "127.example.com:8080", "127.1",
        "localhost.example.com", "localhost@example.com", "[::1].example.com", "[::1", "[::2]:8080",
        "example.com:127.0.0.1", "127.0.0.1:", "127.0.0.1:http", " 127.0.0.1"}) {
    const auto session = ask(host);
    ASSERT_TRUE(session.has_error()) << host;
    EXPECT_EQ(session.error().code, Code::forbidden) << host;
  }
  EXPECT_TRUE(ask(nullptr).has_error()) << "no Host at all";
}

// A proxy on this machine connects from loopback and may write any Host; who it says it connects
// for must be here too.
TEST(DemoSession, IsForPeersOfThisMachineOnly) {
  for (const char* const peer : {"192.0.2.1", "::ffff:10.0.0.1", "::2"}) {
    net::HttpRequest request;
    request.peer.address = IpAddress::parse(peer).value();
    EXPECT_TRUE(ask("127.0.0.1", nullptr, {}, std::move(request)).has_error()) << peer;
  }
  EXPECT_TRUE(ask("127.0.0.1", nullptr, {}, net::HttpRequest{}).has_error()) << "not known";
}

TEST(DemoSession, KnowsTheSchemeOfItsPage) {
  net::HttpRequest request = local_request();
  request.secure = true;
  EXPECT_TRUE(ask("127.0.0.1:8443", "https://127.0.0.1:8443", {}, request).has_value());
  EXPECT_TRUE(ask("127.0.0.1:8443", "http://127.0.0.1:8443", {}, request).has_error());
}

TEST(DemoSession, IsForItsOwnPageOnly) {
  EXPECT_TRUE(ask("127.0.0.1:8080", "http://127.0.0.1:8080").has_value());
  for (const char* const origin :
       {"http://127.0.0.1:3000", "http://localhost:8080", "null", "", "https://127.0.0.1:8080",
        "http://evil.example", "http://127.0.0.1:8080.evil.example"}) {
    const auto session = ask("127.0.0.1:8080", origin);
    ASSERT_TRUE(session.has_error()) << origin;
    EXPECT_EQ(session.error().code, Code::forbidden) << origin;
  }
}

TEST(DemoSession, NamesItsUser) {
  protocol::JsonParser parser;
  const auto user_of = [&](std::string body) {
    const auto session = ask("localhost", nullptr, std::move(body));
    if (session.has_error()) return std::string("error: ") + session.error().message;
    const auto object = parser.parse_object(session.value());
    return std::string(protocol::string_member(object.value(), "user_id").value_or("none"));
  };
  EXPECT_EQ(user_of(""), kDemoUser);
  EXPECT_EQ(user_of("{}"), kDemoUser);
  EXPECT_EQ(user_of(R"({"user":"alice"})"), "alice");
  EXPECT_EQ(user_of(R"({"user":7})"), "error: user: must be a string");
}

TEST(DemoSession, RefusesABadBodyOrUser) {
  EXPECT_EQ(ask("localhost", nullptr, "[1]").error().code, Code::invalid_json);
  EXPECT_EQ(ask("localhost", nullptr, "{").error().code, Code::invalid_json);
  EXPECT_EQ(ask("localhost", nullptr, R"({"user":""})").error().code, Code::invalid_id);
  EXPECT_EQ(ask("localhost", nullptr, R"({"user":"a\u0000b"})").error().code, Code::invalid_id);
}

TEST(DemoSession, SaysWhenItEnds) {
  const auto session = ask("localhost");
  ASSERT_TRUE(session.has_value());
  EXPECT_NE(session.value().find("\"expires_at\":1757923200}"), std::string::npos)
      << session.value();
}

}  // namespace
}  // namespace gp::gateway
