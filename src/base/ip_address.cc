#include "base/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace gp {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::size_t kTextMax = INET6_ADDRSTRLEN;

}  // namespace

IpAddress IpAddress::v4(const std::uint8_t* four_bytes) {
  IpAddress address;
  std::copy(kMapped.begin(), kMapped.end(), address.bytes.begin());
  std::memcpy(address.bytes.data() + kMapped.size(), four_bytes, 4);
  return address;
}

IpAddress IpAddress::v6(const std::uint8_t* sixteen_bytes) {
  IpAddress address;
  std::memcpy(address.bytes.data(), sixteen_bytes, 16);
  return address;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.size() >= kTextMax || text.find('\0') != text.npos) return std::nullopt;
  const std::string copy(text);
  std::array<std::uint8_t, 16> raw{};
  if (::inet_pton(AF_INET, copy.c_str(), raw.data()) == 1) return v4(raw.data());
  if (::inet_pton(AF_INET6, copy.c_str(), raw.data()) == 1) return v6(raw.data());
  return std::nullopt;
}

bool IpAddress::is_v4() const { return std::equal(kMapped.begin(), kMapped.end(), bytes.begin()); }

bool IpAddress::is_loopback() const {
  if (is_v4()) return bytes[12] == 127;
  IpAddress loopback;
  loopback.bytes[15] = 1;
  return *this == loopback;
}

IpAddress IpAddress::subscriber() const {
  IpAddress network = *this;
  if (!is_v4()) std::fill(network.bytes.begin() + 8, network.bytes.end(), std::uint8_t{0});
  return network;
}

std::string IpAddress::to_string() const {
  if (!known()) return "unknown";
  std::array<char, kTextMax> text{};
  if (is_v4()) {
    ::inet_ntop(AF_INET, bytes.data() + kMapped.size(), text.data(), text.size());
  } else {
    ::inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
  }
  return text.data();
}

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  IpNetwork network;
  network.address_ = *address;
  if (slash == text.npos) return network;
  // "::ffff:10.0.0.0/104" counts its prefix in IPv6 bits, "10.0.0.0/8" in IPv4 bits.
  const int offset = text.find(':') == text.npos ? 96 : 0;
  const std::string_view digits = text.substr(slash + 1);
  int bits = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (error != std::errc{} || end != digits.data() + digits.size() || digits.size() > 3 ||
      digits[0] < '0' || bits > 128 - offset)
    return std::nullopt;
  network.bits_ = bits + offset;
  for (int bit = network.bits_; bit < 128; ++bit) {
    if ((address->bytes[static_cast<std::size_t>(bit / 8)] >> (7 - bit % 8) & 1) != 0)
      return std::nullopt;
  }
  return network;
}

bool IpNetwork::contains(const IpAddress& address) const {
  const auto whole = static_cast<std::size_t>(bits_ / 8);
  if (!std::equal(address_.bytes.begin(),
                  address_.bytes.begin() + static_cast<std::ptrdiff_t>(whole),
                  address.bytes.begin()))
    return false;
  const int rest = bits_ % 8;
  if (rest == 0) return true;
  return (address_.bytes[whole] ^ address.bytes[whole]) >> (8 - rest) == 0;
}

bool contains(const IpNetworks& networks, const IpAddress& address) {
  return std::any_of(networks.begin(), networks.end(),
                     [&](const IpNetwork& network) { return network.contains(address); });
}

}  // namespace gp
