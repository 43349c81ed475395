// gp_frame_server: a WebSocket server that sends frames from memory; what gp_resume_bench compares
// with.
//
// A binary message is kept, a text message asks for all that were kept, each as one text frame.
// Same sockets, codec and writes as goldenpath (room net), and nothing else. One core, on a free
// port of loopback; prints where it listens. Limits: kKeptBytesMax per connection, then the
// connection is closed.
#include <cstdio>
#include <vector>

#include "net/http_error.h"
#include "net/http_session.h"
#include "net/listener.h"
#include "net/websocket_handshake.h"
#include "runtime/core_thread.h"

namespace gp::bench {
namespace {

constexpr std::size_t kKeptBytesMax = 64 * kMiB;

/// What one connection gave to be kept, encoded, and how far it was sent.
class FrameEndpoint final : public net::WebSocketEndpoint {
 public:
  void on_opened(net::WebSocketSession& session) override { session_ = &session; }

  void on_message(net::MessageKind kind, std::string_view payload) override {
    if (kind == net::MessageKind::kText) {
      sent_ = 0;
      return session_->want_flush();
    }
    net::append_frame(frames_, net::Opcode::kText, payload);
    ends_.push_back(frames_.size());
    sent_ = ends_.size();
    if (frames_.size() > kKeptBytesMax) session_->close(Code::message_too_big, "too many frames");
  }

  net::SocketHandler::Fill fill(net::WebSocketWriter& writer) override {
    for (; sent_ < ends_.size() && !writer.full(); ++sent_) {
      const std::size_t begin = sent_ == 0 ? 0 : ends_[sent_ - 1];
      writer.frames(std::string_view(frames_).substr(begin, ends_[sent_] - begin));
    }
    return sent_ < ends_.size() ? net::SocketHandler::Fill::kMore : net::SocketHandler::Fill::kDone;
  }

  void on_closed(Code) override {}

 private:
  net::WebSocketSession* session_ = nullptr;
  std::string frames_;
  std::vector<std::size_t> ends_;  ///< of each frame in frames_
  std::size_t sent_ = 0;           ///< frames
};

class FrameServer final : public net::HttpRequestHandler {
 public:
  void on_request(net::HttpRequest request, net::HttpReply reply) override {
    auto upgrade = net::check_upgrade(request);
    if (upgrade.has_error()) return reply.send(net::error_response(upgrade.error()));
    net::HttpSession* session = reply.take_session();
    if (session == nullptr) return;
    session->upgrade(
        net::switching_protocols_response(upgrade.value().key, {}),
        std::make_unique<net::WebSocketSession>(limits_, std::make_unique<FrameEndpoint>()));
  }

 private:
  // The reader answers no pings.
  const net::WebSocketLimits limits_{.heartbeat = std::chrono::hours(1),
                                     .dead_peer = std::chrono::hours(2)};
};

int run() {
  runtime::take_signals();
  runtime::CoreThread thread(0);
  metrics::CoreMetrics metrics;
  const net::HttpOptions http;
  FrameServer server;
  net::SocketHub sockets(thread.core(), {}, metrics);
  auto listener = net::Listener::open(
      sockets, {"127.0.0.1", 0}, [&] { return std::make_unique<net::HttpSession>(server, http); });
  if (listener.has_error()) {
    std::fprintf(stderr, "gp_frame_server: %s\n", listener.error().message.c_str());
    return 1;
  }
  std::printf("http://127.0.0.1:%u\n", listener.value()->endpoint().port);
  std::fflush(stdout);
  thread.start(std::nullopt);
  (void)runtime::wait_for_signal(std::nullopt);
  thread.stop();
  sockets.abort_all();
  return 0;
}

}  // namespace
}  // namespace gp::bench

int main() { return gp::bench::run(); }
