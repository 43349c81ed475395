/// Peer: who is at the other end of a connection, as far as we know it: from the kernel, or from a
/// proxy that we were told to believe.
#pragma once

#include <cstdint>
#include <string>

#include "base/ip_address.h"

struct sockaddr_storage;

namespace gp::net {

struct Peer {
  IpAddress address{};
  std::uint16_t port = 0;

  friend bool operator==(const Peer&, const Peer&) = default;
};

/// IPv4 and IPv6; anything else is unknown.
Peer peer_of(const sockaddr_storage& storage);
/// "192.0.2.1:4711", "[2001:db8::1]:4711", "unknown".
std::string to_string(const Peer& peer);

}  // namespace gp::net
