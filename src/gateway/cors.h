/// Cors: which web origins may use this server, for WebSockets and for HTTP (WHATWG Fetch, section
/// 3.2).
///
/// Thread: immutable; shared by all cores.
/// Rules: a listed origin may do both. A list that is empty lets any page open WebSockets, because
/// a browser never sends a token by itself, but gives no foreign page HTTP answers to read: some of
/// them (metrics, version) need no token. There is no wildcard and there are no credentials: the
/// origin is named, and tokens travel in a header that the preflight allows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/http_message.h"

namespace gp::gateway {

class Cors {
 public:
  explicit Cors(std::vector<std::string> allowed_origins);

  bool may_open_websocket(std::string_view origin) const;
  /// For every answer to `request`, whatever it is.
  net::HttpHeaders answer_headers(const net::HttpRequest& request) const;
  /// The answer to OPTIONS of an address that takes `methods`: a preflight or a plain question.
  net::HttpResponse options(const net::HttpRequest& request, const std::string& methods) const;

 private:
  bool is_listed(std::string_view origin) const;

  std::vector<std::string> allowed_origins_;
};

}  // namespace gp::gateway
