#include "net/websocket_session.h"

#include <algorithm>

#include "base/assert.h"

namespace gp::net {

WebSocketSession::WebSocketSession(const WebSocketLimits& limits,
                                   std::unique_ptr<WebSocketEndpoint> endpoint,
                                   WebSocketCompression compression)
    : limits_(limits),
      endpoint_(std::move(endpoint)),
      parser_(
          {.role = WebSocketRole::kServer,
           .message_bytes_max = limits.message_bytes,
           .extension = compression.active() ? FrameExtension::kDeflate : FrameExtension::kNone}),
      compression_(std::move(compression)) {}

WebSocketSession::WebSocketSession(const WebSocketLimits& limits,
                                   std::unique_ptr<WebSocketEndpoint> endpoint,
                                   WebSocketParser parser, WebSocketCompression compression)
    : limits_(limits),
      endpoint_(std::move(endpoint)),
      parser_(std::move(parser)),
      compression_(std::move(compression)) {}

WebSocketSession::~WebSocketSession() = default;

void WebSocketSession::on_attached(Socket& socket) {
  socket_ = &socket;
  alive_tick_ = socket.hub().tick();
  socket.set_timeout(limits_.heartbeat);
  if (!control_.empty()) socket.want_flush();
  endpoint_->on_opened(*this);
}

void WebSocketSession::on_bytes(std::span<char> bytes) {
  heard_ = true;
  alive_tick_ = socket_->hub().tick();
  if (const auto failure = parser_.consume(bytes, *this)) close(failure->code, failure->reason);
  if (leaving_ != nullptr && socket_->open()) return finish_detach(bytes);
  if (control_.size() > kControlBytesMax) socket_->pause_reading();
}

Next WebSocketSession::on_message(MessageKind kind, std::string_view payload) {
  if (closing_) return Next::kStop;
  endpoint_->on_message(kind, payload);
  if (closing_ || !socket_->open()) return Next::kStop;
  return leaving_ != nullptr ? Next::kPause : Next::kGoOn;
}

Next WebSocketSession::on_ping(std::string_view payload) {
  append_frame(control_, Opcode::kPong, payload);
  socket_->want_flush();
  return Next::kGoOn;
}

Next WebSocketSession::on_pong(std::string_view) { return Next::kGoOn; }

// Section 5.5.1: answered with the same code. What the endpoint still had to say is not sent: the
// peer has said goodbye.
void WebSocketSession::on_close(CloseStatus status, std::string_view) {
  if (closing_) return;
  closing_ = true;
  close_code_ = Code::normal;
  append_frame(control_, Opcode::kClose, close_payload(status, {}));
  socket_->close_after_flush(CloseReason::peer_goodbye);
}

std::optional<InflateFault> WebSocketSession::inflate(MessageKind kind, std::string_view compressed,
                                                      std::size_t bytes_max, std::string& out) {
  return compression_.inflate(kind, compressed, bytes_max, out);
}

void WebSocketSession::close(Code code, std::string_view reason) {
  if (closing_) return;
  closing_ = true;
  close_code_ = code;
  const auto number = protocol::info(code).close_code;
  GP_ASSERT(number != 0, "this code does not close connections");
  close_frame_ = std::make_unique<std::string>();
  append_frame(*close_frame_, Opcode::kClose,
               close_payload(static_cast<CloseStatus>(number), reason));
  socket_->close_after_flush(protocol::close_reason_for(code));
}

SocketHandler::Fill WebSocketSession::fill(std::string& out, std::size_t bytes_max) {
  out.append(control_);
  std::string().swap(control_);
  socket_->resume_reading();
  if (closing_ && close_frame_ == nullptr) return Fill::kDone;
  WebSocketWriter writer(out, bytes_max, compression_);
  // A closing connection gets one more write, not an endless one.
  const Fill rest = writer.full() ? Fill::kMore : endpoint_->fill(writer);
  if (!closing_) return rest;
  out.append(*close_frame_);
  close_frame_.reset();
  return Fill::kDone;
}

// The peer's system acknowledges for it, also when the peer itself is frozen. So acknowledged bytes
// are a sign of life only while others are still on their way: then its pong waits behind them.
bool WebSocketSession::taking_bytes() {
  const Delivery delivery = socket_->delivery();
  const auto acknowledged = static_cast<std::uint32_t>(delivery.acknowledged);
  return std::exchange(acknowledged_, acknowledged) != acknowledged && delivery.pending > 0;
}

void WebSocketSession::on_timeout() {
  const bool blocked = socket_->blocked();
  const bool taking = taking_bytes();
  const std::uint32_t tick = socket_->hub().tick();
  const bool alive = std::exchange(heard_, false) || taking;
  if (taking) alive_tick_ = tick;
  const Duration patience = blocked ? limits_.stalled_reader : limits_.dead_peer;
  const Duration silence = (tick - alive_tick_) * runtime::LazyWheel::kTick;
  if (!alive && silence >= patience) {
    socket_->hub().metrics().timeouts.add();
    return socket_->abort(blocked ? CloseReason::stalled_reader : CloseReason::dead_peer);
  }
  if (!blocked) {
    append_frame(control_, Opcode::kPing, {});
    socket_->want_flush();
  }
  const Duration rest = silence < patience ? patience - silence : patience;
  socket_->set_timeout(std::min(limits_.heartbeat, rest));
}

void WebSocketSession::on_peer_closed() {
  socket_->abort(closing_ ? protocol::close_reason_for(close_code_) : CloseReason::peer_closed);
}

void WebSocketSession::on_gone(Code code) { endpoint_->on_closed(code); }

void WebSocketSession::set_endpoint(std::unique_ptr<WebSocketEndpoint> endpoint) {
  std::swap(endpoint_, endpoint);
  // The caller may be the old endpoint's own on_message(): it is destroyed in a later turn.
  socket_->hub().core().post([old = std::move(endpoint)] {});
  endpoint_->on_opened(*this);
}

void WebSocketSession::detach_then(UniqueFunction<void(Detached)> go) {
  leaving_ = std::make_unique<UniqueFunction<void(Detached)>>(std::move(go));
}

// What is behind this message is for whoever stands on the other core: it is parsed there, so that
// a goodbye or a violation behind messages is heard after them.
void WebSocketSession::finish_detach(std::span<const char> unread) {
  const auto go = std::move(leaving_);
  DetachedSocket socket = socket_->detach();
  socket.append(control_);
  socket.unread.assign(unread.data(), unread.size());
  (*go)(Detached{std::move(socket), std::move(parser_), std::move(compression_)});
}

}  // namespace gp::net
