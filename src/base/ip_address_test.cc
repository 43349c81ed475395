#include "base/ip_address.h"

#include <gtest/gtest.h>

namespace gp {
namespace {

IpAddress at(std::string_view text) { return IpAddress::parse(text).value(); }

TEST(IpAddress, ReadsAndWritesBothFamilies) {
  EXPECT_EQ(at("192.0.2.1").to_string(), "192.0.2.1");
  EXPECT_EQ(at("2001:DB8:0:0::1").to_string(), "2001:db8::1");
  EXPECT_EQ(at("::ffff:192.0.2.1"), at("192.0.2.1"));
  EXPECT_EQ(IpAddress{}.to_string(), "unknown");
  EXPECT_FALSE(IpAddress{}.known());
  for (const char* text : {"", "1.2.3", "1.2.3.4.5", "1.2.3.4 ", "[::1]", "::1%lo", "01.2.3.4",
                           "example.com", "1.2.3.4:80", ":::", "256.1.1.1"})
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  EXPECT_FALSE(IpAddress::parse(std::string_view("1.2.3.4\0", 8)));
  EXPECT_FALSE(IpAddress::parse(std::string(10'000, '1')));
}

TEST(IpAddress, KnowsLoopback) {
  for (const char* text : {"127.0.0.1", "127.255.0.1", "::1", "::ffff:127.0.0.1"})
    EXPECT_TRUE(at(text).is_loopback()) << text;
  for (const char* text : {"128.0.0.1", "::2", "::", "10.127.0.1"})
    EXPECT_FALSE(at(text).is_loopback()) << text;
}

TEST(IpAddress, CountsIpv6BySubscriber) {
  EXPECT_EQ(at("2001:db8:1:2:3:4:5:6").subscriber(), at("2001:db8:1:2::"));
  EXPECT_NE(at("2001:db8:1:2::").subscriber(), at("2001:db8:1:3::").subscriber());
  EXPECT_EQ(at("192.0.2.7").subscriber(), at("192.0.2.7"));
}

TEST(IpNetwork, ContainsWhatItsPrefixSays) {
  const auto holds = [](const char* network, const char* address) {
    return IpNetwork::parse(network).value().contains(at(address));
  };
  EXPECT_TRUE(holds("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(holds("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(holds("192.0.2.128/25", "192.0.2.255"));
  EXPECT_FALSE(holds("192.0.2.128/25", "192.0.2.127"));
  EXPECT_TRUE(holds("192.0.2.1", "192.0.2.1"));
  EXPECT_FALSE(holds("192.0.2.1", "192.0.2.2"));
  EXPECT_TRUE(holds("0.0.0.0/0", "203.0.113.9"));
  EXPECT_FALSE(holds("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(holds("::/0", "2001:db8::1"));
  EXPECT_TRUE(holds("2001:db8::/32", "2001:db8:ffff::1"));
  EXPECT_FALSE(holds("2001:db8::/33", "2001:db8:ffff::1"));
  for (const char* text : {"10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/+8",
                           "::1/129", "x/8", "/8", "10.0.0.0/8/8", "10.0.0.0/0008", ""})
    EXPECT_FALSE(IpNetwork::parse(text)) << text;
  EXPECT_FALSE(contains({}, at("10.0.0.1")));
}

}  // namespace
}  // namespace gp
