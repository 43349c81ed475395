// What WebSocketParser does when permessage-deflate was agreed on.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/websocket_codec.h"

namespace gp::net {
namespace {

std::string json(std::size_t size) {
  std::string text;
  for (int i = 0; text.size() < size; ++i)
    text += "{\"type\":\"token\",\"seq\":" + std::to_string(i * 37 % 1000) + "}\n";
  text.resize(size);
  return text;
}

std::string deflated(std::string_view plain) {
  std::string out;
  MessageDeflater(kWindowBitsMax).deflate(plain, ContextTakeover::kNo, out);
  return out;
}

/// A frame of a client with any first byte.
std::string frame(int first_byte, std::string_view payload) {
  std::string out;
  append_masked_frame(out, Opcode::kText, payload, 0x37fa213d);
  out[0] = static_cast<char>(first_byte);
  return out;
}

constexpr int kRsv1 = 0x40;
constexpr int kText = 0x81, kBinary = 0x82, kClose = 0x88, kPing = 0x89, kPong = 0x8a;
constexpr int kTextPart = 0x01, kNextPart = 0x00, kLastPart = 0x80;

class Recorder final : public WebSocketSink {
 public:
  Next on_message(MessageKind kind, std::string_view payload) override {
    return note((kind == MessageKind::kText ? "text:" : "binary:") + std::string(payload));
  }
  Next on_ping(std::string_view payload) override { return note("ping:" + std::string(payload)); }
  Next on_pong(std::string_view payload) override { return note("pong:" + std::string(payload)); }
  void on_close(CloseStatus, std::string_view) override { note("close"); }
  std::optional<InflateFault> inflate(MessageKind kind, std::string_view compressed,
                                      std::size_t bytes_max, std::string& out) override {
    return inflater.inflate(compressed, ContextTakeover::kNo,
                            kind == MessageKind::kText ? TextCheck::kUtf8 : TextCheck::kNone,
                            {.bytes_max = bytes_max, .ratio_max = 100}, out);
  }
  std::vector<std::string> calls;
  MessageInflater inflater;

 private:
  Next note(std::string call) {
    calls.push_back(std::move(call));
    return Next::kGoOn;
  }
};

using Calls = std::vector<std::string>;

/// What the parser says of the stream, cut into pieces of `cut` bytes.
Calls parsed(std::string_view stream, std::size_t cut, FrameExtension extension,
             std::uint32_t limit) {
  WebSocketParser parser({WebSocketRole::kServer, limit, extension});
  Recorder recorder;
  for (std::size_t at = 0; at < stream.size(); at += cut) {
    std::string piece(stream.substr(at, cut));
    if (const auto failure = parser.consume(piece.data(), piece.size(), recorder))
      recorder.calls.push_back("failed:" + std::string(protocol::info(failure->code).name));
  }
  return recorder.calls;
}

Calls parsed_anyhow(std::string_view stream, FrameExtension extension = FrameExtension::kDeflate,
                    std::uint32_t limit = 200'000) {
  const Calls whole = parsed(stream, stream.size(), extension, limit);
  for (const std::size_t cut : {1, 2, 3, 7, 64})
    EXPECT_EQ(parsed(stream, cut, extension, limit), whole) << cut;
  return whole;
}

TEST(WebSocketDeflateParser, TakesCompressedMessages) {
  const std::string text = json(3000);
  EXPECT_EQ(parsed_anyhow(frame(kText | kRsv1, deflated(text)) + frame(kText, "plain") +
                          frame(kBinary | kRsv1, deflated("\xff\x01"))),
            (Calls{"text:" + text, "text:plain", "binary:\xff\x01"}));
}

TEST(WebSocketDeflateParser, TakesFragmentsWithControlFramesBetween) {
  const std::string text = json(500);
  const std::string bytes = deflated(text);
  EXPECT_EQ(parsed_anyhow(frame(kTextPart | kRsv1, bytes.substr(0, 10)) + frame(kPing, "1") +
                          frame(kNextPart, bytes.substr(10, 1)) + frame(kNextPart, "") +
                          frame(kPong, "2") + frame(kLastPart, bytes.substr(11)) +
                          frame(kText, "next is plain")),
            (Calls{"ping:1", "pong:2", "text:" + text, "text:next is plain"}));
  EXPECT_EQ(
      parsed_anyhow(frame(kTextPart | kRsv1, "") + frame(kNextPart, bytes) + frame(kLastPart, "")),
      Calls{"text:" + text});
}

TEST(WebSocketDeflateParser, TakesEmptyMessages) {
  EXPECT_EQ(parsed_anyhow(frame(kText | kRsv1, std::string(1, '\0')) + frame(kText | kRsv1, "") +
                          frame(kTextPart | kRsv1, "") + frame(kLastPart, std::string(1, '\0'))),
            (Calls{"text:", "text:", "text:"}));
}

TEST(WebSocketDeflateParser, Rsv1IsForTheFirstFrameOfADataMessage) {
  const std::string bytes = deflated("x");
  for (const std::string& stream :
       {frame(kPing | kRsv1, ""), frame(kPong | kRsv1, ""), frame(kClose | kRsv1, ""),
        frame(kText | 0x20, bytes), frame(kText | 0x10, bytes), frame(kText | 0x60, bytes),
        frame(kText | 0x50, bytes), frame(kText | 0x70, bytes), frame(0x83 | kRsv1, bytes)})
    EXPECT_EQ(parsed_anyhow(stream), Calls{"failed:protocol_error"});
  EXPECT_EQ(parsed_anyhow(frame(kTextPart | kRsv1, bytes) + frame(kLastPart | kRsv1, "")),
            Calls{"failed:protocol_error"});
  EXPECT_EQ(parsed_anyhow(frame(kText | kRsv1, bytes), FrameExtension::kNone),
            Calls{"failed:protocol_error"});
}

TEST(WebSocketDeflateParser, JudgesTheInflatedText) {
  EXPECT_EQ(parsed_anyhow(frame(kText | kRsv1, deflated("a\xff"))), Calls{"failed:invalid_utf8"});
  EXPECT_EQ(parsed_anyhow(frame(kText | kRsv1, deflated("a\xc3"))), Calls{"failed:invalid_utf8"});
  EXPECT_EQ(parsed_anyhow(frame(kBinary | kRsv1, deflated("a\xff"))), Calls{"binary:a\xff"});
  EXPECT_EQ(parsed_anyhow(frame(kText | kRsv1, "\xff\xff")), Calls{"failed:protocol_error"});
}

TEST(WebSocketDeflateParser, TheLimitIsForTheInflatedMessage) {
  constexpr auto kOn = FrameExtension::kDeflate;
  const std::string text = json(1000);
  EXPECT_EQ(parsed_anyhow(frame(kText | kRsv1, deflated(text)), kOn, 1000), Calls{"text:" + text});
  EXPECT_EQ(parsed_anyhow(frame(kText | kRsv1, deflated(text)), kOn, 999),
            Calls{"failed:message_too_big"});
  EXPECT_EQ(
      parsed_anyhow(frame(kText | kRsv1, deflated(std::string(1'500'000, ' '))), kOn, 1 << 22),
      Calls{"failed:message_too_big"})
      << "the ratio";
  // What does not shrink may be a little larger on the wire than the limit, but not much.
  std::string noise(70'000, '\0');
  std::uint32_t state = 1;
  for (char& byte : noise) byte = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  ASSERT_GT(deflated(noise).size(), noise.size());
  EXPECT_EQ(parsed_anyhow(frame(kBinary | kRsv1, deflated(noise)), kOn, 70'000),
            Calls{"binary:" + noise});
  EXPECT_EQ(parsed_anyhow(frame(kBinary | kRsv1, std::string(1100, '\0')), kOn, 1000),
            Calls{"failed:message_too_big"});
}

TEST(WebSocketDeflateParser, HoldsTheCompressedBytesAndNothingWhenIdle) {
  WebSocketParser parser({WebSocketRole::kServer, 1 << 20, FrameExtension::kDeflate});
  Recorder recorder;
  std::string stream = frame(kTextPart | kRsv1, deflated(std::string(60'000, ' ')));
  ASSERT_FALSE(parser.consume(stream.data(), stream.size(), recorder));
  EXPECT_LT(parser.held_bytes(), 1000u);
  stream = frame(kLastPart, "");
  ASSERT_FALSE(parser.consume(stream.data(), stream.size(), recorder));
  EXPECT_EQ(recorder.calls.size(), 1u);
  EXPECT_EQ(parser.held_bytes(), 0u);
}

}  // namespace
}  // namespace gp::net
