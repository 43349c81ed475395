/// Where a client puts its token: the Authorization header, or an entry of Sec-WebSocket-Protocol
/// for browsers, which cannot set headers on a WebSocket. Pure functions over header values;
/// docs/protocol.md section 4.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace gp::auth {

/// Most entries looked at in one offer; more are refused.
inline constexpr std::size_t kSubprotocolsMax = 32;

/// The token of "Bearer <token>" (RFC 6750 section 2.1), the scheme in any case. Nothing for
/// another scheme, no token, or more than one word after the scheme. The view points into the
/// header.
std::optional<std::string_view> bearer_token(std::string_view authorization_header);

struct SubprotocolOffer {
  std::vector<std::string_view>
      protocols{};  ///< in the order offered, without the secret; views into the header
  std::optional<std::string> token{};  ///< from `jwt.<base64url of the token, unpadded>`
};

/// Reads a Sec-WebSocket-Protocol value (RFC 6455 section 11.3.4); several headers are joined by
/// commas before. Errors: Code::unauthenticated for a `jwt.` entry that is empty, undecodable or
/// given twice; Code::bad_request for more than kSubprotocolsMax entries.
Result<SubprotocolOffer> parse_subprotocols(std::string_view header_value);

}  // namespace gp::auth
