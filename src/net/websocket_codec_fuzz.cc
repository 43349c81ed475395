/// Fuzzes WebSocketParser and the encoders.
///
/// Input: byte 0 bit 0 role, bits 1-3 stop after that many calls (0: never), bit 4
/// permessage-deflate; byte 1 seed of the cuts; the rest is the stream.
///
/// Properties:
/// (1) any cut gives the same calls and the same failure;
/// (2) text and close reasons are valid UTF-8, judged by a decoder of its own;
/// (3) nothing above the limit is handed out or held;
/// (4) nothing is called after a failure, a close or a stop;
/// (5) what is encoded is parsed back.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "base/random.h"
#include "net/websocket_codec.h"

namespace gp::net {
namespace {

constexpr std::uint32_t kLimit = 300;
/// What is held of a message that grew when it was compressed.
constexpr std::uint32_t kWireLimit = kLimit + 64;

/// Decodes code points one by one, as RFC 3629 defines them: slow and independent of net/utf8.h.
bool decodes_as_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto lead = static_cast<unsigned char>(text[at++]);
    const int more = lead < 0x80         ? 0
                     : lead >> 5 == 0x6  ? 1
                     : lead >> 4 == 0xe  ? 2
                     : lead >> 3 == 0x1e ? 3
                                         : -1;
    if (more < 0) return false;
    std::uint32_t point = more == 0 ? lead : lead & (0x3fu >> more);
    for (int i = 0; i < more; ++i) {
      if (at == text.size() || (static_cast<unsigned char>(text[at]) & 0xc0) != 0x80) return false;
      point = point << 6 | (static_cast<unsigned char>(text[at++]) & 0x3f);
    }
    constexpr std::uint32_t kLowest[] = {0, 0x80, 0x800, 0x10000};
    if (point < kLowest[more] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
      return false;
  }
  return true;
}

class Judge final : public WebSocketSink {
 public:
  explicit Judge(std::size_t stop_after) : stop_after_(stop_after) {}

  Next on_message(MessageKind kind, std::string_view payload) override {
    GP_ASSERT(payload.size() <= kLimit, "a message above the limit was handed out");
    GP_ASSERT(kind == MessageKind::kBinary || decodes_as_utf8(payload),
              "invalid text was handed out");
    return note(kind == MessageKind::kText ? 't' : 'b', payload);
  }
  Next on_ping(std::string_view payload) override { return control('i', payload); }
  Next on_pong(std::string_view payload) override { return control('o', payload); }
  void on_close(CloseStatus status, std::string_view reason) override {
    GP_ASSERT(status == CloseStatus::kNoStatus || may_be_received(status),
              "a forbidden close code was handed out");
    GP_ASSERT(decodes_as_utf8(reason), "an invalid close reason was handed out");
    control('c', std::to_string(static_cast<int>(status)).append(reason));
    ended = true;
  }
  std::optional<InflateFault> inflate(MessageKind kind, std::string_view compressed,
                                      std::size_t bytes_max, std::string& out) override {
    GP_ASSERT(compressed.size() <= kWireLimit, "a compressed message above the limit was kept");
    return inflater_.inflate(compressed, ContextTakeover::kNo,
                             kind == MessageKind::kText ? TextCheck::kUtf8 : TextCheck::kNone,
                             {.bytes_max = bytes_max}, out);
  }
  void fail(Code code) {
    GP_ASSERT(!ended, "a failure after the end");
    calls.push_back("f" + std::to_string(static_cast<int>(code)));
    ended = true;
  }

  std::vector<std::string> calls;
  bool ended = false;

 private:
  Next control(char kind, std::string_view payload) {
    GP_ASSERT(payload.size() <= 127, "a control frame above 125 bytes was handed out");
    return note(kind, payload);
  }
  Next note(char kind, std::string_view payload) {
    GP_ASSERT(!ended, "a call after the end");
    calls.push_back(kind + std::string(payload));
    ended = calls.size() == stop_after_;
    return ended ? Next::kStop : Next::kGoOn;
  }

  std::size_t stop_after_;
  MessageInflater inflater_;
};

/// `random` null: in one piece.
std::vector<std::string> run(std::string_view stream, const WebSocketOptions& options,
                             std::size_t stop_after, Random* random) {
  WebSocketParser parser(options);
  Judge judge(stop_after);
  while (!stream.empty()) {
    const std::size_t size =
        random == nullptr
            ? stream.size()
            : std::min<std::size_t>(stream.size(), 1 + random->below(random->below(40) + 1));
    std::string piece(stream.substr(0, size));
    if (const auto failure = parser.consume(piece.data(), piece.size(), judge))
      judge.fail(failure->code);
    GP_ASSERT(parser.held_bytes() <= 2 * (kWireLimit + 125),
              "more is held than one message and one control frame");
    stream.remove_prefix(size);
  }
  return judge.calls;
}

void check_round_trip(std::string_view payload, const WebSocketOptions& options, Random& random) {
  payload = payload.substr(0, kLimit);
  const auto mask = static_cast<std::uint32_t>(random.next());
  const auto append = [&](std::string& out, Opcode opcode, std::string_view bytes) {
    options.role == WebSocketRole::kServer ? append_masked_frame(out, opcode, bytes, mask)
                                           : append_frame(out, opcode, bytes);
  };
  std::string stream;
  std::vector<std::string> expected;
  if (decodes_as_utf8(payload)) {
    append(stream, Opcode::kText, payload);
    expected.push_back("t" + std::string(payload));
  }
  append(stream, Opcode::kBinary, payload);
  append(stream, Opcode::kPing, payload.substr(0, 125));
  append(stream, Opcode::kClose, close_payload(CloseStatus::kGoingAway, payload));
  expected.push_back("b" + std::string(payload));
  expected.push_back("i" + std::string(payload.substr(0, 125)));
  const auto calls = run(stream, options, 0, &random);
  GP_ASSERT(calls.size() == expected.size() + 1, "a frame was lost between encoder and parser");
  GP_ASSERT(std::equal(expected.begin(), expected.end(), calls.begin()),
            "a frame changed between encoder and parser");
  GP_ASSERT(calls.back().starts_with("c1001"), "an encoded close was not parsed back");
}

}  // namespace
}  // namespace gp::net

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gp::net;
  if (size < 2) return 0;
  const WebSocketOptions options{
      (data[0] & 1) != 0 ? WebSocketRole::kServer : WebSocketRole::kClient, kLimit,
      (data[0] & 16) != 0 ? FrameExtension::kDeflate : FrameExtension::kNone};
  const std::size_t stop_after = (data[0] >> 1) & 7;
  gp::SeededRandom random(data[1]);
  const std::string_view stream(reinterpret_cast<const char*>(data) + 2, size - 2);
  const auto whole = run(stream, options, stop_after, nullptr);
  for (int i = 0; i < 3; ++i)
    GP_ASSERT(run(stream, options, stop_after, &random) == whole,
              "a cut of the input changed the calls");
  check_round_trip(stream, options, random);
  return 0;
}
