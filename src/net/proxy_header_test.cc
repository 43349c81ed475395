#include "net/proxy_header.h"

#include <gtest/gtest.h>

namespace gp::net {
namespace {

using State = ProxyHeader::State;
using namespace std::string_literals;

const std::string kSignature = "\r\n\r\n\0\r\nQUIT\n"s;

std::string v2(int version_command, int family, const std::string& payload) {
  std::string header = kSignature;
  header.push_back(static_cast<char>(version_command));
  header.push_back(static_cast<char>(family));
  header.push_back(static_cast<char>(payload.size() >> 8));
  header.push_back(static_cast<char>(payload.size() & 0xff));
  return header + payload;
}

const std::string kAddresses4 = "\xc0\x00\x02\x01\x0a\x00\x00\x01\x12\x67\x01\xbb"s;
const std::string kAddresses6 = "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07"s +
                                std::string(15, '\0') + "\x01" + "\x12\x67\x01\xbb"s;

/// One for each form that is taken, with what it says.
struct Good {
  std::string header;
  std::string source;
  bool local = false;
};
std::vector<Good> good_headers() {
  return {
      {"PROXY TCP4 192.0.2.1 10.0.0.1 4711 443\r\n", "192.0.2.1:4711"},
      {"PROXY TCP4 255.255.255.255 255.255.255.255 65535 0\r\n", "255.255.255.255:65535"},
      {"PROXY TCP6 2001:db8::7 ::1 4711 443\r\n", "[2001:db8::7]:4711"},
      {"PROXY UNKNOWN\r\n", "unknown"},
      {"PROXY UNKNOWN ffff:f... whatever it says\r\n", "unknown"},
      {v2(0x21, 0x11, kAddresses4), "192.0.2.1:4711"},
      {v2(0x21, 0x21, kAddresses6), "[2001:db8::7]:4711"},
      {v2(0x21, 0x11, kAddresses4 + "\x04\x00\x03pad\x02\x00\x00"s), "192.0.2.1:4711"},
      {v2(0x21, 0x31, std::string(216, 'u')), "unknown"},
      {v2(0x21, 0x00, "\xea\x00\x01x"s), "unknown"},
      {v2(0x20, 0x00, ""), "unknown", true},
      {v2(0x20, 0x11, kAddresses4), "unknown", true},
      {v2(0x20, 0xff, "whatever"), "unknown", true},
  };
}

TEST(ProxyHeader, IsReadInEveryForm) {
  for (const Good& good : good_headers()) {
    const ProxyHeader header = parse_proxy_header(good.header + "GET / HTTP/1.1");
    ASSERT_EQ(header.state, State::kComplete) << good.header << header.problem;
    EXPECT_EQ(header.size, good.header.size());
    EXPECT_EQ(to_string(header.source), good.source);
    EXPECT_EQ(header.local, good.local);
  }
}

TEST(ProxyHeader, WaitsAtEverySplit) {
  for (const Good& good : good_headers()) {
    for (std::size_t size = 0; size < good.header.size(); ++size)
      ASSERT_EQ(parse_proxy_header(good.header.substr(0, size)).state, State::kNeedMore)
          << good.header << size;
    EXPECT_EQ(parse_proxy_header(good.header).state, State::kComplete);
  }
}

TEST(ProxyHeader, RefusesWhatIsMalformed) {
  const std::string bad[] = {
      "GET / HTTP/1.1\r\n",
      "proxy TCP4 1.2.3.4 1.2.3.4 1 2\r\n",
      "PROXY  TCP4 1.2.3.4 1.2.3.4 1 2\r\n",
      "PROXY TCP5 1.2.3.4 1.2.3.4 1 2\r\n",
      "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n",
      "PROXY TCP4 1.2.3.4 1.2.3.4 1 2 \r\n",
      "PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n",
      "PROXY TCP4 1.2.3.4 1.2.3.4  1 2\r\n",
      "PROXY TCP4 1.2.3.4 1.2.3.4 01 2\r\n",
      "PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n",
      "PROXY TCP4 1.2.3.4 1.2.3.4 -1 2\r\n",
      "PROXY TCP4 1.2.3.256 1.2.3.4 1 2\r\n",
      "PROXY TCP4 ::1 1.2.3.4 1 2\r\n",
      "PROXY TCP6 1.2.3.4 1.2.3.4 1 2\r\n",
      "PROXY TCP4 1.2.3.4\r\n",
      "PROXY TCP4\r\n",
      "PROXY \r\n",
      "PROXY UNKNOWN " + std::string(100, 'x') + "\r\n",
      "PROXY " + std::string(101, 'x'),
      "\r\n\r\n\0\r\nQUIT\r"s,
      v2(0x11, 0x11, kAddresses4),
      v2(0x31, 0x11, kAddresses4),
      v2(0x22, 0x11, kAddresses4),
      v2(0x21, 0x12, kAddresses4),
      v2(0x21, 0x10, kAddresses4),
      v2(0x21, 0x01, kAddresses4),
      v2(0x21, 0x41, kAddresses4),
      v2(0x21, 0x11, kAddresses4.substr(1)),
      v2(0x21, 0x21, kAddresses4),
      v2(0x21, 0x31, std::string(215, 'u')),
      v2(0x21, 0x11, kAddresses4 + "\x04"),
      v2(0x21, 0x11, kAddresses4 + "\x04\x00"s),
      v2(0x21, 0x11, kAddresses4 + "\x04\x00\x02x"s),
      v2(0x21, 0x11, kAddresses4 + "\x03\x00\x03xxx"s),
      v2(0x21, 0x11, kAddresses4 + "\x03\x00\x04xxxx"s),
      v2(0x21, 0x11, kAddresses4 + std::string(kProxyHeaderBytesMax, 'x')),
      kSignature + "\x21\x11\xff\xff",
  };
  for (const std::string& header : bad) {
    EXPECT_EQ(parse_proxy_header(header).state, State::kMalformed) << header;
    EXPECT_STRNE(parse_proxy_header(header).problem, "") << header;
  }
}

// The check value of CRC-32C ("123456789" gives e3069283) is not the header's: the sum below was
// made with another implementation.
TEST(ProxyHeader, ChecksTheChecksum) {
  const std::string header = v2(0x21, 0x11, kAddresses4 + "\x03\x00\x04"s + "\x9a\x17\xd8\xb5"s);
  EXPECT_EQ(parse_proxy_header(header).state, State::kComplete);
  for (std::size_t at = 16; at < header.size(); ++at) {
    if (at == 28) continue;  // the TLV's type: it is no checksum then
    std::string changed = header;
    changed[at] = static_cast<char>(changed[at] ^ 0x40);
    EXPECT_NE(parse_proxy_header(changed).state, State::kComplete) << at;
  }
}

}  // namespace
}  // namespace gp::net
