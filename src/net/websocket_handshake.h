/// The opening handshake of RFC 6455 section 4, both sides, as text and values; no sockets.
///
/// Thread: pure functions.
/// Extensions: read and checked here, agreed on in net/websocket_extension.h.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "net/http_message.h"
#include "net/websocket_extension.h"
#include "protocol/codes.h"

namespace gp::net {

/// What a server needs of an acceptable upgrade request.
struct Upgrade {
  std::string key;  ///< Sec-WebSocket-Key: 16 bytes in base64
  std::vector<std::string>
      protocols;  ///< Sec-WebSocket-Protocol: offered subprotocols, in order, all different
  std::vector<Extension> extensions;  ///< Sec-WebSocket-Extensions: offers, in order
};

/// Whether the request asks for a WebSocket, rightly or wrongly: its Upgrade header names
/// websocket.
bool wants_websocket(const HttpRequest& request);

/// Section 4.2.1: GET, HTTP/1.1, Upgrade: websocket, Connection: upgrade, version 13, a key of 16
/// bytes, no body. Errors: Code::upgrade_required if no WebSocket or another version is asked for
/// (answer with upgrade_required_headers()); Code::method_not_allowed; Code::bad_request for
/// everything else. Origin is not judged here.
Result<Upgrade> check_upgrade(const HttpRequest& request);

/// The headers a 426 answer must have: Upgrade and Sec-WebSocket-Version (section 4.2.2; RFC 9110
/// section 15.5.22).
HttpHeaders upgrade_required_headers();

/// Sec-WebSocket-Accept for a key: base64(SHA-1(key + GUID)).
std::string accept_key(std::string_view key);

/// The whole 101 response. `subprotocol` empty: none was selected. A subprotocol must be one of
/// Upgrade::protocols. `extensions`: DeflateAgreement::answer; empty: none.
std::string switching_protocols_response(std::string_view key, std::string_view subprotocol,
                                         std::string_view extensions = {});

/// What a client asks for.
struct UpgradeOffer {
  std::string host;    ///< Host header: "127.0.0.1:8080"
  std::string target;  ///< "/ws?after=…", already percent-encoded
  std::string key;     ///< from make_key()
  std::vector<std::string> protocols;
  HttpHeaders headers;  ///< more headers: Authorization, Origin
  std::optional<DeflateOffer> deflate{};
};

/// 16 random bytes in base64.
std::string make_key(Random& random);
std::string upgrade_request(const UpgradeOffer& offer);

/// What the server selected.
struct UpgradeAnswer {
  std::string protocol;                      ///< empty: none
  std::optional<DeflateParameters> deflate;  ///< nothing: no extension
};
/// Section 4.1, the client's checks of the answer.
/// Errors: Code::upgrade_required if the status is not 101, Code::protocol_error for a 101 that
/// breaks a rule.
Result<UpgradeAnswer> check_upgrade_response(const HttpResponse& response,
                                             const UpgradeOffer& offer);

}  // namespace gp::net
