/// The PROXY protocol header, versions 1 and 2: who a proxy in front of us was connected by.
///
/// Strict: one space, canonical numbers, known families, TLVs that fill their room exactly, a
/// CRC-32C that is right if there is one. What the TLVs say is not used. Thread: pure. Limits:
/// kProxyHeaderBytesMax (version 1: 107, as the specification says); reaction: malformed. Source:
/// https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt
#pragma once

#include <string_view>

#include "net/peer.h"

namespace gp::net {

inline constexpr std::size_t kProxyHeaderBytesMax = 4096;

struct ProxyHeader {
  enum class State { kNeedMore, kComplete, kMalformed };
  State state = State::kNeedMore;
  std::size_t size = 0;  ///< of a complete header; what follows is the connection's own
  /// The proxy speaks for itself (LOCAL, a health check); the connection keeps the address it has.
  bool local = false;
  /// Unknown for UNKNOWN, UNSPEC and UNIX.
  Peer source{};
  const char* problem = "";  ///< of a malformed header
};

/// Looks at what arrived so far, from the first byte of the connection. Malformed as soon as no
/// further byte could mend it.
ProxyHeader parse_proxy_header(std::string_view bytes);

}  // namespace gp::net
