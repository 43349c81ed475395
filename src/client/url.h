/// Url: where a goldenpath deployment is: http://127.0.0.1:8080 or ws://chat.example.org/base.
///
/// Thread: a value.
/// Source: RFC 3986 section 3, the part of it that is needed here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "protocol/codes.h"

namespace gp::client {

struct Url {
  std::string host;  ///< without the brackets of an IPv6 address
  std::uint16_t port = 80;
  std::string base_path;  ///< empty, or "/base": starts with '/' and does not end with one

  /// The Host header: "[::1]:8080"; without the port if it is 80.
  std::string authority() const;
  /// base_path and `path`, which starts with '/'.
  std::string target(std::string_view path) const { return base_path + std::string(path); }
  /// "http://127.0.0.1:8080/base"
  std::string text() const;
};

/// Schemes http and ws mean the same; none means http. A trailing "/ws" belongs to the WebSocket
/// address, not to the base, and is dropped. Errors: Code::bad_request: https and wss (this client
/// speaks no TLS), user names, queries, fragments, ports that are none, white space.
Result<Url> parse_url(std::string_view text);

}  // namespace gp::client
