// Close hygiene: every end of a connection is counted once, by its reason, and logged once.
#include <gtest/gtest.h>

#include "base/log.h"
#include "net/http_session.h"
#include "net/test_rig.h"
#include "net/websocket_handshake.h"

namespace gp::net {
namespace {

using std::chrono::milliseconds;

class Handler final : public HttpRequestHandler {
 public:
  void on_request(HttpRequest request, HttpReply reply) override {
    if (request.target == "/keep") {
      kept = std::make_unique<HttpReply>(std::move(reply));
    } else if (request.target != "/drop") {
      reply.send(HttpResponse{200, {}, "ok"});
    }
  }
  std::unique_ptr<HttpReply> kept;
};

class CloseTest : public testing::Test {
 protected:
  TestClient& connect() { return rig.connect_to(std::make_unique<HttpSession>(handler, options)); }

  std::uint64_t count(CloseReason reason) const {
    return rig.metrics.closes_by_reason[static_cast<std::size_t>(reason)].value();
  }
  std::uint64_t count_all() const {
    std::uint64_t sum = 0;
    for (const auto& counter : rig.metrics.closes_by_reason) sum += counter.value();
    return sum;
  }
  /// All connections end, and `reason` is the only one that was counted, once for each of them.
  void expect_only(CloseReason reason, std::uint64_t times = 1) {
    EXPECT_TRUE(rig.run_until([&] { return rig.hub.size() == 0; }));
    EXPECT_EQ(count(reason), times) << protocol::info(reason).name;
    EXPECT_EQ(count_all(), times);
  }

  Handler handler;
  HttpOptions options;
  TestRig rig;
};

struct Story {
  const char* request;
  CloseReason reason;
};

TEST_F(CloseTest, AnAnsweredRequestEndsWithTheReasonOfItsAnswer) {
  const Story stories[] = {
      {"GET / HTTP/1.0\r\n\r\n", CloseReason::finished},
      {"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", CloseReason::finished},
      {"GET /drop HTTP/1.1\r\nHost: x\r\n\r\n", CloseReason::reply_dropped},
      {"nonsense\r\n\r\n", CloseReason::bad_request},
      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n",
       CloseReason::payload_too_large},
  };
  std::uint64_t all = 0;
  for (const Story& story : stories) {
    SCOPED_TRACE(story.request);
    const std::uint64_t before = count(story.reason);
    TestClient& client = connect();
    client.send(story.request);
    ASSERT_TRUE(rig.run_until([&] { return client.end() != TestClient::End::kOpen; }));
    client.vanish();
    ASSERT_TRUE(rig.run_until([&] { return rig.hub.size() == 0; }));
    EXPECT_EQ(count(story.reason), before + 1);
    EXPECT_EQ(count_all(), ++all);
  }
}

TEST_F(CloseTest, APeerThatClosesIsToldFromOneThatResets) {
  connect().vanish();
  expect_only(CloseReason::peer_closed);
  TestClient& client = connect();
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  client.stop_reading();
  rig.settle();
  client.vanish();  // with unread bytes: the kernel resets
  ASSERT_TRUE(rig.run_until([&] { return rig.hub.size() == 0; }));
  EXPECT_EQ(count(CloseReason::peer_reset), 1u);
  EXPECT_EQ(count_all(), 2u);
}

TEST_F(CloseTest, TimeoutsHaveReasonsOfTheirOwn) {
  options.timeouts.request = milliseconds(1);
  connect();
  expect_only(CloseReason::idle);
  TestClient& slow = connect();
  slow.send("GET / HT");
  ASSERT_TRUE(rig.run_until([&] { return slow.end() != TestClient::End::kOpen; }));
  slow.vanish();
  ASSERT_TRUE(rig.run_until([&] { return rig.hub.size() == 0; }));
  EXPECT_EQ(count(CloseReason::idle) + count(CloseReason::request_timeout), 2u);
  options.timeouts = HttpTimeouts{.handling = milliseconds(1)};
  TestClient& waiting = connect();
  waiting.send("GET /keep HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(rig.run_until([&] { return waiting.end() != TestClient::End::kOpen; }));
  waiting.vanish();
  ASSERT_TRUE(rig.run_until([&] { return rig.hub.size() == 0; }));
  EXPECT_EQ(count(CloseReason::handling_timeout), 1u);
}

class SilentEndpoint final : public WebSocketEndpoint {
  void on_opened(WebSocketSession&) override {}
  void on_message(MessageKind, std::string_view) override {}
  SocketHandler::Fill fill(WebSocketWriter&) override { return SocketHandler::Fill::kDone; }
  void on_closed(Code) override {}
};

class Upgrader final : public HttpRequestHandler {
 public:
  void on_request(HttpRequest request, HttpReply reply) override {
    const auto upgrade = check_upgrade(request);
    ASSERT_TRUE(upgrade.has_value());
    reply.take_session()->upgrade(
        switching_protocols_response(upgrade.value().key, {}),
        std::make_unique<WebSocketSession>(limits, std::make_unique<SilentEndpoint>()));
  }
  WebSocketLimits limits;
};

// Whatever stage a handshake is in, the peer's FIN ends the connection, and is counted as what it
// is.
TEST_F(CloseTest, AFinAtEveryByteOfAHandshakeEndsTheConnectionOnce) {
  Upgrader upgrader;
  std::string stream =
      "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
  append_masked_frame(stream, Opcode::kText, "cut", 0x37fa213d);
  append_masked_frame(stream, Opcode::kClose, close_payload(CloseStatus{1000}, {}), 0x37fa213d);
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    TestClient& client = rig.connect_to(std::make_unique<HttpSession>(upgrader, options));
    client.send(std::string_view(stream).substr(0, cut));
    client.half_close();
    ASSERT_TRUE(rig.run_until([&] { return client.end() != TestClient::End::kOpen; })) << cut;
    ASSERT_TRUE(rig.run_until([&] { return rig.hub.size() == 0; })) << cut;
    ASSERT_EQ(count_all(), cut + 1);
    EXPECT_EQ(count(CloseReason::peer_goodbye), cut == stream.size() ? 1u : 0u) << cut;
  }
  EXPECT_EQ(count(CloseReason::peer_closed), stream.size());
}

TEST_F(CloseTest, ShutdownIsCountedForEachConnection) {
  for (int i = 0; i < 3; ++i) connect();
  rig.in_turn([&] { rig.hub.abort_all(); });
  expect_only(CloseReason::shutdown, 3);
}

TEST_F(CloseTest, AConnectionThatMovesHasNotEnded) {
  TestRig other;
  TestClient& client = connect();
  client.send("GET /keep HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(rig.run_until([&] { return handler.kept != nullptr; }));
  DetachedSocket moved;
  rig.in_turn([&] { moved = std::move(handler.kept->take_session()->detach().socket); });
  EXPECT_EQ(count_all(), 0u);
}

TEST_F(CloseTest, IsLoggedOnceAtDebug) {
  log_line::set_level(log_line::Level::kDebug);
  testing::internal::CaptureStderr();
  TestClient& client = connect();
  client.send("nonsense\r\n\r\n");
  ASSERT_TRUE(rig.run_until([&] { return client.end() != TestClient::End::kOpen; }));
  client.vanish();
  EXPECT_TRUE(rig.run_until([&] { return rig.hub.size() == 0; }));
  const std::string lines = testing::internal::GetCapturedStderr();
  log_line::set_level(log_line::Level::kInfo);
  const auto first = lines.find("closed: bad_request");
  ASSERT_NE(first, std::string::npos) << lines;
  EXPECT_NE(lines.find("connection 0-1"), std::string::npos) << lines;
  EXPECT_EQ(lines.find("closed:", first + 1), std::string::npos) << lines;
}

}  // namespace
}  // namespace gp::net
