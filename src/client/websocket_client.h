/// WebSocketClient: one WebSocket connection to /ws, blocking, with a deadline on every wait.
///
/// Thread:     blocking; one thread at a time, never a Core's.
/// Invariants: (1) pings are answered inside receive(); (2) after kClosed every receive() gives the
///             same kClosed again; (3) a peer that violates RFC 6455 is closed with its code and
///             shown as kClosed with `cause` saying what it did.
/// Errors:     those of TcpStream, for sending and connecting.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "client/deadline.h"
#include "client/tcp_stream.h"
#include "client/url.h"
#include "net/http_message.h"
#include "net/websocket_codec.h"
#include "net/websocket_handshake.h"

namespace gp::client {

/// How the token goes into the opening handshake.
enum class TokenBy { kAuthorization, kSubprotocol, kNone };

struct WebSocketRequest {
  std::string path = "/ws";  ///< with its query: "/ws?after=thr_a:17"
  std::string token{};
  TokenBy token_by = TokenBy::kAuthorization;
  std::vector<std::string> protocols{"goldenpath.v1"};
  net::HttpHeaders headers{};  ///< more headers: Origin
  /// permessage-deflate: what is received may be compressed; what is sent is not.
  std::optional<net::DeflateOffer> deflate{};
};

/// What receive() gives.
struct Incoming {
  enum class Kind { kText, kBinary, kClosed, kTimeout };
  Kind kind = Kind::kTimeout;
  std::string text{};            ///< kText, kBinary: the message
  std::uint16_t close_code = 0;  ///< kClosed; 1006: the connection ended without a close frame
  std::string cause{};           ///< kClosed: the reason given, or how the connection ended
};

class WebSocketClient {
 public:
  /// Largest message taken, bytes. A folded catch-up is the largest known. Reaction: closed with
  /// 1009.
  static constexpr std::uint32_t kMessageBytesMax = 64 * kMiB;

  struct Opened;
  /// Sends the handshake and reads its answer; an answer other than 101 is no error here.
  /// `random` outlives the client. Errors: also Code::protocol_error for a 101 that breaks RFC
  /// 6455.
  static Result<Opened> open(const Url& url, const WebSocketRequest& request, Random& random,
                             Deadline deadline);
  /// As open, but an answer other than 101 is an error that quotes it:
  /// Code::unauthenticated (401, 403), Code::overloaded (429, 5xx), otherwise
  /// Code::upgrade_required.
  static Result<WebSocketClient> connect(const Url& url, const WebSocketRequest& request,
                                         Random& random, Deadline deadline);

  Result<> send_text(std::string_view text, Deadline deadline);
  Result<> send_binary(std::string_view bytes, Deadline deadline);
  /// Bytes as they are, not framed: for tests of the peer.
  Result<> send_raw(std::string_view bytes, Deadline deadline);
  Result<> send_close(net::CloseStatus status, std::string_view reason, Deadline deadline);

  Incoming receive(Deadline deadline);

  /// Ends the TCP connection with a reset and no close frame.
  void cut();
  const std::string& subprotocol() const { return subprotocol_; }
  bool compressed() const { return inbox_.inflater.has_value(); }
  /// For poll(2); -1 when closed. Messages may wait here although the descriptor has nothing to
  /// read: take them all (Deadline::now()) before polling.
  int descriptor() const { return stream_.descriptor(); }

 private:
  /// Collects what one read brought. Bounded by a read and kMessageBytesMax.
  struct Inbox final : net::WebSocketSink {
    net::Next on_message(net::MessageKind kind, std::string_view payload) override;
    net::Next on_ping(std::string_view payload) override;
    net::Next on_pong(std::string_view) override { return net::Next::kGoOn; }
    void on_close(net::CloseStatus status, std::string_view reason) override;
    std::optional<net::InflateFault> inflate(net::MessageKind kind, std::string_view compressed,
                                             std::size_t bytes_max, std::string& out) override;

    net::ContextTakeover takeover = net::ContextTakeover::kNo;
    std::optional<net::MessageInflater> inflater;  ///< there if permessage-deflate was agreed on
    std::deque<Incoming> arrived;
    std::vector<std::string> pings;
  };

  WebSocketClient(TcpStream stream, net::UpgradeAnswer answer, Random& random);
  Result<> send_frame(net::Opcode opcode, std::string_view payload, Deadline deadline);
  void take_bytes(std::span<char> bytes);
  void end(std::uint16_t close_code, std::string cause);

  TcpStream stream_;
  std::string subprotocol_;
  Random* random_;
  net::WebSocketParser parser_;
  Inbox inbox_;
  std::optional<Incoming> closed_;
};

struct WebSocketClient::Opened {
  net::HttpResponse response;             ///< of the handshake
  std::optional<WebSocketClient> client;  ///< there if the status is 101
};

}  // namespace gp::client
