/// WebSocketSession: one WebSocket on a Socket, after its handshake: codec, heartbeat, close
/// handshake.
///
/// Owner:  the Socket. Thread: its core.
/// Heartbeat: every `heartbeat` the peer gets a ping; one that says nothing for `dead_peer` is
/// dropped, unless it is still taking bytes that were sent before (a pong comes after them). A
/// reader that leaves what was written to it unread cannot be asked for a pong; it has
/// `stalled_reader` to take some of it. Limits: pongs and other control frames waiting for a slow
/// reader stop the reading at kControlBytesMax.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "net/socket.h"
#include "net/websocket_codec.h"
#include "net/websocket_compression.h"

namespace gp::net {

struct WebSocketLimits {
  /// Bytes of one message from the peer. Reaction: close 1009.
  std::uint32_t message_bytes = 1 * kMiB;
  /// How often a ping is sent.
  Duration heartbeat = std::chrono::seconds(20);
  /// Silence after which the peer counts as dead. Reaction: reset, counted as going_away.
  Duration dead_peer = std::chrono::seconds(40);
  /// How long a peer with a full receive window may take no byte. Reaction: reset, counted as
  /// slow_consumer.
  Duration stalled_reader = std::chrono::minutes(5);
};

/// Appends frames until the write is full. Messages are compressed if the connection agreed on it.
/// With context takeover the order of the calls is the order in which frames must be sent.
class WebSocketWriter {
 public:
  WebSocketWriter(std::string& out, std::size_t bytes_max, WebSocketCompression& compression)
      : out_(out), bytes_max_(bytes_max), compression_(compression) {}
  bool full() const { return out_.size() >= bytes_max_; }
  void text(std::string_view payload) { compression_.append(out_, Opcode::kText, payload); }
  void binary(std::string_view payload) { compression_.append(out_, Opcode::kBinary, payload); }
  /// A text that many connections get: it is compressed once for all of a core.
  void shared_text(const SharedBytes& payload) { compression_.append_shared(out_, payload); }
  /// Frames that are encoded already.
  void frames(std::string_view encoded) { out_.append(encoded); }

 private:
  std::string& out_;
  std::size_t bytes_max_;
  WebSocketCompression& compression_;
};

class WebSocketSession;

/// What stands on a WebSocket: echo, lobby, or a chat connection.
class WebSocketEndpoint {
 public:
  virtual ~WebSocketEndpoint() = default;
  /// Called once, before anything else.
  virtual void on_opened(WebSocketSession& session) = 0;
  virtual void on_message(MessageKind kind, std::string_view payload) = 0;
  /// Writes frames until the writer is full or nothing is left. kMore: something is left.
  virtual SocketHandler::Fill fill(WebSocketWriter& writer) = 0;
  /// The connection is over; the endpoint will be destroyed. Not called after take_endpoint() or
  /// detach().
  virtual void on_closed(Code reason) = 0;
  virtual std::string connection_id() const { return {}; }
};

class WebSocketSession final : public SocketHandler, private WebSocketSink {
 public:
  static constexpr std::size_t kControlBytesMax = 64 * kKiB;

  WebSocketSession(const WebSocketLimits& limits, std::unique_ptr<WebSocketEndpoint> endpoint,
                   WebSocketCompression compression = {});
  ~WebSocketSession() override;

  Socket& socket() { return *socket_; }
  /// The endpoint's fill() will be called at the end of the turn.
  void want_flush() { socket_->want_flush(); }
  /// The endpoint is asked for what is left, then a close frame with the code's number goes out and
  /// the connection ends.
  void close(Code code, std::string_view reason);
  bool closing() const { return closing_; }
  /// Another endpoint takes over (lobby → chat). The old one is destroyed when the turn ends.
  void set_endpoint(std::unique_ptr<WebSocketEndpoint> endpoint);
  /// Makes frames into `out` outside of fill(), which then must pass them on in order.
  WebSocketWriter writer(std::string& out) { return WebSocketWriter(out, SIZE_MAX, compression_); }

  /// A WebSocket on its way to another core.
  struct Detached {
    DetachedSocket socket;  ///< with the frames behind this message, which nobody has looked at
    WebSocketParser parser;
    WebSocketCompression compression;  ///< as it was agreed on; move_to() the new core
  };
  /// When on_message() returns, `go` gets the detached connection; the endpoint hears nothing more.
  /// Call it from on_message().
  void detach_then(UniqueFunction<void(Detached)> go);
  /// Takes over a moved connection's parser, which goes on where it stopped.
  WebSocketSession(const WebSocketLimits& limits, std::unique_ptr<WebSocketEndpoint> endpoint,
                   WebSocketParser parser, WebSocketCompression compression);

  /// For the HTTP session that upgrades: bytes to be sent before the first frame, and bytes that
  /// came after the request.
  void set_first_bytes(std::string response) { control_ = std::move(response); }

 private:
  void on_attached(Socket& socket) override;
  void on_bytes(std::span<char> bytes) override;
  Fill fill(std::string& out, std::size_t bytes_max) override;
  void on_timeout() override;
  void on_peer_closed() override;
  void on_gone(Code code) override;
  std::string connection_id() const override { return endpoint_->connection_id(); }

  Next on_message(MessageKind kind, std::string_view payload) override;
  Next on_ping(std::string_view payload) override;
  Next on_pong(std::string_view payload) override;
  void on_close(CloseStatus status, std::string_view reason) override;
  std::optional<InflateFault> inflate(MessageKind kind, std::string_view compressed,
                                      std::size_t bytes_max, std::string& out) override;
  void finish_detach(std::span<const char> unread);
  bool taking_bytes();

  const WebSocketLimits& limits_;
  Socket* socket_ = nullptr;
  std::unique_ptr<WebSocketEndpoint> endpoint_;
  WebSocketParser parser_;
  WebSocketCompression compression_;
  std::string control_;  ///< pings, pongs: whole frames (and the 101 response before them)
  std::unique_ptr<std::string> close_frame_;                 ///< sent last
  std::unique_ptr<UniqueFunction<void(Detached)>> leaving_;  ///< asked for by detach_then()
  Code close_code_{};
  std::uint32_t alive_tick_ = 0;    ///< of the last sign of life (SocketHub::tick)
  std::uint32_t acknowledged_ = 0;  ///< bytes the peer had taken when last asked, modulo 2^32
  bool heard_ = true;               ///< something since the last ping, or since the handshake
  bool closing_ = false;
};

}  // namespace gp::net
