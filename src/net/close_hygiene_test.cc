// Every way in which a peer can leave, after every byte of what it sends first, through the whole
// stack: PROXY header, TLS, HTTP head, upgrade, first frame. Whatever was made must end once.
#include <gtest/gtest.h>

#include "net/http_error.h"
#include "net/http_session.h"
#include "net/listener.h"
#include "net/test_rig.h"
#include "net/tls_test_support.h"
#include "net/websocket_handshake.h"

namespace gp::net {
namespace {

struct Counts {
  int opened = 0;
  int closed = 0;
  int destroyed = 0;
};

class CountingEndpoint final : public WebSocketEndpoint {
 public:
  explicit CountingEndpoint(Counts& counts) : counts_(counts) {}
  ~CountingEndpoint() override { ++counts_.destroyed; }
  void on_opened(WebSocketSession&) override { ++counts_.opened; }
  void on_message(MessageKind, std::string_view) override {}
  SocketHandler::Fill fill(WebSocketWriter&) override { return SocketHandler::Fill::kDone; }
  void on_closed(Code) override { ++counts_.closed; }

 private:
  Counts& counts_;
};

class UpgradeServer final : public HttpRequestHandler {
 public:
  explicit UpgradeServer(Counts& counts) : counts_(counts) {}
  void on_request(HttpRequest request, HttpReply reply) override {
    auto upgrade = check_upgrade(request);
    if (upgrade.has_error()) return reply.send(error_response(upgrade.error()));
    HttpSession* session = reply.take_session();
    if (session == nullptr) return;
    session->upgrade(
        switching_protocols_response(upgrade.value().key, {}),
        std::make_unique<WebSocketSession>(limits_, std::make_unique<CountingEndpoint>(counts_)));
  }

 private:
  Counts& counts_;
  WebSocketLimits limits_;
};

constexpr std::string_view kProxyLine = "PROXY TCP4 192.0.2.1 10.0.0.1 4711 443\r\n";
const std::string kUpgrade =
    "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    "\x81\x85\x01\x02\x03\x04igo";

enum class Ending { kHalfClose, kReset, kVanish };
constexpr Ending kEndings[] = {Ending::kHalfClose, Ending::kReset, Ending::kVanish};

class CloseHygiene : public testing::Test {
 protected:
  void listen(ListenerOptions options) {
    options.trusted_proxies = {IpNetwork::parse("127.0.0.1").value()};
    auto opened = Listener::open(
        rig.hub, {"127.0.0.1", 0}, [this] { return std::make_unique<HttpSession>(server, http); },
        std::move(options));
    ASSERT_TRUE(opened.has_value());
    listener = std::move(opened.value());
  }
  void end(TestClient& tcp, Ending ending) {
    if (ending == Ending::kHalfClose) tcp.half_close();
    if (ending == Ending::kReset) tcp.reset();
    if (ending == Ending::kVanish) tcp.vanish();
  }
  /// The server lets go of the connection, and everything that was opened is closed once.
  void expect_nothing_left(TestClient& tcp, std::size_t cut) {
    ASSERT_TRUE(rig.run_until([&] {
      if (tcp.end() != TestClient::End::kOpen) tcp.vanish();
      return rig.hub.size() == 0;
    })) << cut;
    EXPECT_EQ(counts.opened, counts.closed) << cut;
    EXPECT_EQ(counts.opened, counts.destroyed) << cut;
  }

  Counts counts;
  UpgradeServer server{counts};
  HttpOptions http;
  TestRig rig;
  std::unique_ptr<TlsContext> tls;
  std::unique_ptr<Listener> listener;
};

TEST_F(CloseHygiene, HoldsForPlainConnectionsAtEveryByte) {
  listen({});
  for (const Ending ending : kEndings) {
    for (std::size_t cut = 0; cut <= kUpgrade.size(); cut += ending == Ending::kReset ? 1 : 4) {
      TestClient& tcp = rig.dial(listener->endpoint().port);
      tcp.send(std::string_view(kUpgrade).substr(0, cut));
      if (cut % 2 == 0) rig.settle();  // sometimes the end comes together with the bytes
      end(tcp, ending);
      expect_nothing_left(tcp, cut);
    }
  }
  EXPECT_GT(counts.opened, 0);
}

TEST_F(CloseHygiene, HoldsBehindAProxyAtEveryByte) {
  listen({.proxy_protocol = ProxyProtocol::kOn});
  const std::string all = std::string(kProxyLine) + kUpgrade;
  for (const Ending ending : kEndings) {
    for (std::size_t cut = 0; cut <= all.size(); cut += 7) {
      TestClient& tcp = rig.dial(listener->endpoint().port);
      tcp.send(std::string_view(all).substr(0, cut));
      if (cut % 2 == 0) rig.settle();
      end(tcp, ending);
      expect_nothing_left(tcp, cut);
    }
  }
}

TEST_F(CloseHygiene, HoldsInsideTls) {
  tls = std::move(TlsContext::create(test_material({make_test_certificate({"localhost"})}),
                                     TlsTicketSeed::draw(rig.core.now()), rig.core.clock())
                      .value());
  listen({.tls = tls.get()});
  for (const Ending ending : kEndings) {
    for (std::size_t cut = 0; cut <= kUpgrade.size(); cut += 11) {
      TestClient& tcp = rig.dial(listener->endpoint().port);
      TlsTestClient client;
      std::string pending;
      ASSERT_TRUE(rig.run_until([&] {
        client.give(tcp.received());
        tcp.forget_received();
        pending += client.take();
        pending.erase(0, tcp.try_send(pending));
        return client.connected() && pending.empty();
      }));
      if (cut > 0) client.write(std::string_view(kUpgrade).substr(0, cut));
      if (cut % 2 == 0) client.close();
      tcp.send(client.take());
      if (cut % 3 == 0) rig.settle();
      end(tcp, ending);
      expect_nothing_left(tcp, cut);
    }
  }
  EXPECT_GT(counts.opened, 0);
}

}  // namespace
}  // namespace gp::net
