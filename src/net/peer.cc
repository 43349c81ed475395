#include "net/peer.h"

#include <netinet/in.h>
#include <sys/socket.h>

namespace gp::net {

Peer peer_of(const sockaddr_storage& storage) {
  if (storage.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(storage);
    return {IpAddress::v4(reinterpret_cast<const std::uint8_t*>(&v4.sin_addr)), ntohs(v4.sin_port)};
  }
  if (storage.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(storage);
    return {IpAddress::v6(v6.sin6_addr.s6_addr), ntohs(v6.sin6_port)};
  }
  return {};
}

std::string to_string(const Peer& peer) {
  if (!peer.address.known()) return "unknown";
  const std::string address = peer.address.to_string();
  return (peer.address.is_v4() ? address : "[" + address + "]") + ":" + std::to_string(peer.port);
}

}  // namespace gp::net
