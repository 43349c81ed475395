#include "config/listen_address.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>

#include <charconv>

namespace gp::config {
namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, port);
  if (text.empty() || error != std::errc{} || stopped != end) return std::nullopt;
  return port;
}

bool is_ipv4(const std::string& host) {
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1;
}

std::optional<in6_addr> parse_ipv6(const std::string& host) {
  in6_addr address{};
  if (inet_pton(AF_INET6, host.c_str(), &address) != 1) return std::nullopt;
  return address;
}

}  // namespace

std::optional<ListenAddress> parse_listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || text.find('\0') != std::string_view::npos)
    return std::nullopt;
  const auto port = parse_port(text.substr(colon + 1));
  if (!port.has_value()) return std::nullopt;
  const std::string_view host = text.substr(0, colon);
  if (host == "localhost") return ListenAddress{.host = "127.0.0.1", .port = *port};
  if (host.starts_with('[') && host.ends_with(']')) {
    std::string inner(host.substr(1, host.size() - 2));
    if (!parse_ipv6(inner).has_value()) return std::nullopt;
    return ListenAddress{.host = std::move(inner), .port = *port};
  }
  std::string plain(host);
  if (!is_ipv4(plain)) return std::nullopt;
  return ListenAddress{.host = std::move(plain), .port = *port};
}

std::string to_string(const ListenAddress& address) {
  const bool is_ipv6 = address.host.find(':') != std::string::npos;
  return is_ipv6 ? fmt::format("[{}]:{}", address.host, address.port)
                 : fmt::format("{}:{}", address.host, address.port);
}

bool is_loopback(const ListenAddress& address) {
  if (is_ipv4(address.host)) return address.host.starts_with("127.");
  const auto ipv6 = parse_ipv6(address.host);
  if (!ipv6.has_value()) return false;
  if (IN6_IS_ADDR_V4MAPPED(&*ipv6)) return ipv6->s6_addr[12] == 127;
  return IN6_IS_ADDR_LOOPBACK(&*ipv6);
}

}  // namespace gp::config
