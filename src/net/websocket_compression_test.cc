#include "net/websocket_compression.h"

#include <gtest/gtest.h>

#include <optional>

#include "net/test_rig.h"
#include "net/websocket_session.h"

namespace gp::net {
namespace {

constexpr std::uint32_t kMask = 0x37fa213d;
constexpr DeflateParameters kDefault{};
constexpr DeflateParameters kTakeover{12, 12, ContextTakeover::kYes, ContextTakeover::kYes};

std::string json(std::size_t size) {
  std::string text;
  for (int i = 0; text.size() < size; ++i)
    text += "{\"type\":\"token\",\"seq\":" + std::to_string(i * 37 % 1000) + "}\n";
  text.resize(size);
  return text;
}

/// A frame of a client with any first byte.
std::string frame(int first_byte, std::string_view payload) {
  std::string out;
  append_masked_frame(out, Opcode::kText, payload, kMask);
  out[0] = static_cast<char>(first_byte);
  return out;
}

constexpr int kRsv1 = 0x40;
constexpr int kText = 0x81;
using Calls = std::vector<std::string>;

class CompressionTest : public testing::Test {
 public:
  /// What a client reads of the bytes, none of which may be left over.
  Calls read(std::string bytes, const DeflateParameters& agreed = kDefault) {
    struct Sink final : WebSocketSink {
      Next on_message(MessageKind, std::string_view payload) override {
        calls.emplace_back(payload);
        return Next::kGoOn;
      }
      Next on_ping(std::string_view) override { return Next::kGoOn; }
      Next on_pong(std::string_view) override { return Next::kGoOn; }
      void on_close(CloseStatus, std::string_view) override {}
      std::optional<InflateFault> inflate(MessageKind, std::string_view compressed,
                                          std::size_t bytes_max, std::string& out) override {
        return inflater->inflate(compressed, takeover, TextCheck::kNone, {.bytes_max = bytes_max},
                                 out);
      }
      Calls calls;
      MessageInflater* inflater = nullptr;
      ContextTakeover takeover{};
    } sink;
    if (!client) client.emplace(agreed.server_window_bits);
    sink.inflater = &*client;
    sink.takeover = agreed.server_takeover;
    WebSocketParser parser({WebSocketRole::kClient, 1 << 24, FrameExtension::kDeflate});
    EXPECT_FALSE(parser.consume(bytes.data(), bytes.size(), sink));
    return sink.calls;
  }
  static bool is_compressed(std::string_view frames) { return (frames[0] & kRsv1) != 0; }

  metrics::CoreMetrics metrics;
  CoreCompression core{{}, metrics};
  std::optional<MessageInflater> client;
};

TEST_F(CompressionTest, CompressesFromTheSmallestSizeOn) {
  WebSocketCompression compression(core, kDefault);
  for (const std::size_t size : {1, 511, 512, 5000, 100'000}) {
    std::string out;
    compression.append(out, Opcode::kText, json(size));
    EXPECT_EQ(is_compressed(out), size >= 512) << size;
    EXPECT_EQ(read(out), Calls{json(size)});
  }
  EXPECT_EQ(metrics.deflate_messages.value(), 3u);
  EXPECT_EQ(metrics.deflate_plain_bytes.value(), 105'512u);
  EXPECT_LT(metrics.deflate_sent_bytes.value(), 50'000u);
}

TEST_F(CompressionTest, WithoutAgreementNothingIsCompressed) {
  WebSocketCompression none;
  std::string out;
  none.append(out, Opcode::kText, json(5000));
  none.append_shared(out, SharedBytes(json(5000)));
  std::string plain;
  append_frame(plain, Opcode::kText, json(5000));
  EXPECT_EQ(out, plain + plain);
}

TEST_F(CompressionTest, WhatDoesNotShrinkGoesOutAsItIs) {
  WebSocketCompression compression(core, kDefault);
  std::string noise(1000, '\0');
  std::uint32_t state = 1;
  for (char& byte : noise) byte = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  std::string out;
  compression.append(out, Opcode::kBinary, noise);
  EXPECT_FALSE(is_compressed(out));
  EXPECT_EQ(read(out), Calls{noise});
  const SharedBytes shared(noise);
  std::string plain;
  append_frame(plain, Opcode::kText, noise);
  for (int i = 0; i < 3; ++i) {
    out.clear();
    compression.append_shared(out, shared);
    EXPECT_EQ(out, plain);
  }
  EXPECT_EQ(metrics.deflate_messages.value(), 2u) << "it is tried once";
  EXPECT_EQ(metrics.deflate_reused.value(), 2u);
}

TEST_F(CompressionTest, ASharedEventIsCompressedOnceForAllConnections) {
  const SharedBytes event(json(2000));
  std::vector<WebSocketCompression> connections;
  for (int i = 0; i < 100; ++i) connections.emplace_back(core, kDefault);
  // Windows that both hold the message need no frame of their own.
  connections.emplace_back(core, DeflateParameters{.server_window_bits = 11});
  std::string first;
  connections[0].append_shared(first, event);
  for (auto& connection : connections) {
    std::string out;
    connection.append_shared(out, event);
    EXPECT_EQ(out, first);
  }
  EXPECT_EQ(read(first), Calls{json(2000)});
  EXPECT_EQ(metrics.deflate_messages.value(), 1u);
  EXPECT_EQ(metrics.deflate_reused.value(), 101u);
  EXPECT_EQ(metrics.deflate_connections.value(), 101u);
}

TEST_F(CompressionTest, ASmallWindowGetsAFrameOfItsOwn) {
  const SharedBytes event(json(2000));
  WebSocketCompression wide(core, kDefault);
  WebSocketCompression narrow(core, DeflateParameters{.server_window_bits = 8});
  std::string out;
  // In turn: the two frames once had the same place in the cache, and drove each other out.
  for (int i = 0; i < 3; ++i) {
    wide.append_shared(out, event);
    narrow.append_shared(out, event);
  }
  EXPECT_EQ(metrics.deflate_messages.value(), 2u);
  EXPECT_EQ(metrics.deflate_reused.value(), 4u);
  EXPECT_EQ(read(out), Calls(6, json(2000)));
}

TEST_F(CompressionTest, AnAddressThatIsUsedAgainIsNotMistaken) {
  WebSocketCompression compression(core, kDefault);
  for (int i = 0; i < 2000; ++i) {
    // Freed at once; only the cache may keep it, and then its address is not given out again.
    const std::string text = std::to_string(i) + json(600);
    std::string out;
    compression.append_shared(out, SharedBytes(text));
    ASSERT_EQ(read(out), Calls{text});
  }
}

TEST_F(CompressionTest, TheCacheIsBounded) {
  WebSocketCompression compression(core, kDefault);
  std::vector<SharedBytes> events;
  for (int i = 0; i < 100; ++i) events.emplace_back(json(100'000 + static_cast<std::size_t>(i)));
  for (const SharedBytes& event : events) {
    std::string out;
    compression.append_shared(out, event);
    EXPECT_LE(core.cached_bytes(), CoreCompression::kCacheBytesMax);
  }
  // The newest stays, however large, because many connections want it now.
  const SharedBytes huge(json(3 << 20));
  std::string out;
  for (int i = 0; i < 2; ++i) {
    out.clear();
    compression.append_shared(out, huge);
    EXPECT_EQ(read(out), Calls{json(3 << 20)});
  }
  EXPECT_EQ(metrics.deflate_reused.value(), 1u);
  compression.append_shared(out, events[0]);
  EXPECT_LE(core.cached_bytes(), CoreCompression::kCacheBytesMax);
}

TEST_F(CompressionTest, TakeoverShrinksSmallMessagesOfAConnection) {
  WebSocketCompression compression(core, kTakeover);
  std::string out;
  for (int i = 0; i < 100; ++i)
    compression.append_shared(out, SharedBytes(std::to_string(i) + json(190)));
  const Calls calls = read(out, kTakeover);
  ASSERT_EQ(calls.size(), 100u);
  EXPECT_EQ(calls[57], "57" + json(190));
  EXPECT_LT(out.size(), 100 * 190 / 5u);
  EXPECT_EQ(metrics.deflate_reused.value(), 0u);
}

/// Echoes messages.
class Echo final : public WebSocketEndpoint {
 public:
  void on_opened(WebSocketSession& session) override { session_ = &session; }
  void on_message(MessageKind, std::string_view payload) override {
    if (payload == "move") return move_(*session_);
    waiting_.emplace_back(payload);
    session_->want_flush();
  }
  SocketHandler::Fill fill(WebSocketWriter& writer) override {
    for (const std::string& text : std::exchange(waiting_, {})) writer.text(text);
    return SocketHandler::Fill::kDone;
  }
  void on_closed(Code) override {}
  explicit Echo(UniqueFunction<void(WebSocketSession&)> move) : move_(std::move(move)) {}

 private:
  WebSocketSession* session_ = nullptr;
  UniqueFunction<void(WebSocketSession&)> move_;
  std::vector<std::string> waiting_;
};

TEST_F(CompressionTest, AConnectionThatMovesKeepsWhatItAgreedOnAndRemembers) {
  const WebSocketLimits limits;
  TestRig rig;
  TestRig other;
  CoreCompression other_core{{}, other.hub.metrics()};
  std::optional<WebSocketSession::Detached> moved;
  const auto echo = [&] {
    return std::make_unique<Echo>([&](WebSocketSession& session) {
      session.detach_then(
          [&](WebSocketSession::Detached detached) { moved = std::move(detached); });
    });
  };
  TestClient& peer = rig.connect_to(
      std::make_unique<WebSocketSession>(limits, echo(), WebSocketCompression(core, kTakeover)));
  MessageDeflater deflater(12);
  const auto send = [&](const std::string& text) {
    std::string payload;
    deflater.deflate(text, ContextTakeover::kYes, payload);
    peer.send(frame(kText | kRsv1, payload));
    return payload.size();
  };
  const auto echoed = [&](TestRig& where) {
    std::string got;
    EXPECT_TRUE(where.run_until([&] {
      peer.pump();
      got = peer.received();
      return got.size() > 2 && got.size() == 2u + (static_cast<unsigned char>(got[1]) & 0x7f);
    }));
    peer.forget_received();
    EXPECT_TRUE(is_compressed(got));
    return read(got, kTakeover);
  };
  const std::string text = json(180);
  const std::size_t first = send(text);
  EXPECT_EQ(echoed(rig), Calls{text});
  send("move");
  ASSERT_TRUE(rig.run_until([&] { return moved.has_value(); }));
  other.in_turn([&] {
    moved->compression.move_to(other_core);
    other.hub.adopt(std::move(moved->socket),
                    std::make_unique<WebSocketSession>(limits, echo(), std::move(moved->parser),
                                                       std::move(moved->compression)));
  });
  EXPECT_LT(send(text), first) << "it refers to what the old core was sent";
  EXPECT_EQ(echoed(other), Calls{text});
  EXPECT_EQ(other.hub.metrics().inflate_messages.value(), 1u);
}

TEST_F(CompressionTest, ABombClosesWith1009AndIsNotInflatedToItsEnd) {
  WebSocketLimits limits;
  limits.message_bytes = 100'000;
  TestRig rig;
  TestClient& peer = rig.connect_to(
      std::make_unique<WebSocketSession>(limits, std::make_unique<Echo>([](WebSocketSession&) {}),
                                         WebSocketCompression(core, kDefault)));
  std::string bomb;
  MessageDeflater(15).deflate(std::string(4 << 20, 'x'), ContextTakeover::kNo, bomb);
  peer.send(frame(kText | kRsv1, bomb));
  ASSERT_TRUE(rig.run_until([&] { return peer.received().size() >= 4; }));
  EXPECT_EQ(peer.received().substr(0, 1), "\x88");
  EXPECT_EQ(peer.received().substr(2, 2), "\x03\xf1");
}

}  // namespace
}  // namespace gp::net
