/// IpAddress and IpNetwork: numeric IPv4 and IPv6 addresses as values.
///
/// IPv4 is kept mapped into IPv6 (::ffff:a.b.c.d), so one form serves tables and comparisons.
/// Thread: values.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gp {

struct IpAddress {
  /// Network byte order. All zero (the default) stands for "not known".
  std::array<std::uint8_t, 16> bytes{};

  /// "192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"; no brackets, ports, zones or names.
  static std::optional<IpAddress> parse(std::string_view text);
  static IpAddress v4(const std::uint8_t* four_bytes);
  static IpAddress v6(const std::uint8_t* sixteen_bytes);

  bool known() const { return *this != IpAddress{}; }
  bool is_v4() const;
  /// 127.0.0.0/8 and ::1.
  bool is_loopback() const;
  /// What limits count by: an IPv4 address, or the /64 an IPv6 address lies in (one subscriber).
  IpAddress subscriber() const;
  /// The usual text; "unknown" if not known.
  std::string to_string() const;

  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

/// An address with the length of its prefix.
class IpNetwork {
 public:
  /// "10.0.0.0/8", "2001:db8::/32", or an address alone. Bits behind the prefix must be zero.
  static std::optional<IpNetwork> parse(std::string_view text);
  bool contains(const IpAddress& address) const;

 private:
  IpAddress address_;
  int bits_ = 128;
};

using IpNetworks = std::vector<IpNetwork>;
bool contains(const IpNetworks& networks, const IpAddress& address);

}  // namespace gp

template <>
struct std::hash<gp::IpAddress> {
  std::size_t operator()(const gp::IpAddress& address) const noexcept {
    return std::hash<std::string_view>{}(
        {reinterpret_cast<const char*>(address.bytes.data()), address.bytes.size()});
  }
};
