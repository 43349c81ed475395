// ws_echo --listen 127.0.0.1:PORT: echoes WebSocket messages on `/`, with the network core and
// codec of goldenpath and nothing else. For conformance suites and benchmarks. One core. Prints
// where it listens.
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "net/http_error.h"
#include "net/http_session.h"
#include "net/listener.h"
#include "net/websocket_handshake.h"
#include "runtime/core_thread.h"

namespace gp {
namespace {

/// Echoed bytes that wait for a slow reader before we stop reading from it.
constexpr std::size_t kWaitingBytesMax = 1 * kMiB;

class EchoEndpoint final : public net::WebSocketEndpoint {
 public:
  void on_opened(net::WebSocketSession& session) override { session_ = &session; }

  void on_message(net::MessageKind kind, std::string_view payload) override {
    net::append_frame(
        out_, kind == net::MessageKind::kText ? net::Opcode::kText : net::Opcode::kBinary, payload);
    if (out_.size() > kWaitingBytesMax) session_->socket().pause_reading();
    session_->want_flush();
  }

  net::SocketHandler::Fill fill(net::WebSocketWriter& writer) override {
    writer.frames(out_);
    if (out_.capacity() > kWaitingBytesMax) {
      std::string().swap(out_);
    } else {
      out_.clear();
    }
    return net::SocketHandler::Fill::kDone;
  }

  void on_closed(Code) override {}

 private:
  net::WebSocketSession* session_ = nullptr;
  std::string out_;
};

class EchoServer final : public net::HttpRequestHandler {
 public:
  explicit EchoServer(const net::WebSocketLimits& limits) : limits_(limits) {}

  void on_request(net::HttpRequest request, net::HttpReply reply) override {
    auto upgrade = net::check_upgrade(request);
    if (upgrade.has_error()) return reply.send(net::error_response(upgrade.error()));
    net::HttpSession* session = reply.take_session();
    if (session == nullptr) return;
    session->upgrade(
        net::switching_protocols_response(upgrade.value().key, {}),
        std::make_unique<net::WebSocketSession>(limits_, std::make_unique<EchoEndpoint>()));
  }

 private:
  const net::WebSocketLimits& limits_;
};

int usage() {
  std::fprintf(stderr, "usage: ws_echo --listen ADDRESS:PORT\n");
  return 2;
}

int run(int argc, char** argv) {
  if (argc != 3 || std::strcmp(argv[1], "--listen") != 0) return usage();
  const std::string_view address = argv[2];
  const auto colon = address.rfind(':');
  net::Endpoint endpoint;
  if (colon == std::string_view::npos) return usage();
  endpoint.host = address.substr(0, colon);
  const auto [end, error] =
      std::from_chars(address.data() + colon + 1, address.data() + address.size(), endpoint.port);
  if (error != std::errc{} || end != address.data() + address.size()) return usage();

  runtime::take_signals();
  runtime::CoreThread thread(0);
  metrics::CoreMetrics metrics;
  // Conformance suites send messages of 16 MiB.
  const net::WebSocketLimits limits{.message_bytes = 64 * kMiB};
  const net::HttpOptions http;
  EchoServer server(limits);
  net::SocketHub sockets(thread.core(), {}, metrics);
  auto listener = net::Listener::open(
      sockets, endpoint, [&] { return std::make_unique<net::HttpSession>(server, http); });
  if (listener.has_error()) {
    std::fprintf(stderr, "ws_echo: %s\n", listener.error().message.c_str());
    return 1;
  }
  std::printf("ws_echo: listening on ws://%s:%u\n", endpoint.host.c_str(),
              listener.value()->endpoint().port);
  std::fflush(stdout);
  thread.start(std::nullopt);
  (void)runtime::wait_for_signal(std::nullopt);
  thread.stop();
  sockets.abort_all();
  return 0;
}

}  // namespace
}  // namespace gp

int main(int argc, char** argv) { return gp::run(argc, argv); }
