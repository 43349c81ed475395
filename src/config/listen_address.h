/// ListenAddress: an IP address and port to listen on, as "127.0.0.1:8080" or "[::1]:8080".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gp::config {

struct ListenAddress {
  std::string host{};      ///< an IPv4 or IPv6 address, without brackets
  std::uint16_t port = 0;  ///< 0: any free port

  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

/// "localhost" is read as 127.0.0.1; other names are not resolved. Nothing for anything else, such
/// as a missing port.
std::optional<ListenAddress> parse_listen_address(std::string_view text);
/// The text that parses to the same address; IPv6 in brackets.
std::string to_string(const ListenAddress& address);
/// 127.0.0.0/8, ::1, and 127.0.0.0/8 mapped into IPv6.
bool is_loopback(const ListenAddress& address);

}  // namespace gp::config
