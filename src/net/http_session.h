/// HttpSession: HTTP/1.1 on a Socket: reads one request at a time, answers it, keeps the connection
/// alive.
///
/// Owner:  the Socket. Thread: its core.
/// Pipelined requests wait in order: the next is parsed when the answer to the one before is
/// complete, and after kRequestsPerTurn the other connections have their turn.
///
/// Limits: HttpLimits for what is parsed. A head must arrive within timeouts.request of its first
/// byte (or of the connection's beginning). A body has as long again, and one second more for every
/// timeouts.bytes_per_second that came. An answer must be taken at that rate too, looked at every
/// timeouts.request. So no trickle keeps a request alive. An answer must be under way within
/// timeouts.handling. Input that comes while a request is handled is held up to kHeldBytesMax, then
/// reading stops.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "net/http_limits.h"
#include "net/http_message.h"
#include "net/http_parser.h"
#include "net/socket.h"
#include "net/websocket_session.h"

namespace gp::net {

struct HttpTimeouts {
  Duration request = std::chrono::seconds(10);
  /// Slower bodies are answered 408, slower readers of an answer are reset.
  std::size_t bytes_per_second = 1 * kKiB;
  Duration idle = std::chrono::seconds(75);
  Duration handling = std::chrono::seconds(60);
  Duration stream_comment = std::chrono::seconds(15);
  Duration stalled_reader = std::chrono::minutes(5);
};

struct HttpOptions {
  HttpLimits limits;
  HttpTimeouts timeouts;
  /// Over TLS: how long browsers use nothing but TLS for this host (RFC 6797). 0: not said.
  std::chrono::seconds strict_transport{0};
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
  /// Headers for whatever the answer will be, refusals included: CORS.
  virtual HttpHeaders answer_headers(const HttpRequest&) { return {}; }

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
  static constexpr std::uint32_t kRequestsPerTurn = 16;

  HttpSession(HttpRequestHandler& handler, const HttpOptions& options);
  ~HttpSession() override;

  Socket& socket() { return *socket_; }
  void respond(HttpResponse response);
  /// Answers with `head` and then whatever the stream gives. want_flush() asks it.
  void start_stream(HttpResponse head, std::unique_ptr<ResponseStream> stream);
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
  enum class State : std::uint8_t {
    kIdle,       ///< between requests; answers may still be on their way
    kReading,    ///< part of a request is here
    kHandling,   ///< on_request() was called, its reply is awaited
    kStreaming,  ///< the answer is a ResponseStream
    kClosing,    ///< the last answer is on its way; what the peer says is not read
  };
  /// A request that is arriving.
  struct Arriving {
    explicit Arriving(const HttpLimits& limits) : parser(limits) {}
    HttpRequestParser parser;
    std::optional<MonotonicTime> body_begun;
    bool continue_sent = false;
  };

  void on_attached(Socket& socket) override;
  void on_bytes(std::span<char> bytes) override;
  Fill fill(std::string& out, std::size_t bytes_max) override;
  void on_timeout() override;
  void on_peer_closed() override;
  void on_gone(Code code) override;

  bool awaits_reply() const { return state_ == State::kHandling && socket_->open(); }
  bool must_wait() const;
  std::optional<HttpRequest> take_in(std::string_view& bytes);
  void await_body();
  void hold(std::string_view bytes);
  std::string take_held();
  void handle(HttpRequest request);
  void refuse(const Error& error);
  void add_common_headers(HttpResponse& response);
  void finished();
  void parse_held();
  void go_on_later();
  void check_stream();
  void check_body();
  void check_answer();
  bool takes_enough();
  std::uint64_t least_bytes(Duration duration) const;
  Fill fill_stream(std::string& out, std::size_t bytes_max);

  HttpRequestHandler& handler_;
  const HttpOptions& options_;
  Socket* socket_ = nullptr;
  std::unique_ptr<Arriving> arriving_;  ///< only while a request arrives
  std::unique_ptr<HttpRequest> moved_request_;
  std::unique_ptr<ResponseStream> stream_;
  HttpHeaders answer_headers_;  ///< of the request that is handled
  std::string out_;
  std::string_view lasting_out_;  ///< what follows out_
  std::string held_;
  std::uint32_t held_from_ = 0;  ///< where in held_ the next request begins
  std::uint32_t requests_in_turn_ = 0;
  std::uint32_t acknowledged_ = 0;  ///< bytes the peer had taken when last asked, modulo 2^32
  /// What on_timeout() looked at since the last answer.
  enum class Watch : std::uint8_t { kNothing, kAnswer, kSilence };
  Watch watch_ = Watch::kNothing;
  State state_ = State::kIdle;
  CloseReason close_reason_ = CloseReason::finished;  ///< once the last answer is sent
  HttpVersion version_ = HttpVersion::kHttp11;
  bool keep_alive_ = true;
  bool head_only_ = false;
  bool parsing_ = false;
  bool stalled_ = false;   ///< the peer has not taken its answers
  bool yielded_ = false;   ///< others have their turn
  bool answered_ = false;  ///< some request of this connection was
  bool peer_closed_ = false;
  std::uint32_t silent_checks_ = 0;
  runtime::Liveness liveness_;
};

}  // namespace gp::net
