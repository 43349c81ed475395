/// Who sent a request that a proxy passed on: X-Forwarded-For and X-Forwarded-Proto, or Forwarded
/// (RFC 7239).
///
/// Believed only as far as the proxies are trusted: the list is read from its end; each address was
/// written by the one before it, and the first that is not a trusted proxy is the client. One of
/// the two headers counts, by choice: a proxy that writes one passes the other on as the client
/// made it. Thread: pure.
#pragma once

#include "base/ip_address.h"
#include "net/http_message.h"

namespace gp::net {

enum class ForwardedBy { kNobody, kXForwardedFor, kForwarded };

/// Sets request.peer and request.secure to the client's if the request came from a trusted proxy.
/// An element that is not an address ends the search.
void apply_forwarded(HttpRequest& request, const IpNetworks& trusted, ForwardedBy header);

}  // namespace gp::net
