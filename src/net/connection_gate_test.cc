#include "net/connection_gate.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "net/listener.h"
#include "net/test_rig.h"
#include "net/tls_test_support.h"

namespace gp::net {
namespace {

using std::chrono::milliseconds;
using End = TestClient::End;

struct EchoLog {
  std::string bytes;
  std::string to_send;
  Peer peer;
  Socket* socket = nullptr;
  int made = 0;
  int destroyed = 0;
  std::vector<Code> gone;
  bool secure = false;
};

/// Keeps what it hears and sends what the log has to send.
class EchoHandler final : public SocketHandler {
 public:
  explicit EchoHandler(EchoLog& log) : log_(log) { ++log_.made; }
  ~EchoHandler() override { ++log_.destroyed; }
  void on_attached(Socket& socket) override {
    socket_ = log_.socket = &socket;
    log_.peer = socket.peer();
    log_.secure = socket.secure();
  }
  void on_bytes(std::span<char> bytes) override { log_.bytes.append(bytes.data(), bytes.size()); }
  Fill fill(std::string& out, std::size_t) override {
    out.append(std::exchange(log_.to_send, {}));
    return Fill::kDone;
  }
  void on_timeout() override {}
  void on_peer_closed() override { socket_->close_after_flush(CloseReason::finished); }
  void on_gone(Code reason) override { log_.gone.push_back(reason); }

 private:
  EchoLog& log_;
  Socket* socket_ = nullptr;
};

const TlsMaterial& material() {
  static const TlsMaterial made = test_material({make_test_certificate({"localhost"})});
  return made;
}

class Gate : public testing::Test {
 protected:
  /// A listener with these options; with TLS if asked.
  void listen(ListenerOptions options) {
    if (options.proxy_protocol == ProxyProtocol::kOn && options.trusted_proxies.empty())
      options.trusted_proxies = {IpNetwork::parse("127.0.0.0/8").value()};
    auto opened = Listener::open(
        rig, {"127.0.0.1", 0}, [this] { return std::make_unique<EchoHandler>(log); },
        std::move(options));
    ASSERT_TRUE(opened.has_value());
    listener = std::move(opened.value());
  }
  void listen_tls(ListenerOptions options = {}) {
    context = std::move(
        TlsContext::create(material(), TlsTicketSeed::draw(rig_.core.now()), rig_.core.clock())
            .value());
    options.tls = context.get();
    listen(std::move(options));
  }
  TestClient& dial() { return rig_.dial(listener->endpoint().port); }
  /// Bytes go to and fro until the fact holds.
  bool talk(TestClient& tcp, TlsTestClient& tls, UniqueFunction<bool()> fact) {
    return rig_.run_until([&] {
      tls.give(tcp.received());
      tcp.forget_received();
      pending_.append(tls.take());
      pending_.erase(0, tcp.try_send(pending_));
      return fact();
    });
  }
  bool all_gone() {
    return rig_.run_until([&] { return rig_.hub.size() == 0; });
  }

  EchoLog log;
  TestRig rig_;
  SocketHub& rig = rig_.hub;
  std::unique_ptr<TlsContext> context;
  std::unique_ptr<Listener> listener;
  std::string pending_;
};

TEST_F(Gate, IsNotThereForPlainConnections) {
  listen({});
  dial().send("plain");
  ASSERT_TRUE(rig_.run_until([&] { return log.bytes == "plain"; }));
  EXPECT_TRUE(log.peer.address.is_loopback());
  EXPECT_NE(log.peer.port, 0);
  EXPECT_FALSE(log.secure);
}

TEST_F(Gate, ShakesHandsAndCarriesBytesBothWays) {
  listen_tls();
  TestClient& tcp = dial();
  TlsTestClient tls;
  ASSERT_TRUE(talk(tcp, tls, [&] { return tls.connected() && log.made == 1; }));
  tls.write("to the server");
  ASSERT_TRUE(talk(tcp, tls, [&] { return log.bytes == "to the server"; }));
  EXPECT_TRUE(log.secure);
  rig_.in_turn([&] {
    log.to_send = "to the client";
    log.socket->want_flush();
  });
  ASSERT_TRUE(talk(tcp, tls, [&] { return tls.received() == "to the client"; }));
  EXPECT_EQ(rig_.metrics.tls_handshakes.value(), 1u);
  EXPECT_EQ(rig_.metrics.tls_resumed.value(), 0u);
}

TEST_F(Gate, SaysGoodbyeInTlsWhenWeClose) {
  listen_tls();
  TestClient& tcp = dial();
  TlsTestClient tls;
  ASSERT_TRUE(talk(tcp, tls, [&] { return log.made == 1; }));
  rig_.in_turn([&] {
    log.to_send = std::string(100'000, 'z');
    log.socket->close_after_flush(CloseReason::draining);
  });
  ASSERT_TRUE(talk(tcp, tls, [&] { return tls.heard_close(); }));
  EXPECT_EQ(tls.received().size(), 100'000u);
  ASSERT_TRUE(rig_.run_until([&] { return tcp.end() != End::kOpen; }));
  EXPECT_EQ(tcp.end(), End::kClosed);
  tcp.vanish();
  ASSERT_TRUE(all_gone());
  EXPECT_EQ(log.gone, std::vector<Code>{Code::draining});
}

TEST_F(Gate, HearsGoodbyeInTls) {
  listen_tls();
  TestClient& tcp = dial();
  TlsTestClient tls;
  ASSERT_TRUE(talk(tcp, tls, [&] { return log.made == 1; }));
  tls.write("bye");
  tls.close();
  ASSERT_TRUE(talk(tcp, tls, [&] { return tls.heard_close(); }));
  ASSERT_TRUE(all_gone());
  EXPECT_EQ(log.bytes, "bye");
  EXPECT_EQ(log.gone, std::vector<Code>{Code::normal});
}

TEST_F(Gate, HoldsOneWriteForAReaderThatStopsAndLosesNothing) {
  listen_tls();
  TestClient& tcp = dial();
  TlsTestClient tls;
  ASSERT_TRUE(talk(tcp, tls, [&] { return log.made == 1; }));
  std::string sent;
  for (int i = 0; sent.size() < 3 * kMiB; ++i) sent += std::to_string(i) + ",";
  tcp.stop_reading();
  rig_.in_turn([&] {
    log.to_send = sent;
    log.socket->want_flush();
  });
  rig_.settle();
  ASSERT_TRUE(log.socket->blocked());
  rig_.in_turn([&] {
    log.to_send = "and more";
    log.socket->want_flush();
  });
  EXPECT_EQ(log.to_send, "and more") << "a blocked socket asks for nothing";
  tcp.start_reading();
  ASSERT_TRUE(talk(tcp, tls, [&] { return tls.received().size() >= sent.size() + 8; }));
  EXPECT_TRUE(tls.received() == sent + "and more");
}

TEST_F(Gate, KeepsTlsAcrossAMove) {
  listen_tls();
  EchoLog there;
  TestRig other;
  TestClient& tcp = dial();
  TlsTestClient tls;
  ASSERT_TRUE(talk(tcp, tls, [&] { return log.made == 1; }));
  DetachedSocket moved;
  rig_.in_turn([&] { moved = log.socket->detach(); });
  EXPECT_EQ(rig_.hub.size(), 0u);
  moved.append("said on the way, ");
  other.in_turn([&] {
    there.to_send = "said there";
    other.hub.adopt(std::move(moved), std::make_unique<EchoHandler>(there))->want_flush();
  });
  tls.write("for whoever has it");
  const auto talks = [&] {
    tcp.pump();
    tls.give(tcp.received());
    tcp.forget_received();
    const std::string records = tls.take();
    if (!records.empty()) tcp.send(records);
    return there.bytes == "for whoever has it" && tls.received() == "said on the way, said there";
  };
  ASSERT_TRUE(other.run_until(talks));
  EXPECT_TRUE(there.secure);
  EXPECT_EQ(there.peer, log.peer);
}

// close_notify was read by the old core: no kernel buffer tells the new one.
TEST_F(Gate, TellsTheNewCoreWhatTlsHeardBefore) {
  listen_tls();
  EchoLog there;
  TestRig other;
  TestClient& tcp = dial();
  TlsTestClient tls;
  ASSERT_TRUE(talk(tcp, tls, [&] { return log.made == 1; }));
  class Mover final : public SocketHandler {
   public:
    explicit Mover(DetachedSocket& moved) : moved_(moved) {}
    void on_attached(Socket& socket) override { socket_ = &socket; }
    void on_bytes(std::span<char>) override { moved_ = socket_->detach(); }
    Fill fill(std::string&, std::size_t) override { return Fill::kDone; }
    void on_timeout() override {}
    void on_peer_closed() override {}
    void on_gone(Code) override {}

   private:
    DetachedSocket& moved_;
    Socket* socket_ = nullptr;
  };
  DetachedSocket moved;
  rig_.in_turn([&] { log.socket->set_handler(std::make_unique<Mover>(moved)); });
  tls.write("go");
  tls.close();
  ASSERT_TRUE(talk(tcp, tls, [&] { return moved.fd >= 0; }));
  other.in_turn([&] { other.hub.adopt(std::move(moved), std::make_unique<EchoHandler>(there)); });
  ASSERT_TRUE(other.run_until([&] { return other.hub.size() == 0; }));
  EXPECT_EQ(there.gone, std::vector<Code>{Code::normal});
}

TEST_F(Gate, AnswersPlainHttpInPlainHttp) {
  listen_tls();
  TestClient& tcp = dial();
  tcp.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(rig_.run_until([&] { return tcp.end() != End::kOpen; }));
  EXPECT_EQ(tcp.end(), End::kClosed);
  EXPECT_EQ(tcp.received().substr(0, 24), "HTTP/1.1 400 Bad Request");
  EXPECT_TRUE(tcp.got("https://"));
  EXPECT_EQ(rig_.metrics.tls_failures_plain_http.value(), 1u);
  EXPECT_EQ(log.made, 0);
}

TEST_F(Gate, AnswersGarbageWithAnAlert) {
  listen_tls();
  TestClient& tcp = dial();
  // A server's hello done, from a client.
  tcp.send(std::string_view("\x16\x03\x01\x00\x04\x0e\x00\x00\x00", 9));
  ASSERT_TRUE(rig_.run_until([&] { return tcp.end() == End::kClosed; }));
  EXPECT_EQ(tcp.received().substr(0, 1), "\x15");
  EXPECT_EQ(rig_.metrics.tls_failures_malformed.value(), 1u);
  tcp.vanish();
  EXPECT_TRUE(all_gone());
}

// Whatever a client does after each byte of its first flights, the connection goes, once, and
// nothing is made for it.
TEST_F(Gate, SurvivesEveryEndingAtEveryStageOfTheTlsHandshake) {
  listen_tls();
  const std::string hello = TlsTestClient().take();
  std::uint64_t ended = 0;
  for (std::size_t cut = 0; cut <= hello.size(); cut += cut < 12 ? 1 : 37) {
    for (int ending = 0; ending < 3; ++ending) {
      TestClient& tcp = dial();
      tcp.send(std::string_view(hello).substr(0, cut));
      rig_.settle();
      ASSERT_EQ(rig_.hub.size(), 1u);
      if (ending == 0) tcp.half_close();
      if (ending == 1) tcp.reset();
      if (ending == 2) tcp.vanish();
      ASSERT_TRUE(all_gone()) << cut << " " << ending;
      EXPECT_EQ(rig_.metrics.tls_failures_closed.value(), ++ended);
      tcp.vanish();
    }
  }
  EXPECT_EQ(log.made, 0);
  EXPECT_EQ(rig_.metrics.tls_handshakes.value(), 0u);
}

TEST_F(Gate, SurvivesEveryEndingAfterTheTlsHandshake) {
  listen_tls();
  for (int ending = 0; ending < 4; ++ending) {
    log = {};
    pending_.clear();
    TestClient& tcp = dial();
    TlsTestClient tls;
    ASSERT_TRUE(talk(tcp, tls, [&] { return log.made == 1; }));
    tls.write("cut");
    const std::string record = tls.take();
    tcp.send(std::string_view(record).substr(0, record.size() - 1));
    rig_.settle();
    if (ending == 0) tcp.half_close();
    if (ending == 1) tcp.reset();
    if (ending == 2) tcp.vanish();
    if (ending == 3) tcp.send("X");
    if (ending == 3) tcp.half_close();
    ASSERT_TRUE(all_gone()) << ending;
    EXPECT_EQ(log.bytes, "") << "half a record is nothing";
    EXPECT_EQ(log.gone.size(), 1u);
    EXPECT_EQ(log.destroyed, 1);
  }
}

TEST_F(Gate, ResetsAHandshakeThatTakesTooLong) {
  listen_tls({.handshake_timeout = milliseconds(1)});
  TestClient& tcp = dial();
  tcp.send("\x16");
  ASSERT_TRUE(rig_.run_until([&] { return tcp.end() != End::kOpen; }));
  EXPECT_EQ(tcp.end(), End::kReset);
  EXPECT_EQ(rig_.metrics.tls_failures_timeout.value(), 1u);
  EXPECT_EQ(rig_.metrics.tls_failures_closed.value(), 0u);
}

TEST_F(Gate, RefusesHandshakesOverTheRateWithAnAlert) {
  AddressLimits limits({.handshakes_per_second = 1, .handshakes_burst = 1}, 10);
  listen_tls({.address_limits = &limits});
  TestClient& first = dial();
  TlsTestClient tls;
  ASSERT_TRUE(talk(first, tls, [&] { return log.made == 1; }));
  TestClient& second = dial();
  ASSERT_TRUE(rig_.run_until([&] { return second.end() != End::kOpen; }));
  EXPECT_EQ(second.received(), std::string("\x15\x03\x03\x00\x02\x02\x50", 7));
  EXPECT_EQ(rig_.metrics.refused_handshakes.value(), 1u);
  second.vanish();
  first.vanish();
  EXPECT_TRUE(all_gone());
}

TEST_F(Gate, TakesTheAddressOfTheProxyHeaderAtEverySplit) {
  listen({.proxy_protocol = ProxyProtocol::kOn});
  const std::string all = "PROXY TCP4 192.0.2.1 10.0.0.1 4711 443\r\nGET";
  for (std::size_t cut = 0; cut <= all.size(); ++cut) {
    log = {};
    TestClient& tcp = dial();
    tcp.send(all.substr(0, cut));
    rig_.settle();
    tcp.send(all.substr(cut));
    ASSERT_TRUE(rig_.run_until([&] { return log.bytes == "GET"; })) << cut;
    EXPECT_EQ(to_string(log.peer), "192.0.2.1:4711");
    tcp.vanish();
    ASSERT_TRUE(all_gone());
  }
}

TEST_F(Gate, SpeaksTlsBehindAProxyHeader) {
  listen_tls({.proxy_protocol = ProxyProtocol::kOn});
  TestClient& tcp = dial();
  TlsTestClient tls;
  pending_ = "PROXY TCP6 2001:db8::7 ::1 4711 443\r\n";
  ASSERT_TRUE(talk(tcp, tls, [&] { return log.made == 1; }));
  EXPECT_EQ(to_string(log.peer), "[2001:db8::7]:4711");
  EXPECT_TRUE(log.secure);
}

TEST_F(Gate, KeepsTheConnectionsAddressForLocal) {
  listen({.proxy_protocol = ProxyProtocol::kOn});
  TestClient& tcp = dial();
  tcp.send(std::string_view("\r\n\r\n\0\r\nQUIT\n\x20\x00\x00\x00hi", 18));
  ASSERT_TRUE(rig_.run_until([&] { return log.bytes == "hi"; }));
  EXPECT_TRUE(log.peer.address.is_loopback());
}

TEST_F(Gate, ResetsMalformedAndSlowProxyHeaders) {
  listen({.proxy_protocol = ProxyProtocol::kOn, .proxy_timeout = milliseconds(1)});
  TestClient& wrong = dial();
  wrong.send("GET / HTTP/1.1\r\n");
  ASSERT_TRUE(rig_.run_until([&] { return wrong.end() == End::kReset; }));
  EXPECT_EQ(rig_.metrics.proxy_headers_malformed.value(), 1u);
  TestClient& slow = dial();
  slow.send("PROXY");
  ASSERT_TRUE(rig_.run_until([&] { return slow.end() == End::kReset; }));
  TestClient& gone = dial();
  gone.half_close();
  ASSERT_TRUE(rig_.run_until([&] { return gone.end() != End::kOpen; }));
  EXPECT_EQ(rig_.metrics.proxy_headers_missing.value(), 2u);
  EXPECT_EQ(log.made, 0);
}

TEST_F(Gate, TakesProxyHeadersFromTrustedProxiesOnly) {
  listen({.proxy_protocol = ProxyProtocol::kOn,
          .trusted_proxies = {IpNetwork::parse("10.0.0.0/8").value()}});
  TestClient& tcp = dial();
  ASSERT_TRUE(rig_.run_until([&] { return tcp.end() != End::kOpen; }));
  EXPECT_EQ(tcp.received(), "");
  EXPECT_EQ(rig_.metrics.proxy_strangers.value(), 1u);
}

TEST_F(Gate, CountsWhoIsBehindTheProxyNotTheProxy) {
  AddressLimits limits({.connections = 1}, 10);
  listen({.proxy_protocol = ProxyProtocol::kOn, .address_limits = &limits});
  const auto connect = [&](const char* from) -> TestClient& {
    TestClient& tcp = dial();
    tcp.send(std::string("PROXY TCP4 ") + from + " 10.0.0.1 1 2\r\n");
    rig_.settle();
    return tcp;
  };
  TestClient& first = connect("192.0.2.1");
  connect("192.0.2.2");
  EXPECT_EQ(log.made, 2);
  TestClient& second = connect("192.0.2.1");
  ASSERT_TRUE(rig_.run_until([&] { return second.end() != End::kOpen; }));
  EXPECT_EQ(second.received().substr(0, 12), "HTTP/1.1 429");
  EXPECT_EQ(rig_.metrics.refused_address_full.value(), 1u);
  first.vanish();
  ASSERT_TRUE(rig_.run_until([&] { return log.destroyed == 1; }));
  connect("192.0.2.1");
  EXPECT_EQ(log.made, 3);
  rig_.in_turn([&] { rig_.hub.abort_all(); });
}

}  // namespace
}  // namespace gp::net
