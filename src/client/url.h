/// Url: where a goldenpath deployment is: http://127.0.0.1:8080 or wss://chat.example.org/base.
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

enum class Scheme : std::uint8_t { kHttp, kHttps };

struct Url {
  std::string host;  ///< without the brackets of an IPv6 address
  std::uint16_t port = 80;
  std::string base_path;  ///< empty, or "/base": starts with '/' and does not end with one
  Scheme scheme = Scheme::kHttp;
  /// kHttps: certificates in PEM that are trusted instead of the system's. Not in the text.
  std::string ca_file{};

  /// The Host header: "[::1]:8080"; without the port if it is the scheme's own.
  std::string authority() const;
  /// As a browser's Origin header: "https://chat.example.org"
  std::string origin() const;
  /// base_path and `path`, which starts with '/'.
  std::string target(std::string_view path) const { return base_path + std::string(path); }
  /// "http://127.0.0.1:8080/base"
  std::string text() const;
};

/// Schemes http and ws mean the same, as https and wss do; none means http. A trailing "/ws"
/// belongs to the WebSocket address, not to the base, and is dropped. `ca_file` as in Url. Errors:
/// Code::bad_request: other schemes, user names, queries, fragments, ports that are none, white
/// space; a `ca_file` without TLS.
Result<Url> parse_url(std::string_view text, std::string ca_file = {});

}  // namespace gp::client
