// How WebSocket connections end: crossing closes, data behind a close, half-open peers. The
// ordinary closing handshake is in websocket_session_test.cc.
#include <gtest/gtest.h>

#include "net/test_rig.h"
#include "net/websocket_session.h"

namespace gp::net {
namespace {

using End = TestClient::End;

std::string frame(Opcode opcode, std::string_view payload) {
  std::string out;
  append_frame(out, opcode, payload);
  return out;
}

/// A client's frame with any first byte.
std::string masked(int first_byte, std::string_view payload) {
  std::string out;
  append_masked_frame(out, Opcode::kText, payload, 0x37fa213d);
  out[0] = static_cast<char>(first_byte);
  return out;
}

std::string code(std::uint16_t status, std::string_view reason = {}) {
  return close_payload(static_cast<CloseStatus>(status), reason);
}

constexpr int kText = 0x81, kTextPart = 0x01, kLastPart = 0x80, kClose = 0x88, kPing = 0x89;

class WebSocketCloseTest : public testing::Test, private WebSocketEndpoint {
 public:
  TestClient& connect() {
    return rig.connect_to(std::make_unique<WebSocketSession>(
        limits, std::make_unique<Borrowed>(static_cast<WebSocketEndpoint&>(*this))));
  }
  void expect_over(Code reason) {
    ASSERT_TRUE(rig.run_until([&] { return rig.hub.size() == 0; }));
    EXPECT_EQ(closed, std::vector<Code>{reason});
  }

  WebSocketLimits limits;
  TestRig rig;
  WebSocketSession* session = nullptr;
  std::vector<std::string> texts;
  std::vector<Code> closed;

 private:
  /// The session owns its endpoint; the test outlives it.
  class Borrowed final : public WebSocketEndpoint {
   public:
    explicit Borrowed(WebSocketEndpoint& test) : test_(test) {}
    void on_opened(WebSocketSession& opened) override { test_.on_opened(opened); }
    void on_message(MessageKind kind, std::string_view text) override {
      test_.on_message(kind, text);
    }
    SocketHandler::Fill fill(WebSocketWriter& writer) override { return test_.fill(writer); }
    void on_closed(Code reason) override { test_.on_closed(reason); }

   private:
    WebSocketEndpoint& test_;
  };

  void on_opened(WebSocketSession& opened) override { session = &opened; }
  void on_message(MessageKind, std::string_view text) override { texts.emplace_back(text); }
  SocketHandler::Fill fill(WebSocketWriter&) override { return SocketHandler::Fill::kDone; }
  void on_closed(Code reason) override { closed.push_back(reason); }
};

TEST_F(WebSocketCloseTest, ACloseInsideAFragmentedMessageEndsIt) {
  TestClient& client = connect();
  client.send(masked(kTextPart, "half") + masked(kClose, code(1001)) + masked(kLastPart, "rest"));
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  EXPECT_EQ(client.end(), End::kClosed);
  EXPECT_EQ(client.received(), frame(Opcode::kClose, code(1001)));
  EXPECT_TRUE(texts.empty());
  client.vanish();
  expect_over(Code::normal);
}

TEST_F(WebSocketCloseTest, ClosesThatCrossAreOneClosingHandshake) {
  TestClient& client = connect();
  rig.in_turn([&] {
    session->close(Code::draining, "restart");
    client.send(masked(kClose, code(1001)));
  });
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  EXPECT_EQ(client.end(), End::kClosed);
  EXPECT_EQ(client.received(), frame(Opcode::kClose, code(1012, "restart")));
  client.half_close();
  expect_over(Code::draining);
}

TEST_F(WebSocketCloseTest, NothingIsReadOrAnsweredAfterTheServersClose) {
  TestClient& client = connect();
  rig.in_turn([&] { session->close(Code::draining, {}); });
  client.send(masked(kText, "late") + masked(kPing, "p") + masked(0xf3, "garbage"));
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  client.send(masked(kText, "later"));
  rig.settle();
  EXPECT_EQ(rig.hub.size(), 1u) << "the peer has time to close";
  client.send(masked(kClose, code(1012)));
  client.half_close();
  expect_over(Code::draining);
  EXPECT_EQ(client.end(), End::kClosed) << "no reset, so the peer can read our last bytes";
  EXPECT_EQ(client.received(), frame(Opcode::kClose, code(1012)));
  EXPECT_TRUE(texts.empty());
}

TEST_F(WebSocketCloseTest, NothingIsReadAfterAViolation) {
  TestClient& client = connect();
  client.send(masked(kText, "good") + masked(0x83, "bad") + masked(kText, "ignored") +
              masked(kClose, code(1000)));
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  EXPECT_EQ(client.end(), End::kClosed);
  EXPECT_EQ(client.received(), frame(Opcode::kClose, code(1002, "reserved opcode")));
  EXPECT_EQ(texts, std::vector<std::string>{"good"});
  client.vanish();
  expect_over(Code::protocol_error);
}

TEST_F(WebSocketCloseTest, APeerThatIsHalfOpenIsGone) {
  for (const std::string& before : {std::string(), masked(kTextPart, "half a message"),
                                    masked(kText, "half a frame").substr(0, 9)}) {
    closed.clear();
    TestClient& client = connect();
    client.send(before);
    client.half_close();
    expect_over(Code::going_away);
    EXPECT_EQ(client.received(), "") << "there is nobody to say goodbye to";
  }
  EXPECT_TRUE(texts.empty());
}

TEST_F(WebSocketCloseTest, APeerThatVanishesMidFrameIsGone) {
  TestClient& client = connect();
  client.send(masked(kText, "half a frame").substr(0, 3));
  rig.settle();
  client.vanish();
  expect_over(Code::going_away);
}

TEST_F(WebSocketCloseTest, AFinRightBehindTheCloseFrameIsAnOrdinaryEnd) {
  TestClient& client = connect();
  client.send(masked(kClose, code(1000, "bye")));
  client.half_close();
  expect_over(Code::normal);
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  EXPECT_EQ(client.end(), End::kClosed);
  EXPECT_EQ(client.received(), frame(Opcode::kClose, code(1000)));
}

TEST_F(WebSocketCloseTest, EveryCodeThatMustNotBeSentIsAViolation) {
  for (const int status :
       {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}) {
    closed.clear();
    TestClient& client = connect();
    std::string payload{static_cast<char>(status >> 8), static_cast<char>(status & 0xff)};
    client.send(masked(kClose, payload));
    ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; })) << status;
    EXPECT_EQ(client.received().substr(2, 2), code(1002)) << status;
    client.vanish();
    expect_over(Code::protocol_error);
  }
}

}  // namespace
}  // namespace gp::net
