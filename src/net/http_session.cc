#include "net/http_session.h"

#include <algorithm>

#include "base/assert.h"
#include "net/http_error.h"

namespace gp::net {

using std::chrono::milliseconds;

namespace {

/// Bytes of a file given to the kernel in one turn: a thousand readers of large files who come at
/// once must not hold up a small answer for the time it takes to copy all of them.
constexpr std::size_t kFileBytesPerTurn = 16 * kKiB;

}  // namespace

HttpReply::~HttpReply() {
  if (session_ == nullptr || !token_.alive() || !session_->awaits_reply()) return;
  session_->socket_->abort(CloseReason::reply_dropped);
}

void HttpReply::send(HttpResponse response) {
  if (HttpSession* session = take_session()) session->respond(std::move(response));
}

HttpSession* HttpReply::take_session() {
  HttpSession* session = std::exchange(session_, nullptr);
  return session != nullptr && token_.alive() && session->awaits_reply() ? session : nullptr;
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
  answer_headers_ = handler_.answer_headers(request);
  handler_.on_request(std::move(request), HttpReply(*this, liveness_.token()));
}

bool HttpSession::must_wait() const {
  return state_ == State::kHandling || state_ == State::kStreaming || stalled_ || yielded_;
}

void HttpSession::on_bytes(std::span<char> bytes) {
  if (state_ == State::kClosing) return;
  std::string_view text(bytes.data(), bytes.size());
  if (must_wait()) return hold(text);
  requests_in_turn_ = 1;
  auto request = take_in(text);
  if (!request) return;
  hold(text);
  handle(std::move(*request));
}

void HttpSession::hold(std::string_view bytes) {
  if (bytes.empty()) return;
  held_.erase(0, std::exchange(held_from_, 0));
  held_.append(bytes);
  if (held_.size() > kHeldBytesMax) socket_->pause_reading();
}

std::string HttpSession::take_held() {
  std::string rest = std::exchange(held_, {});
  rest.erase(0, std::exchange(held_from_, 0));
  return rest;
}

// Parses until a request is complete; `bytes` is what follows it.
std::optional<HttpRequest> HttpSession::take_in(std::string_view& bytes) {
  if (bytes.empty()) return std::nullopt;
  if (arriving_ == nullptr) {
    arriving_ = std::make_unique<Arriving>(options_.limits);
    socket_->set_timeout(options_.timeouts.request);
  }
  state_ = State::kReading;
  const auto progress = arriving_->parser.feed(bytes);
  if (progress.has_error()) {
    bytes = {};
    refuse(progress.error());
    return std::nullopt;
  }
  bytes.remove_prefix(progress.value().consumed);
  if (progress.value().state == ParseState::kNeedMore) {
    if (arriving_->parser.head_complete()) await_body();
    return std::nullopt;
  }
  HttpRequest request = arriving_->parser.take_request();
  arriving_.reset();
  return request;
}

void HttpSession::await_body() {
  if (arriving_->parser.expects_continue() && !std::exchange(arriving_->continue_sent, true)) {
    out_.append(kContinue);
    socket_->want_flush();
  }
  if (arriving_->body_begun) return;
  arriving_->body_begun = socket_->hub().core().now();
  socket_->set_timeout(options_.timeouts.request);
}

void HttpSession::handle(HttpRequest request) {
  request.peer = socket_->peer();
  request.secure = socket_->secure();
  socket_->hub().metrics().http_requests.add();
  state_ = State::kHandling;
  version_ = request.version;
  keep_alive_ = request.keep_alive;
  head_only_ = request.method == "HEAD";
  socket_->set_timeout(options_.timeouts.handling);
  answer_headers_ = handler_.answer_headers(request);
  handler_.on_request(std::move(request), HttpReply(*this, liveness_.token()));
}

// After a request that cannot be understood nothing on this connection can be trusted: answer and
// close.
void HttpSession::refuse(const Error& error) {
  keep_alive_ = false;
  head_only_ = false;
  if (arriving_->parser.head_complete())
    answer_headers_ = handler_.answer_headers(arriving_->parser.request());
  arriving_.reset();
  state_ = State::kHandling;
  close_reason_ = protocol::close_reason_for(error.code);
  socket_->hub().metrics().errors_by_code[static_cast<std::size_t>(error.code)].add();
  HttpResponse response = error_response(error);
  // A host that a tunnel was asked to has no method here (RFC 9110 section 10.2.1).
  if (error.code == Code::method_not_allowed) response.headers.push_back({"Allow", ""});
  respond(std::move(response));
}

void HttpSession::add_common_headers(HttpResponse& response) {
  response.headers.push_back({"Date", http_date(socket_->hub().core().clock().wall_now())});
  if (socket_->secure() && options_.strict_transport.count() > 0)
    response.headers.push_back({"Strict-Transport-Security",
                                "max-age=" + std::to_string(options_.strict_transport.count())});
  for (HttpHeader& header : std::exchange(answer_headers_, {}))
    response.headers.push_back(std::move(header));
}

void HttpSession::respond(HttpResponse response) {
  GP_ASSERT(state_ == State::kHandling, "an HTTP response without a request");
  if (peer_closed_ && held_.empty()) keep_alive_ = false;
  add_common_headers(response);
  const AfterResponse after = keep_alive_ ? AfterResponse::kKeepAlive : AfterResponse::kClose;
  if (head_only_ || !response.lasting_body.empty()) {
    out_.append(serialize_head(response, after));
    if (!head_only_) lasting_out_ = response.lasting_body;
  } else {
    out_.append(serialize(response, after));
  }
  socket_->want_flush();
  finished();
}

void HttpSession::finished() {
  state_ = keep_alive_ ? State::kIdle : State::kClosing;
  answered_ = true;
  watch_ = Watch::kNothing;
  socket_->set_timeout(std::min(options_.timeouts.request, options_.timeouts.idle));
  if (!keep_alive_) return;
  // A peer that pipelines and does not read gets no more work done until it took its answers.
  stalled_ = socket_->blocked() || out_.size() > kAnswerBytesMax || !lasting_out_.empty();
  if (!stalled_) parse_held();
}

void HttpSession::parse_held() {
  // A loop instead of recursion: a peer may pipeline any number of requests that are answered at
  // once.
  if (std::exchange(parsing_, true)) return;
  while (state_ == State::kIdle && !must_wait() && !held_.empty() && socket_->open()) {
    if (++requests_in_turn_ > kRequestsPerTurn) {
      go_on_later();
      break;
    }
    std::string_view rest = std::string_view(held_).substr(held_from_);
    auto request = take_in(rest);
    held_from_ = static_cast<std::uint32_t>(held_.size() - rest.size());
    if (rest.empty()) take_held();
    if (held_.size() - held_from_ <= kHeldBytesMax) socket_->resume_reading();
    if (request) handle(std::move(*request));
  }
  parsing_ = false;
  // What a half-closed client pipelined is answered; the rest of a cut request will never come.
  if (peer_closed_ && !must_wait() && (state_ == State::kIdle || state_ == State::kReading))
    socket_->close_after_flush(CloseReason::peer_closed);
}

void HttpSession::go_on_later() {
  yielded_ = true;
  socket_->hub().core().post([this, token = liveness_.token()] {
    if (!token.alive() || !socket_->open()) return;
    yielded_ = false;
    requests_in_turn_ = 0;
    if (!lasting_out_.empty()) return socket_->want_flush();
    parse_held();
  });
}

void HttpSession::start_stream(HttpResponse head, std::unique_ptr<ResponseStream> stream) {
  GP_ASSERT(state_ == State::kHandling, "an HTTP stream without a request");
  if (head_only_) return respond(std::move(head));
  add_common_headers(head);
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
  if (stalled_ && out_.empty() && lasting_out_.empty()) {
    stalled_ = false;
    parse_held();
    if (!socket_->open() && out_.empty()) return Fill::kDone;
  }
  out.append(out_);
  std::string().swap(out_);
  const std::size_t room = bytes_max - std::min(out.size(), bytes_max);
  const std::string_view piece = lasting_out_.substr(0, std::min(room, kFileBytesPerTurn));
  out.append(piece);
  lasting_out_.remove_prefix(piece.size());
  if (stream_ != nullptr) return fill_stream(out, bytes_max);
  if (!lasting_out_.empty()) {
    if (!yielded_) go_on_later();
    return Fill::kDone;
  }
  if (state_ == State::kClosing) socket_->close_after_flush(close_reason_);
  return stalled_ ? Fill::kMore : Fill::kDone;
}

SocketHandler::Fill HttpSession::fill_stream(std::string& out, std::size_t bytes_max) {
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
  websocket->set_first_bytes(std::exchange(out_, {}) + response);
  std::string early = take_held();
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
  socket.append(std::exchange(out_, {}));
  return Detached{std::move(socket), take_held(), keep_alive_, head_only_, version_};
}

// Whether the peer took as much since the last look as the least rate asks for.
bool HttpSession::takes_enough() {
  const auto now = static_cast<std::uint32_t>(socket_->delivery().acknowledged);
  const std::uint32_t taken = now - std::exchange(acknowledged_, now);
  return taken >= least_bytes(options_.timeouts.request);
}

std::uint64_t HttpSession::least_bytes(Duration duration) const {
  return options_.timeouts.bytes_per_second *
         static_cast<std::uint64_t>(std::chrono::duration_cast<milliseconds>(duration).count()) /
         1000;
}

void HttpSession::on_timeout() {
  switch (state_) {
    case State::kStreaming: return check_stream();
    case State::kReading: return check_body();
    case State::kHandling:
      socket_->hub().metrics().timeouts.add();
      keep_alive_ = false;
      close_reason_ = CloseReason::handling_timeout;
      return respond(error_response(Error{Code::internal, "the request took too long to answer"}));
    case State::kIdle:
    case State::kClosing: return check_answer();
  }
}

// An answer that is still on its way is looked at every timeouts.request; when it has arrived the
// time between requests begins.
void HttpSession::check_answer() {
  const bool waiting = !out_.empty() || !lasting_out_.empty() || socket_->delivery().pending > 0;
  if (!waiting) {
    const Duration rest = options_.timeouts.idle - options_.timeouts.request;
    const bool rested = std::exchange(watch_, Watch::kSilence) == Watch::kSilence;
    if (answered_ && !rested && rest > Duration::zero()) return socket_->set_timeout(rest);
    socket_->hub().metrics().timeouts.add();
    return socket_->close_after_flush(CloseReason::idle);
  }
  const bool first = std::exchange(watch_, Watch::kAnswer) != Watch::kAnswer;
  if (!takes_enough() && !first) {
    socket_->hub().metrics().timeouts.add();
    return socket_->abort(CloseReason::stalled_reader);
  }
  socket_->set_timeout(options_.timeouts.request);
}

// A body earns its time by its bytes, on average: stops and bursts are fine, a trickle is not.
void HttpSession::check_body() {
  if (arriving_->body_begun) {
    const Duration elapsed = socket_->hub().core().now() - *arriving_->body_begun;
    const auto earned = milliseconds(arriving_->parser.request().body.size() * 1000 /
                                     options_.timeouts.bytes_per_second);
    const Duration allowed = options_.timeouts.request + earned;
    if (elapsed < allowed) return socket_->set_timeout(allowed - elapsed);
  }
  socket_->hub().metrics().timeouts.add();
  refuse(Error{Code::request_timeout, "the request did not arrive in time"});
}

void HttpSession::check_stream() {
  const Delivery delivery = socket_->delivery();
  const auto acknowledged = static_cast<std::uint32_t>(delivery.acknowledged);
  const bool taken =
      std::exchange(acknowledged_, acknowledged) != acknowledged || delivery.pending == 0;
  silent_checks_ = taken ? 0 : silent_checks_ + 1;
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
  socket_->set_timeout(options_.timeouts.stream_comment);
}

void HttpSession::on_peer_closed() {
  peer_closed_ = true;
  // Half-closed clients still get the answer they asked for; a stream would never end, so it ends
  // here.
  if (state_ == State::kClosing) return;
  if (state_ != State::kStreaming && must_wait()) return;
  socket_->close_after_flush(CloseReason::peer_closed);
}

void HttpSession::on_gone(Code) { stream_.reset(); }

}  // namespace gp::net
