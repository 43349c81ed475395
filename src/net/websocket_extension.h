/// The Sec-WebSocket-Extensions header (RFC 6455 section 9.1) and the negotiation of
/// permessage-deflate (RFC 7692 sections 5 and 7.1), both roles.
///
/// Thread: pure functions.
/// A header that breaks the grammar fails the handshake (RFC 6455 section 9.1). A server declines
/// an offer with a parameter that is unknown, repeated or of a wrong value, and takes the first
/// offer it can; a client fails the connection for such an answer, and for one it did not offer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/deflate.h"
#include "net/http_message.h"
#include "protocol/codes.h"

namespace gp::net {

inline constexpr std::string_view kExtensionsHeader = "Sec-WebSocket-Extensions";

struct ExtensionParameter {
  std::string name;
  std::optional<std::string> value;  ///< without its quotes
};
struct Extension {
  std::string name;
  std::vector<ExtensionParameter> parameters;
};

/// All extensions of all headers of that name, in order. Errors: bad_request for what is not the
/// grammar's.
Result<std::vector<Extension>> parse_extensions(const HttpHeaders& headers);

/// What a connection agreed on: how each side compresses.
struct DeflateParameters {
  std::uint8_t server_window_bits = kWindowBitsMax;
  std::uint8_t client_window_bits = kWindowBitsMax;
  ContextTakeover server_takeover = ContextTakeover::kNo;
  ContextTakeover client_takeover = ContextTakeover::kNo;
};

struct DeflateAgreement {
  DeflateParameters parameters;
  std::string answer;  ///< value of Sec-WebSocket-Extensions
};

/// With takeover a connection keeps a window of its own for each direction. This many bits bound
/// it: 38 KiB to compress, 11 KiB to inflate; events of one thread repeat within 4 KiB.
inline constexpr std::uint8_t kTakeoverWindowBits = 12;

/// The server's part: takes the first offer it can, or none. kNo: neither side keeps its context.
/// kYes: both do, unless the client asks otherwise or cannot bound its window.
std::optional<DeflateAgreement> accept_deflate(const std::vector<Extension>& offers,
                                               ContextTakeover takeover);

/// The client's part.
struct DeflateOffer {
  std::uint8_t server_window_bits = kWindowBitsMax;  ///< the most the server may use
  bool server_takeover = true;                       ///< false: the server must keep no context
};
/// Value of Sec-WebSocket-Extensions.
std::string deflate_offer(const DeflateOffer& offer);
/// What the server's answer says; nothing if it uses no extension. `offer` nothing: none was
/// offered. Errors: protocol_error.
Result<std::optional<DeflateParameters>> check_deflate_answer(
    const HttpHeaders& headers, const std::optional<DeflateOffer>& offer);

}  // namespace gp::net
