// uWebSockets with topics, as its examples have it. It is not in Debian and npm has no build that
// runs there, so it is measured only where GP_UWEBSOCKETS names a checkout (docs/benchmarks.md).
//
//   uwebsockets PORT [--tls CERTIFICATE KEY] [--deflate]
#include <App.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <unordered_set>

#include "../event_text.h"
#include "../token_text.h"

namespace {

/// As in the floor server.
constexpr std::uint64_t kTokensPerTick = 8;

double now_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct PerSocket {
  std::string path;
  double rate = 0;
  std::uint32_t stream = 0;
  double begun = 0;
  std::uint64_t sent = 0;
};

template <bool SSL>
struct Server {
  using Socket = uWS::WebSocket<SSL, true, PerSocket>;

  static inline std::unordered_set<Socket*> streams;
  static inline std::string event;
  static inline const gp::bench::TokenText text{4};

  static void tick(us_timer_t*) {
    const double now = now_seconds();
    for (Socket* socket : streams) {
      PerSocket& data = *socket->getUserData();
      const auto due = std::min(static_cast<std::uint64_t>((now - data.begun) * data.rate),
                                data.sent + kTokensPerTick);
      for (; data.sent < due; ++data.sent) {
        event.clear();
        gp::bench::append_event(event, data.stream, data.sent, text.token(data.sent));
        socket->send(event, uWS::OpCode::TEXT);
      }
    }
  }

  static int run(int port, bool deflate, uWS::SocketContextOptions options) {
    uWS::TemplatedApp<SSL> app(options);
    typename uWS::TemplatedApp<SSL>::template WebSocketBehavior<PerSocket> behavior;
    behavior.compression = deflate ? uWS::SHARED_COMPRESSOR : uWS::DISABLED;
    behavior.maxBackpressure = 64 * 1024 * 1024;
    behavior.upgrade = [](auto* response, auto* request, auto* context) {
      PerSocket data;
      data.path = request->getUrl();
      data.rate = std::atof(std::string(request->getQuery("rate")).c_str());
      data.stream =
          static_cast<std::uint32_t>(std::atoi(std::string(request->getQuery("stream")).c_str()));
      response->template upgrade<PerSocket>(
          std::move(data), request->getHeader("sec-websocket-key"),
          request->getHeader("sec-websocket-protocol"),
          request->getHeader("sec-websocket-extensions"), context);
    };
    behavior.open = [](auto* socket) {
      if (socket->getUserData()->path == "/sub") socket->subscribe("readers");
    };
    behavior.message = [&app, deflate](auto* socket, std::string_view message, uWS::OpCode opcode) {
      PerSocket& data = *socket->getUserData();
      if (data.path == "/echo") socket->send(message, opcode);
      if (data.path == "/pub") app.publish("readers", message, opcode, deflate);
      if (data.path == "/stream") {
        data.begun = now_seconds();
        streams.insert(socket);
      }
    };
    behavior.close = [](auto* socket, int, std::string_view) { streams.erase(socket); };
    app.template ws<PerSocket>("/*", std::move(behavior));
    us_timer_t* timer = us_create_timer(reinterpret_cast<us_loop_t*>(uWS::Loop::get()), 0, 0);
    us_timer_set(timer, tick, 1, 1);
    app.listen("127.0.0.1", port, [](auto* socket) {
      if (socket == nullptr) std::exit(1);
      std::puts("listening");
      std::fflush(stdout);
    });
    app.run();
    return 1;
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  bool deflate = false;
  uWS::SocketContextOptions options;
  for (int i = 2; i < argc; ++i) {
    if (std::strcmp(argv[i], "--deflate") == 0) deflate = true;
    if (std::strcmp(argv[i], "--tls") == 0 && i + 2 < argc) {
      options.cert_file_name = argv[i + 1];
      options.key_file_name = argv[i + 2];
    }
  }
  const int port = std::atoi(argv[1]);
  if (options.cert_file_name != nullptr) return Server<true>::run(port, deflate, options);
  return Server<false>::run(port, deflate, options);
}
