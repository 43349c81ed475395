// ws_echo --listen 127.0.0.1:PORT: echoes WebSocket messages on `/`, with the network core and
// codec of goldenpath and nothing else. For conformance suites and benchmarks. One core. Prints
// where it listens. The other options are those of the settings' section [websocket].
#include <charconv>
#include <cstdio>
#include <optional>
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
    net::WebSocketWriter writer = session_->writer(out_);
    kind == net::MessageKind::kText ? writer.text(payload) : writer.binary(payload);
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
  EchoServer(const net::WebSocketLimits& limits, net::CoreCompression& compression)
      : limits_(limits), compression_(compression) {}

  void on_request(net::HttpRequest request, net::HttpReply reply) override {
    auto upgrade = net::check_upgrade(request);
    if (upgrade.has_error()) return reply.send(net::error_response(upgrade.error()));
    net::HttpSession* session = reply.take_session();
    if (session == nullptr) return;
    const auto& limits = compression_.limits();
    const auto agreed = limits.enabled
                            ? net::accept_deflate(upgrade.value().extensions, limits.takeover)
                            : std::optional<net::DeflateAgreement>();
    session->upgrade(net::switching_protocols_response(upgrade.value().key, {},
                                                       agreed ? agreed->answer : std::string()),
                     std::make_unique<net::WebSocketSession>(
                         limits_, std::make_unique<EchoEndpoint>(),
                         agreed ? net::WebSocketCompression(compression_, agreed->parameters)
                                : net::WebSocketCompression()));
  }

 private:
  const net::WebSocketLimits& limits_;
  net::CoreCompression& compression_;
};

struct Options {
  net::Endpoint endpoint;
  net::TlsFilePair tls{};  ///< empty: plain
  net::CompressionLimits compression;
  // Conformance suites send messages of 16 MiB, and take a ping they did not ask for as a wrong
  // answer.
  net::WebSocketLimits limits{.message_bytes = 64 * kMiB,
                              .heartbeat = std::chrono::hours(1),
                              .dead_peer = std::chrono::hours(2)};
};

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

bool read_switch(std::string_view text, bool& on) {
  on = text == "on";
  return on || text == "off";
}

bool read_option(std::string_view name, std::string_view value, Options& options) {
  if (name == "--listen") {
    const auto colon = value.rfind(':');
    if (colon == std::string_view::npos) return false;
    options.endpoint.host = value.substr(0, colon);
    return read_number(value.substr(colon + 1), options.endpoint.port);
  }
  if (name == "--tls-cert") return options.tls.certificate = value, true;
  if (name == "--tls-key") return options.tls.key = value, true;
  if (name == "--compression") return read_switch(value, options.compression.enabled);
  if (name == "--context-takeover") {
    bool on = false;
    if (!read_switch(value, on)) return false;
    options.compression.takeover = on ? net::ContextTakeover::kYes : net::ContextTakeover::kNo;
    return true;
  }
  if (name == "--compression-min-bytes") return read_number(value, options.compression.bytes_min);
  if (name == "--compression-ratio") return read_number(value, options.compression.ratio_max);
  if (name == "--message-bytes") return read_number(value, options.limits.message_bytes);
  return false;
}

std::optional<Options> read_options(int argc, char** argv) {
  Options options;
  if (argc < 3 || argc % 2 == 0) return std::nullopt;
  for (int i = 1; i < argc; i += 2) {
    if (!read_option(argv[i], argv[i + 1], options)) return std::nullopt;
  }
  if (options.endpoint.host.empty() || options.tls.certificate.empty() != options.tls.key.empty())
    return std::nullopt;
  return options;
}

int usage() {
  std::fprintf(stderr,
               "usage: ws_echo --listen ADDRESS:PORT [--compression on|off] [--context-takeover "
               "on|off]\n               [--compression-min-bytes N] [--compression-ratio N] "
               "[--message-bytes N]\n               [--tls-cert FILE --tls-key FILE]\n");
  return 2;
}

Result<std::unique_ptr<net::TlsContext>> make_tls(const net::TlsFilePair& files,
                                                  const Clock& clock) {
  if (files.certificate.empty()) return std::unique_ptr<net::TlsContext>();
  GP_TRY(const auto material, net::read_tls_files({{files}}));
  return net::TlsContext::create(material, net::TlsTicketSeed::draw(clock.now()), clock);
}

int complain(const Error& error) {
  std::fprintf(stderr, "ws_echo: %s\n", error.message.c_str());
  return 1;
}

int run(int argc, char** argv) {
  const auto options = read_options(argc, argv);
  if (!options) return usage();
  runtime::take_signals();
  runtime::CoreThread thread(0);
  metrics::CoreMetrics metrics;
  const net::HttpOptions http;
  net::CoreCompression compression(options->compression, metrics);
  EchoServer server(options->limits, compression);
  auto tls = make_tls(options->tls, thread.core().clock());
  if (tls.has_error()) return complain(tls.error());
  net::SocketHub sockets(thread.core(), {}, metrics);
  auto listener = net::Listener::open(
      sockets, options->endpoint, [&] { return std::make_unique<net::HttpSession>(server, http); },
      {.tls = tls.value().get()});
  if (listener.has_error()) return complain(listener.error());
  std::printf("ws_echo: listening on %s://%s:%u\n", tls.value() != nullptr ? "wss" : "ws",
              options->endpoint.host.c_str(), listener.value()->endpoint().port);
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
