#include "net/forwarded.h"

#include <gtest/gtest.h>

namespace gp::net {
namespace {

const IpNetworks kTrusted{IpNetwork::parse("10.0.0.0/8").value(), IpNetwork::parse("::1").value()};

struct Seen {
  std::string peer;
  bool secure;
};

Seen from(const char* connection, ForwardedBy by, const HttpHeaders& headers) {
  HttpRequest request;
  request.peer = {IpAddress::parse(connection).value(), 99};
  request.headers = headers;
  apply_forwarded(request, kTrusted, by);
  return {to_string(request.peer), request.secure};
}

std::string client(const char* connection, const HttpHeaders& headers) {
  return from(connection, ForwardedBy::kXForwardedFor, headers).peer;
}

TEST(Forwarded, BelievesTrustedProxiesOnly) {
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "192.0.2.7"}}), "192.0.2.7:0");
  EXPECT_EQ(client("11.0.0.1", {{"X-Forwarded-For", "192.0.2.7"}}), "11.0.0.1:99");
  EXPECT_EQ(client("10.0.0.1", {}), "10.0.0.1:99");
  EXPECT_FALSE(
      from("11.0.0.1", ForwardedBy::kXForwardedFor, {{"X-Forwarded-Proto", "https"}}).secure);
  HttpRequest request;
  request.headers = {{"X-Forwarded-For", "192.0.2.7"}};
  apply_forwarded(request, kTrusted, ForwardedBy::kXForwardedFor);
  EXPECT_FALSE(request.peer.address.known()) << "an unknown peer is nobody's proxy";
}

// A client writes what it likes at the front; only what our proxies appended counts.
TEST(Forwarded, ReadsFromTheEndUntilSomebodyIsNotTrusted) {
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "127.0.0.1, 192.0.2.7"}}), "192.0.2.7:0");
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "198.51.100.1, 192.0.2.7, 10.9.9.9"}}),
            "192.0.2.7:0");
  EXPECT_EQ(
      client("10.0.0.1", {{"X-Forwarded-For", "198.51.100.1"}, {"X-Forwarded-For", "192.0.2.7"}}),
      "192.0.2.7:0");
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "10.1.1.1, 10.2.2.2"}}), "10.1.1.1:0");
}

TEST(Forwarded, StopsAtWhatIsNoAddress) {
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "192.0.2.7, unknown"}}), "10.0.0.1:99");
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "192.0.2.7, nonsense, 10.0.0.2"}}),
            "10.0.0.2:0");
  for (const char* text :
       {"[::2", "[::2]x", "1.2.3.4:", "1.2.3.4:99999", "1.2.3.4:x", "[]", "::2:x"})
    EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", text}}), "10.0.0.1:99") << text;
}

TEST(Forwarded, ReadsPortsAndIpv6) {
  EXPECT_EQ(client("::1", {{"x-forwarded-for", "192.0.2.7:4711"}}), "192.0.2.7:4711");
  EXPECT_EQ(client("::1", {{"x-forwarded-for", "[2001:db8::7]:4711"}}), "[2001:db8::7]:4711");
  EXPECT_EQ(client("::1", {{"x-forwarded-for", "2001:db8::7"}}), "[2001:db8::7]:0");
}

TEST(Forwarded, TakesTheSchemeOfTheNearestProxy) {
  const auto secure = [](const char* schemes) {
    return from("10.0.0.1", ForwardedBy::kXForwardedFor, {{"X-Forwarded-Proto", schemes}}).secure;
  };
  EXPECT_TRUE(secure("https"));
  EXPECT_TRUE(secure("http, HTTPS"));
  EXPECT_FALSE(secure("https, http"));
  EXPECT_FALSE(secure("ftp"));
}

TEST(Forwarded, UnderstandsRfc7239) {
  const auto read = [](const char* value) {
    return from("10.0.0.1", ForwardedBy::kForwarded, {{"Forwarded", value}});
  };
  EXPECT_EQ(read("for=192.0.2.7;proto=https;by=10.0.0.1").peer, "192.0.2.7:0");
  EXPECT_TRUE(read("for=192.0.2.7;proto=https;by=10.0.0.1").secure);
  EXPECT_EQ(read("For=\"[2001:db8::7]:4711\"; Proto=http").peer, "[2001:db8::7]:4711");
  EXPECT_EQ(read("for=127.0.0.1, for=192.0.2.7").peer, "192.0.2.7:0");
  EXPECT_EQ(read("for=192.0.2.7;proto=https, for=10.0.0.2;proto=http").peer, "192.0.2.7:0");
  EXPECT_TRUE(read("for=192.0.2.7;proto=https, for=10.0.0.2;proto=http").secure);
  for (const char* value :
       {"for=_hidden", "for=unknown", "by=1.2.3.4", "for", "=", ";;;", "for=\""})
    EXPECT_EQ(read(value).peer, "10.0.0.1:99") << value;
}

TEST(Forwarded, SeparatorsInQuotedStringsSeparateNothing) {
  const auto peer = [](const HttpHeaders& headers) {
    return from("10.0.0.1", ForwardedBy::kForwarded, headers).peer;
  };
  EXPECT_EQ(peer({{"Forwarded", R"(host="a, for=127.0.0.1;x";for=192.0.2.7)"}}), "192.0.2.7:0");
  EXPECT_EQ(peer({{"Forwarded", R"(host="a\", for=127.0.0.1;";for=192.0.2.7)"}}), "192.0.2.7:0");
  EXPECT_EQ(peer({{"Forwarded", R"(for=127.0.0.1;host="\\", for=192.0.2.7)"}}), "192.0.2.7:0");
  // What the client left open stands on the left of what the proxy wrote.
  for (const char* client :
       {"\"", "for=127.0.0.1;x=\"", "for=127.0.0.1;x=\"\\", "x=\"\"\"", "\\\""}) {
    const std::string before(client);
    EXPECT_EQ(peer({{"Forwarded", before + ", for=192.0.2.7;proto=https"}}), "192.0.2.7:0")
        << client;
    EXPECT_EQ(peer({{"Forwarded", before + R"(, for="192.0.2.7:1";by="[::1]")"}}), "192.0.2.7:1")
        << client;
    EXPECT_EQ(peer({{"Forwarded", before}, {"Forwarded", "for=192.0.2.7"}}), "192.0.2.7:0")
        << client;
  }
}

// A proxy that appends to one header hands the other one on as the client wrote it.
TEST(Forwarded, IgnoresTheOtherHeader) {
  const HttpHeaders both{{"Forwarded", "for=127.0.0.1"}, {"X-Forwarded-For", "192.0.2.7"}};
  EXPECT_EQ(from("10.0.0.1", ForwardedBy::kXForwardedFor, both).peer, "192.0.2.7:0");
  EXPECT_EQ(from("10.0.0.1", ForwardedBy::kForwarded, both).peer, "127.0.0.1:0");
  EXPECT_EQ(from("10.0.0.1", ForwardedBy::kNobody, both).peer, "10.0.0.1:99");
}

}  // namespace
}  // namespace gp::net
