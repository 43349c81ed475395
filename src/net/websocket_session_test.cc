#include "net/websocket_session.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "net/http_session.h"
#include "net/test_rig.h"
#include "net/websocket_handshake.h"

namespace gp::net {
namespace {

using std::chrono::milliseconds;
using End = TestClient::End;

std::string frame(Opcode opcode, std::string_view payload) {
  std::string out;
  append_frame(out, opcode, payload);
  return out;
}

std::string masked(Opcode opcode, std::string_view payload) {
  std::string out;
  append_masked_frame(out, opcode, payload, 0x37fa213d);
  return out;
}

std::string close_frame(std::uint16_t status, std::string_view reason = {}) {
  return frame(Opcode::kClose, close_payload(static_cast<CloseStatus>(status), reason));
}

struct EndpointLog {
  std::vector<std::string> texts;
  std::vector<Code> closed;
  std::string last_words;
  int opened = 0;
  int destroyed = 0;
  std::size_t bytes_left = 0;
  std::size_t bytes_given = 0;
  WebSocketSession* session = nullptr;
  UniqueFunction<void(std::string_view)> on_text;
};

/// Echoes texts; gives `bytes_left` bytes in binary frames of 1000.
class LoggingEndpoint final : public WebSocketEndpoint {
 public:
  explicit LoggingEndpoint(EndpointLog& log) : log_(log) {}
  ~LoggingEndpoint() override { ++log_.destroyed; }
  void on_opened(WebSocketSession& session) override {
    ++log_.opened;
    log_.session = &session;
  }
  void on_message(MessageKind, std::string_view payload) override {
    log_.texts.emplace_back(payload);
    if (log_.on_text) return log_.on_text(payload);
    waiting_.emplace_back(payload);
    log_.session->want_flush();
  }
  SocketHandler::Fill fill(WebSocketWriter& writer) override {
    for (const std::string& text : std::exchange(waiting_, {})) writer.text(text);
    if (!log_.last_words.empty()) writer.text(std::exchange(log_.last_words, {}));
    while (log_.bytes_left > 0 && !writer.full()) {
      const std::size_t count = std::min<std::size_t>(log_.bytes_left, 1000);
      writer.binary(std::string(count, 'b'));
      log_.bytes_left -= count;
      log_.bytes_given += count;
    }
    return log_.bytes_left > 0 ? SocketHandler::Fill::kMore : SocketHandler::Fill::kDone;
  }
  void on_closed(Code reason) override { log_.closed.push_back(reason); }

 private:
  EndpointLog& log_;
  std::vector<std::string> waiting_;
};

class WebSocketSessionTest : public testing::Test {
 public:
  std::unique_ptr<WebSocketSession> make_session() {
    return std::make_unique<WebSocketSession>(limits, std::make_unique<LoggingEndpoint>(log));
  }
  TestClient& connect() { return rig.connect_to(make_session()); }
  void expect_over(Code reason) {
    ASSERT_TRUE(rig.run_until([&] { return rig.hub.size() == 0; }));
    rig.settle();
    EXPECT_EQ(log.closed, std::vector<Code>{reason});
    EXPECT_EQ(log.destroyed, 1);
  }

  EndpointLog log;
  WebSocketLimits limits;
  TestRig rig;
};

/// Upgrades every request.
class Upgrader final : public HttpRequestHandler {
 public:
  explicit Upgrader(UniqueFunction<std::unique_ptr<WebSocketSession>()> make)
      : make_(std::move(make)) {}
  void on_request(HttpRequest request, HttpReply reply) override {
    const auto upgrade = check_upgrade(request);
    ASSERT_TRUE(upgrade.has_value());
    reply.take_session()->upgrade(switching_protocols_response(upgrade.value().key, {}), make_());
  }

 private:
  UniqueFunction<std::unique_ptr<WebSocketSession>()> make_;
};

constexpr std::string_view kUpgradeRequest =
    "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

TEST_F(WebSocketSessionTest, ReadsFramesThatCameWithTheUpgradeRequest) {
  HttpOptions options;
  Upgrader upgrader([this] { return make_session(); });
  TestClient& client = rig.connect_to(std::make_unique<HttpSession>(upgrader, options));
  const std::string second = masked(Opcode::kText, "second");
  client.send(std::string(kUpgradeRequest) + masked(Opcode::kText, "first") + second.substr(0, 4));
  ASSERT_TRUE(rig.run_until([&] { return client.got(frame(Opcode::kText, "first")); }));
  client.send(second.substr(4));
  ASSERT_TRUE(rig.run_until([&] { return client.got(frame(Opcode::kText, "second")); }));
  EXPECT_TRUE(client.received().starts_with("HTTP/1.1 101 "));
  EXPECT_TRUE(client.got("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
  EXPECT_EQ(log.opened, 1);
  client.vanish();
  expect_over(Code::going_away);
}

TEST_F(WebSocketSessionTest, UpgradesAfterOtherRequestsOnTheConnection) {
  struct Both final : HttpRequestHandler {
    explicit Both(WebSocketSessionTest& owner) : test(owner) {}
    void on_request(HttpRequest request, HttpReply reply) override {
      if (request.target != "/ws") return reply.send(HttpResponse{200, {}, "plain"});
      reply.take_session()->upgrade("HTTP/1.1 101 Switching Protocols\r\n\r\n",
                                    test.make_session());
    }
    WebSocketSessionTest& test;
  };
  HttpOptions options;
  Both both(*this);
  TestClient& client = rig.connect_to(std::make_unique<HttpSession>(both, options));
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n" + std::string(kUpgradeRequest) +
              masked(Opcode::kText, "hi"));
  ASSERT_TRUE(rig.run_until([&] { return client.got(frame(Opcode::kText, "hi")); }));
  EXPECT_LT(client.received().find("plain"), client.received().find("HTTP/1.1 101"));
}

TEST_F(WebSocketSessionTest, AnswersPingWithItsPayload) {
  TestClient& client = connect();
  client.send(masked(Opcode::kPing, "are you there"));
  EXPECT_TRUE(
      rig.run_until([&] { return client.received() == frame(Opcode::kPong, "are you there"); }));
  EXPECT_TRUE(log.texts.empty());
}

TEST_F(WebSocketSessionTest, AnswersCloseWithTheSameCode) {
  TestClient& client = connect();
  client.send(masked(Opcode::kText, "last") +
              masked(Opcode::kClose, close_payload(static_cast<CloseStatus>(4000), "bye")) +
              masked(Opcode::kText, "after the end"));
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  EXPECT_EQ(client.end(), End::kClosed);
  EXPECT_EQ(client.received(), close_frame(4000));
  EXPECT_EQ(log.texts, std::vector<std::string>{"last"});
  client.vanish();
  expect_over(Code::normal);
}

TEST_F(WebSocketSessionTest, AnswersCloseWithoutACodeAlike) {
  TestClient& client = connect();
  client.send(masked(Opcode::kClose, {}));
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  EXPECT_EQ(client.received(), frame(Opcode::kClose, {}));
}

TEST_F(WebSocketSessionTest, SendsLastWordsAndTheCodeWhenItCloses) {
  TestClient& client = connect();
  log.last_words = "sorry";
  rig.in_turn([&] {
    log.session->close(Code::rate_limited, "too many");
    log.session->close(Code::internal, "a second close counts for nothing");
  });
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  EXPECT_EQ(client.end(), End::kClosed);
  EXPECT_EQ(client.received(), frame(Opcode::kText, "sorry") + close_frame(4429, "too many"));
  client.send(masked(Opcode::kClose, close_payload(static_cast<CloseStatus>(4429), {})));
  client.half_close();
  expect_over(Code::rate_limited);
}

TEST_F(WebSocketSessionTest, ClosesWithTheCodeOfTheViolation) {
  limits.message_bytes = 100;
  const std::vector<std::pair<std::string, std::uint16_t>> violations{
      {frame(Opcode::kText, "not masked"), 1002},
      {masked(Opcode::kText, "\xff"), 1007},
      {masked(Opcode::kText, std::string(101, 'a')), 1009}};
  for (const auto& [bytes, status] : violations) {
    TestClient& client = connect();
    client.send(bytes);
    ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; })) << status;
    const std::string start = close_frame(status).substr(2);
    ASSERT_GE(client.received().size(), 4u) << status;
    EXPECT_EQ(static_cast<unsigned char>(client.received()[0]), 0x88u) << status;
    EXPECT_EQ(client.received().substr(2, 2), start) << status;
    client.vanish();
  }
  EXPECT_TRUE(log.texts.empty());
}

TEST_F(WebSocketSessionTest, PingsASilentPeerAndKeepsOneThatAnswers) {
  limits.heartbeat = milliseconds(1);
  limits.dead_peer = milliseconds(2);
  TestClient& client = connect();
  for (std::size_t pings = 1; pings <= 4; ++pings) {
    ASSERT_TRUE(rig.run_until([&] { return client.count(frame(Opcode::kPing, {})) >= pings; }));
    ASSERT_EQ(client.end(), End::kOpen);
    client.send(masked(Opcode::kPong, {}));
  }
}

// Our own ping was taken for a sign of life, because the kernel took its bytes: a frozen peer was
// never found.
TEST_F(WebSocketSessionTest, ResetsAPeerThatLeavesPingsUnanswered) {
  limits.heartbeat = milliseconds(1);
  limits.dead_peer = milliseconds(2);
  TestClient& client = connect();
  expect_over(Code::going_away);
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  EXPECT_EQ(client.end(), End::kReset);
  EXPECT_GE(client.count(frame(Opcode::kPing, {})), 1u);
  EXPECT_EQ(rig.metrics.timeouts.value(), 1u);
  EXPECT_EQ(rig.metrics.closes_by_reason[static_cast<std::size_t>(CloseReason::dead_peer)].value(),
            1u);
}

// Its pong waits behind what was sent to it before.
TEST_F(WebSocketSessionTest, KeepsASlowReaderThatTakesBytes) {
  limits.heartbeat = milliseconds(1);
  limits.dead_peer = milliseconds(2);
  limits.stalled_reader = milliseconds(2);
  TestClient& client = connect();
  rig.in_turn([&] {
    log.bytes_left = std::size_t{1} << 40;
    log.session->want_flush();
  });
  const std::uint32_t start = rig.hub.tick();
  ASSERT_TRUE(rig.run_until([&] {
    client.stop_reading();
    rig.settle();
    client.start_reading();
    client.forget_received();
    return rig.hub.tick() - start >= 8;
  }));
  EXPECT_TRUE(log.closed.empty());
  EXPECT_EQ(client.end(), End::kOpen);
}

TEST_F(WebSocketSessionTest, ResetsAPeerThatTakesNothingForTooLong) {
  limits.heartbeat = milliseconds(1);
  limits.stalled_reader = milliseconds(2);
  TestClient& client = connect();
  client.stop_reading();
  rig.in_turn([&] {
    log.bytes_left = 64 * kMiB;
    log.session->want_flush();
  });
  ASSERT_TRUE(rig.run_until([&] { return rig.metrics.writes_blocked.value() > 0; }));
  EXPECT_LE(log.bytes_given, rig.metrics.bytes_sent.value() + rig.hub.limits().write_bytes + 1000);
  expect_over(Code::slow_consumer);
  client.start_reading();
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  EXPECT_EQ(client.end(), End::kReset);
  EXPECT_EQ(rig.metrics.timeouts.value(), 1u);
}

TEST_F(WebSocketSessionTest, StopsReadingWhilePongsWaitForASlowReader) {
  TestClient& client = connect();
  client.stop_reading();
  rig.in_turn([&] {
    log.bytes_left = 64 * kMiB;
    log.session->want_flush();
  });
  ASSERT_TRUE(rig.run_until([&] { return rig.metrics.writes_blocked.value() > 0; }));
  rig.settle();
  std::string pings;
  while (pings.size() < 2 * kMiB) pings += masked(Opcode::kPing, std::string(100, 'p'));
  std::size_t sent = 0;
  for (int round = 0; round < 100; ++round) {
    sent += client.try_send(std::string_view(pings).substr(sent));
    rig.step();
  }
  EXPECT_LT(sent, pings.size());
  EXPECT_LE(rig.metrics.bytes_received.value(),
            2 * WebSocketSession::kControlBytesMax + rig.hub.limits().read_bytes);
  log.bytes_left = 0;
  client.start_reading();
  ASSERT_TRUE(rig.run_until([&] {
    sent += client.try_send(std::string_view(pings).substr(sent));
    return sent == pings.size();
  }));
}

TEST_F(WebSocketSessionTest, SwapsItsEndpointInsideAMessage) {
  EndpointLog next;
  log.on_text = [&](std::string_view) {
    log.session->set_endpoint(std::make_unique<LoggingEndpoint>(next));
  };
  TestClient& client = connect();
  client.send(masked(Opcode::kText, "token") + masked(Opcode::kText, "for the next"));
  ASSERT_TRUE(rig.run_until([&] { return client.got(frame(Opcode::kText, "for the next")); }));
  ASSERT_TRUE(rig.run_until([&] { return log.destroyed == 1; }));
  EXPECT_EQ(log.texts, std::vector<std::string>{"token"});
  EXPECT_EQ(next.texts, std::vector<std::string>{"for the next"});
  EXPECT_TRUE(log.closed.empty());
  rig.in_turn([&] { rig.hub.abort_all(); });
  EXPECT_EQ(next.closed, std::vector<Code>{Code::going_away});
}

TEST_F(WebSocketSessionTest, ResetsAPeerThatNeverFinishesTheCloseHandshake) {
  SocketLimits hasty;
  hasty.linger = milliseconds(1);
  TestRig hasty_rig(hasty);
  TestClient& client = hasty_rig.connect_to(make_session());
  hasty_rig.in_turn([&] { log.session->close(Code::draining, "restart"); });
  ASSERT_TRUE(hasty_rig.run_until([&] { return hasty_rig.hub.size() == 0; }));
  EXPECT_EQ(log.closed, std::vector<Code>{Code::draining});
  EXPECT_EQ(client.received(), close_frame(1012, "restart"));
  EXPECT_EQ(hasty_rig.metrics.timeouts.value(), 1u);
}

}  // namespace
}  // namespace gp::net
