/// HttpSession: HTTP/1.1 on a Socket: reads one request at a time, answers it, keeps the connection
/// alive.
///
/// Owner:  the Socket. Thread: its core.
/// Pipelined requests wait in order: the next is parsed when the answer to the one before is
/// complete. Limits: HttpLimits for what is parsed; a request (and the first one of a new
/// connection) must arrive within request_timeout, an answer must be under way within
/// handling_timeout; input that comes while a request is handled is held up to kHeldBytesMax, then
/// reading stops.
#pragma once

#include <memory>
#include <string>

#include "net/http_limits.h"
#include "net/http_message.h"
#include "net/http_parser.h"
#include "net/socket.h"
#include "net/websocket_session.h"

namespace gp::net {

struct HttpTimeouts {
  Duration request = std::chrono::seconds(10);
  Duration idle = std::chrono::seconds(75);
  Duration handling = std::chrono::seconds(60);
  Duration stream_comment = std::chrono::seconds(15);
  Duration stalled_reader = std::chrono::minutes(5);
};

struct HttpOptions {
  HttpLimits limits;
  HttpTimeouts timeouts;
};

class HttpSession;

/// The answer that a request waits for. Move it to where the answer is made; dropping it without
/// send() resets the connection. Thread: the session's core. Harmless when the connection is gone.
class HttpReply {
 public:
  HttpReply(HttpSession& session, runtime::Liveness::Token token)
      : session_(&session), token_(std::move(token)) {}
  HttpReply(HttpReply&& other) noexcept
      : session_(std::exchange(other.session_, nullptr)), token_(std::move(other.token_)) {}
  HttpReply& operator=(HttpReply&& other) noexcept {
    std::swap(session_, other.session_);
    std::swap(token_, other.token_);
    return *this;
  }
  ~HttpReply();

  void send(HttpResponse response);
  /// The session, to upgrade, stream or move; nullptr if it is gone. The reply is used up then.
  HttpSession* take_session();

 private:
  HttpSession* session_;
  runtime::Liveness::Token token_;
};

class HttpRequestHandler {
 public:
  virtual void on_request(HttpRequest request, HttpReply reply) = 0;

 protected:
  ~HttpRequestHandler() = default;
};

/// A body of unknown length, pulled: SSE.
class ResponseStream {
 public:
  virtual ~ResponseStream() = default;
  /// Called once, before anything else.
  virtual void on_started(HttpSession& session) = 0;
  /// As SocketHandler::fill, without framing.
  virtual SocketHandler::Fill fill(std::string& out, std::size_t bytes_max) = 0;
};

class HttpSession final : public SocketHandler {
 public:
  static constexpr std::size_t kHeldBytesMax = 64 * kKiB;
  static constexpr std::size_t kAnswerBytesMax = 64 * kKiB;

  HttpSession(HttpRequestHandler& handler, const HttpOptions& options);
  ~HttpSession() override;

  Socket& socket() { return *socket_; }
  void respond(HttpResponse response);
  /// Answers with `head` and then whatever the stream gives. want_flush() asks it.
  void start_stream(const HttpResponse& head, std::unique_ptr<ResponseStream> stream);
  void want_flush() { socket_->want_flush(); }
  /// Answers 101 and hands the connection, with what was already read, to a WebSocket.
  void upgrade(std::string response, std::unique_ptr<WebSocketSession> websocket);

  /// A connection with an unanswered request on its way to another core.
  struct Detached {
    DetachedSocket socket;
    std::string held;  ///< bytes after the request
    bool keep_alive;
    bool head_only;
    HttpVersion version;
  };
  Detached detach();
  /// Goes on with a moved connection whose `request` is unanswered: on_request() is called when it
  /// is attached.
  HttpSession(HttpRequestHandler& handler, const HttpOptions& options, Detached& moved,
              HttpRequest request);

 private:
  friend class HttpReply;
  enum class State : std::uint8_t { kIdle, kReading, kHandling, kStreaming };

  void on_attached(Socket& socket) override;
  void on_bytes(std::span<char> bytes) override;
  Fill fill(std::string& out, std::size_t bytes_max) override;
  void on_timeout() override;
  void on_peer_closed() override;
  void on_gone(Code code) override;

  void parse(std::string_view bytes);
  void hold(std::string_view bytes);
  void handle(HttpRequest request);
  void refuse(const Error& error);
  void finished();
  void parse_held();

  HttpRequestHandler& handler_;
  const HttpOptions& options_;
  Socket* socket_ = nullptr;
  std::unique_ptr<HttpRequestParser> parser_;  ///< only while a request arrives
  std::unique_ptr<HttpRequest> moved_request_;
  std::unique_ptr<ResponseStream> stream_;
  std::string out_;
  std::string held_;
  State state_ = State::kIdle;
  CloseReason close_reason_ = CloseReason::finished;  ///< once the last answer is sent
  HttpVersion version_ = HttpVersion::kHttp11;
  bool keep_alive_ = true;
  bool head_only_ = false;
  bool parsing_ = false;
  bool stalled_ = false;  ///< the peer has not taken its answers
  bool continue_sent_ = false;
  bool peer_closed_ = false;
  std::uint32_t silent_checks_ = 0;
  runtime::Liveness liveness_;
};

}  // namespace gp::net
