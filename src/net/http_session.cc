#include "net/http_session.h"

#include "base/assert.h"
#include "net/http_error.h"

namespace gp::net {

HttpReply::~HttpReply() {
  if (session_ == nullptr || !token_.alive()) return;
  session_->socket_->abort(CloseReason::reply_dropped);
}

void HttpReply::send(HttpResponse response) {
  if (HttpSession* session = take_session()) session->respond(std::move(response));
}

HttpSession* HttpReply::take_session() {
  HttpSession* session = std::exchange(session_, nullptr);
  return session != nullptr && token_.alive() && session->socket_->open() ? session : nullptr;
}

HttpSession::HttpSession(HttpRequestHandler& handler, const HttpOptions& options)
    : handler_(handler), options_(options) {}

HttpSession::HttpSession(HttpRequestHandler& handler, const HttpOptions& options, Detached& moved,
                         HttpRequest request)
    : handler_(handler),
      options_(options),
      moved_request_(std::make_unique<HttpRequest>(std::move(request))),
      held_(std::move(moved.held)),
      version_(moved.version),
      keep_alive_(moved.keep_alive),
      head_only_(moved.head_only) {}

HttpSession::~HttpSession() = default;

void HttpSession::on_attached(Socket& socket) {
  socket_ = &socket;
  socket.set_timeout(options_.timeouts.request);
  if (moved_request_ == nullptr) return;
  state_ = State::kHandling;
  HttpRequest request = std::move(*moved_request_);
  moved_request_.reset();
  socket.set_timeout(options_.timeouts.handling);
  handler_.on_request(std::move(request), HttpReply(*this, liveness_.token()));
}

void HttpSession::on_bytes(std::span<char> bytes) {
  const std::string_view text(bytes.data(), bytes.size());
  if (state_ == State::kHandling || state_ == State::kStreaming || stalled_) return hold(text);
  parse(text);
}

void HttpSession::hold(std::string_view bytes) {
  held_.append(bytes);
  if (held_.size() > kHeldBytesMax) socket_->pause_reading();
}

// Parses until a request is complete; what follows it is held until its answer is written.
void HttpSession::parse(std::string_view bytes) {
  if (bytes.empty()) return;
  if (parser_ == nullptr) {
    parser_ = std::make_unique<HttpRequestParser>(options_.limits);
    continue_sent_ = false;
    socket_->set_timeout(options_.timeouts.request);
  }
  state_ = State::kReading;
  const auto progress = parser_->feed(bytes);
  if (progress.has_error()) return refuse(progress.error());
  if (progress.value().state == ParseState::kNeedMore) {
    if (parser_->expects_continue() && !std::exchange(continue_sent_, true)) {
      out_.append(kContinue);
      socket_->want_flush();
    }
    return;
  }
  hold(bytes.substr(progress.value().consumed));
  HttpRequest request = parser_->take_request();
  parser_.reset();
  handle(std::move(request));
}

void HttpSession::handle(HttpRequest request) {
  socket_->hub().metrics().http_requests.add();
  state_ = State::kHandling;
  version_ = request.version;
  keep_alive_ = request.keep_alive;
  head_only_ = request.method == "HEAD";
  socket_->set_timeout(options_.timeouts.handling);
  handler_.on_request(std::move(request), HttpReply(*this, liveness_.token()));
}

// After a request that cannot be understood nothing on this connection can be trusted: answer and
// close.
void HttpSession::refuse(const Error& error) {
  keep_alive_ = false;
  head_only_ = false;
  parser_.reset();
  state_ = State::kHandling;
  close_reason_ = protocol::close_reason_for(error.code);
  socket_->hub().metrics().errors_by_code[static_cast<std::size_t>(error.code)].add();
  respond(error_response(error));
}

void HttpSession::respond(HttpResponse response) {
  GP_ASSERT(state_ == State::kHandling, "an HTTP response without a request");
  const bool last = !keep_alive_ || (peer_closed_ && held_.empty());
  const AfterResponse after = last ? AfterResponse::kClose : AfterResponse::kKeepAlive;
  out_.append(head_only_ ? serialize_head(response, after) : serialize(response, after));
  socket_->want_flush();
  finished();
}

void HttpSession::finished() {
  state_ = State::kIdle;
  if (!keep_alive_) return socket_->close_after_flush(close_reason_);
  socket_->set_timeout(options_.timeouts.idle);
  // A peer that pipelines and does not read gets no more work done until it took its answers.
  stalled_ = socket_->blocked() || out_.size() > kAnswerBytesMax;
  if (!stalled_) parse_held();
}

void HttpSession::parse_held() {
  socket_->resume_reading();
  // A loop instead of recursion: a peer may pipeline any number of requests that are answered at
  // once.
  if (std::exchange(parsing_, true)) return;
  while (state_ == State::kIdle && !stalled_ && !held_.empty() && socket_->open()) {
    const std::string bytes = std::exchange(held_, {});
    parse(bytes);
  }
  parsing_ = false;
  // What a half-closed client pipelined is answered; the rest of a cut request will never come.
  if (peer_closed_ && !stalled_ && (state_ == State::kIdle || state_ == State::kReading))
    socket_->close_after_flush(CloseReason::peer_closed);
}

void HttpSession::start_stream(const HttpResponse& head, std::unique_ptr<ResponseStream> stream) {
  GP_ASSERT(state_ == State::kHandling, "an HTTP stream without a request");
  if (head_only_) return respond(head);
  const auto framing =
      version_ == HttpVersion::kHttp11 ? StreamFraming::kChunked : StreamFraming::kUntilClose;
  out_.append(serialize_stream_head(
      head, keep_alive_ ? AfterResponse::kKeepAlive : AfterResponse::kClose, framing));
  state_ = State::kStreaming;
  stream_ = std::move(stream);
  socket_->set_timeout(options_.timeouts.stream_comment);
  socket_->want_flush();
  stream_->on_started(*this);
}

SocketHandler::Fill HttpSession::fill(std::string& out, std::size_t bytes_max) {
  if (stalled_ && out_.empty()) {
    stalled_ = false;
    parse_held();
    if (!socket_->open() && out_.empty()) return Fill::kDone;
  }
  out.append(out_);
  std::string().swap(out_);
  if (stream_ == nullptr) return stalled_ ? Fill::kMore : Fill::kDone;
  if (out.size() >= bytes_max) return Fill::kMore;
  std::string body;
  const Fill rest = stream_->fill(body, bytes_max - out.size());
  if (version_ == HttpVersion::kHttp11) {
    append_chunk(out, body);
  } else {
    out.append(body);
  }
  return rest;
}

void HttpSession::upgrade(std::string response, std::unique_ptr<WebSocketSession> websocket) {
  GP_ASSERT(state_ == State::kHandling, "an upgrade without a request");
  websocket->set_first_bytes(out_ + response);
  std::string early = std::exchange(held_, {});
  Socket& socket = *socket_;
  WebSocketSession& session = *websocket;
  socket.resume_reading();
  socket.set_handler(std::move(websocket));
  if (!early.empty() && socket.open())
    static_cast<SocketHandler&>(session).on_bytes(std::span(early));
}

HttpSession::Detached HttpSession::detach() {
  GP_ASSERT(state_ == State::kHandling, "only a connection with an unanswered request moves");
  DetachedSocket socket = socket_->detach();
  socket.unsent.append(out_);
  return Detached{std::move(socket), std::move(held_), keep_alive_, head_only_, version_};
}

void HttpSession::on_timeout() {
  if (state_ == State::kStreaming) {
    silent_checks_ = socket_->take_progress() || !socket_->blocked() ? 0 : silent_checks_ + 1;
    if (silent_checks_ * options_.timeouts.stream_comment >= options_.timeouts.stalled_reader) {
      socket_->hub().metrics().timeouts.add();
      return socket_->abort(CloseReason::stalled_reader);
    }
    if (!socket_->blocked()) {
      static constexpr std::string_view kComment = ": keep-alive\n\n";
      if (version_ == HttpVersion::kHttp11) {
        append_chunk(out_, kComment);
      } else {
        out_.append(kComment);
      }
      socket_->want_flush();
    }
    return socket_->set_timeout(options_.timeouts.stream_comment);
  }
  socket_->hub().metrics().timeouts.add();
  if (state_ == State::kReading) {
    return refuse(Error{Code::request_timeout, "the request did not arrive in time"});
  }
  if (state_ == State::kHandling) {
    keep_alive_ = false;
    close_reason_ = CloseReason::handling_timeout;
    return respond(error_response(Error{Code::internal, "the request took too long to answer"}));
  }
  socket_->close_after_flush(CloseReason::idle);
}

void HttpSession::on_peer_closed() {
  peer_closed_ = true;
  // Half-closed clients still get the answer they asked for; a stream would never end, so it ends
  // here.
  if (state_ == State::kHandling || stalled_) return;
  socket_->close_after_flush(CloseReason::peer_closed);
}

void HttpSession::on_gone(Code) { stream_.reset(); }

}  // namespace gp::net
