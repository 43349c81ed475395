#include "net/address_limits.h"

#include <gtest/gtest.h>

namespace gp::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

IpAddress at(std::string_view text) { return IpAddress::parse(text).value(); }
constexpr MonotonicTime kNow{std::chrono::hours(1)};

TEST(AddressLimits, CountsConnectionsAtATime) {
  AddressLimits limits({.connections = 2}, 100);
  auto first = limits.admit(at("192.0.2.1"), kNow);
  auto second = limits.admit(at("192.0.2.1"), kNow);
  EXPECT_EQ(second.verdict, AddressVerdict::kAdmitted);
  EXPECT_EQ(limits.admit(at("192.0.2.1"), kNow).verdict, AddressVerdict::kTooMany);
  EXPECT_EQ(limits.admit(at("192.0.2.2"), kNow).verdict, AddressVerdict::kAdmitted);
  AddressLimits::Ticket moved = std::move(first.ticket);
  first = {};
  EXPECT_EQ(limits.admit(at("192.0.2.1"), kNow).verdict, AddressVerdict::kTooMany);
  moved = {};
  EXPECT_EQ(limits.admit(at("192.0.2.1"), kNow).verdict, AddressVerdict::kAdmitted);
}

TEST(AddressLimits, CountsIpv6BySubscriber) {
  AddressLimits limits({.connections = 1}, 100);
  const auto first = limits.admit(at("2001:db8::1"), kNow);
  EXPECT_EQ(limits.admit(at("2001:db8::ffff:1"), kNow).verdict, AddressVerdict::kTooMany);
  EXPECT_EQ(limits.admit(at("2001:db8:0:1::1"), kNow).verdict, AddressVerdict::kAdmitted);
}

TEST(AddressLimits, LimitsConnectionsOverTime) {
  AddressLimits limits({.connections_per_second = 10, .connections_burst = 3}, 100);
  const auto verdict = [&](Duration later) {
    return limits.admit(at("192.0.2.1"), kNow + later).verdict;
  };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(verdict({}), AddressVerdict::kAdmitted);
  EXPECT_EQ(verdict({}), AddressVerdict::kTooFast);
  EXPECT_EQ(verdict(milliseconds(99)), AddressVerdict::kTooFast);
  EXPECT_EQ(verdict(milliseconds(101)), AddressVerdict::kAdmitted);
  EXPECT_EQ(verdict(milliseconds(102)), AddressVerdict::kTooFast);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(verdict(seconds(100)), AddressVerdict::kAdmitted);
  EXPECT_EQ(verdict(seconds(100)), AddressVerdict::kTooFast) << "the burst does not grow";
}

TEST(AddressLimits, LimitsHandshakesApartFromConnections) {
  AddressLimits limits({.handshakes_per_second = 1, .handshakes_burst = 2}, 100);
  EXPECT_TRUE(limits.admit_handshake(at("192.0.2.1"), kNow));
  EXPECT_TRUE(limits.admit_handshake(at("192.0.2.1"), kNow));
  EXPECT_FALSE(limits.admit_handshake(at("192.0.2.1"), kNow));
  EXPECT_TRUE(limits.admit_handshake(at("192.0.2.2"), kNow));
  EXPECT_EQ(limits.admit(at("192.0.2.1"), kNow).verdict, AddressVerdict::kAdmitted);
  EXPECT_TRUE(limits.admit_handshake(at("192.0.2.1"), kNow + milliseconds(1001)));
}

TEST(AddressLimits, LeavesUnknownAddressesAlone) {
  AddressLimits limits({.connections = 1, .connections_per_second = 1, .handshakes_per_second = 1},
                       100);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(limits.admit({}, kNow).verdict, AddressVerdict::kAdmitted);
    EXPECT_TRUE(limits.admit_handshake({}, kNow));
  }
  EXPECT_EQ(limits.addresses(), 0u);
}

TEST(AddressLimits, ForgetsWhoWasNotSeenForTheLongest) {
  AddressLimits limits({.connections = 1, .handshakes_per_second = 1, .handshakes_burst = 1}, 1);
  const auto staying = limits.admit(at("192.0.2.1"), kNow);
  std::array<std::uint8_t, 4> bytes{10, 0, 0, 0};
  EXPECT_TRUE(limits.admit_handshake(at("192.0.2.9"), kNow));
  for (std::uint32_t i = 0; i < 3 * AddressLimits::kIdleAddresses; ++i) {
    bytes[1] = static_cast<std::uint8_t>(i >> 16);
    bytes[2] = static_cast<std::uint8_t>(i >> 8);
    bytes[3] = static_cast<std::uint8_t>(i);
    EXPECT_TRUE(limits.admit_handshake(IpAddress::v4(bytes.data()), kNow));
  }
  EXPECT_EQ(limits.addresses(), 1 + AddressLimits::kIdleAddresses);
  EXPECT_FALSE(limits.admit_handshake(IpAddress::v4(bytes.data()), kNow))
      << "the youngest is known";
  EXPECT_TRUE(limits.admit_handshake(at("192.0.2.9"), kNow)) << "forgotten, with its debts";
  EXPECT_EQ(limits.admit(at("192.0.2.1"), kNow).verdict, AddressVerdict::kTooMany)
      << "who has a connection is not forgotten";
}

}  // namespace
}  // namespace gp::net
