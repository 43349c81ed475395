#include "net/websocket_codec.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "protocol/codes.h"

namespace gp::net {
namespace {

using std::string_view_literals::operator""sv;
using Calls = std::vector<std::string>;

constexpr std::uint32_t kMask = 0x37fa213d;
constexpr std::size_t kLimit = 1000;

/// Writes down every call; the outcome of the stream becomes the last entry.
class Recorder final : public WebSocketSink {
 public:
  Next on_message(MessageKind kind, std::string_view payload) override {
    return note((kind == MessageKind::kText ? "text:" : "binary:") + std::string(payload));
  }
  Next on_ping(std::string_view payload) override { return note("ping:" + std::string(payload)); }
  Next on_pong(std::string_view payload) override { return note("pong:" + std::string(payload)); }
  void on_close(CloseStatus status, std::string_view reason) override {
    note("close:" + std::to_string(static_cast<int>(status)) + ":" + std::string(reason));
  }

  Calls calls;
  std::string stop_at;           ///< the call that is answered by Next::kStop
  Next otherwise = Next::kGoOn;  ///< the answer to every other call

 private:
  Next note(std::string call) {
    calls.push_back(std::move(call));
    return calls.back() == stop_at ? Next::kStop : otherwise;
  }
};

/// A frame with any first byte, as a client sends it.
std::string frame(int first_byte, std::string_view payload, std::uint32_t mask = kMask) {
  std::string out;
  append_masked_frame(out, Opcode::kText, payload, mask);
  out[0] = static_cast<char>(first_byte);
  return out;
}

/// As frame(), unmasked: what a server sends.
std::string server_frame(int first_byte, std::string_view payload) {
  std::string out;
  append_frame(out, Opcode::kText, payload);
  out[0] = static_cast<char>(first_byte);
  return out;
}

constexpr int kText = 0x81, kBinary = 0x82, kClose = 0x88, kPing = 0x89, kPong = 0x8a;
constexpr int kTextPart = 0x01, kBinaryPart = 0x02, kNextPart = 0x00, kLastPart = 0x80;

struct Feeder {
  explicit Feeder(WebSocketRole role) : parser({role, kLimit}) {}

  /// As often as the sink pauses.
  void feed(std::string bytes) {
    std::span<char> rest(bytes);
    do {
      const auto outcome = parser.consume(rest, sink);
      if (!outcome) continue;
      EXPECT_LE(outcome->reason.size(), 123u);
      EXPECT_TRUE(rest.empty());
      sink.calls.push_back("failure:" + std::string(protocol::info(outcome->code).name));
    } while (!rest.empty());
  }

  WebSocketParser parser;
  Recorder sink;
};

/// The calls for a stream; checks that every cut in two, byte by byte, and a pause after every call
/// give the same ones.
Calls calls_of(const std::string& stream, WebSocketRole role = WebSocketRole::kServer) {
  Feeder whole(role);
  whole.feed(stream);
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    Feeder in_two(role);
    in_two.feed(stream.substr(0, cut));
    in_two.feed(stream.substr(cut));
    EXPECT_EQ(in_two.sink.calls, whole.sink.calls) << "cut at " << cut;
  }
  Feeder single(role);
  for (const char byte : stream) single.feed(std::string(1, byte));
  EXPECT_EQ(single.sink.calls, whole.sink.calls) << "byte by byte";
  Feeder pausing(role);
  pausing.sink.otherwise = Next::kPause;
  pausing.feed(stream);
  EXPECT_EQ(pausing.sink.calls, whole.sink.calls) << "with pauses";
  return whole.sink.calls;
}

Calls client_calls_of(const std::string& stream) {
  return calls_of(stream, WebSocketRole::kClient);
}

// The six examples of RFC 6455 section 5.7.

TEST(WebSocketRfc57, SingleFrameUnmaskedText) {
  EXPECT_EQ(client_calls_of("\x81\x05\x48\x65\x6c\x6c\x6f"), Calls{"text:Hello"});
}

TEST(WebSocketRfc57, SingleFrameMaskedText) {
  EXPECT_EQ(calls_of("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), Calls{"text:Hello"});
}

TEST(WebSocketRfc57, FragmentedUnmaskedText) {
  EXPECT_EQ(client_calls_of(std::string("\x01\x03\x48\x65\x6c\x80\x02\x6c\x6f"sv)),
            Calls{"text:Hello"});
}

TEST(WebSocketRfc57, UnmaskedPingAndMaskedPong) {
  EXPECT_EQ(client_calls_of("\x89\x05\x48\x65\x6c\x6c\x6f"), Calls{"ping:Hello"});
  EXPECT_EQ(calls_of("\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), Calls{"pong:Hello"});
}

TEST(WebSocketRfc57, Binary256Unmasked) {
  const std::string payload(256, 'b');
  EXPECT_EQ(client_calls_of(std::string("\x82\x7e\x01\x00"sv) + payload),
            Calls{"binary:" + payload});
}

TEST(WebSocketRfc57, Binary64KiBUnmasked) {
  const std::string payload(65536, 'b');
  std::string stream("\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"sv);
  stream += payload;
  WebSocketParser parser({WebSocketRole::kClient, 65536});
  Recorder sink;
  EXPECT_FALSE(parser.consume(stream.data(), stream.size(), sink));
  EXPECT_EQ(sink.calls, Calls{"binary:" + payload});
}

TEST(WebSocketParser, TakesEveryLengthAroundTheEncodingsEdges) {
  for (const std::size_t size : {0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 125, 126, 127, 999, 1000}) {
    const std::string payload(size, 'x');
    EXPECT_EQ(calls_of(frame(kText, payload)), Calls{"text:" + payload});
  }
}

TEST(WebSocketParser, TakesManyFramesOfOneInput) {
  EXPECT_EQ(
      calls_of(frame(kText, "a") + frame(kBinary, "\xff") + frame(kPing, "") + frame(kPong, "p")),
      (Calls{"text:a", "binary:\xff", "ping:", "pong:p"}));
}

TEST(WebSocketParser, TakesControlFramesBetweenFragments) {
  EXPECT_EQ(calls_of(frame(kTextPart, "one ") + frame(kPing, "1") + frame(kNextPart, "two ") +
                     frame(kPong, "") + frame(kNextPart, "") + frame(kPing, "22") +
                     frame(kLastPart, "three") + frame(kText, "next")),
            (Calls{"ping:1", "pong:", "ping:22", "text:one two three", "text:next"}));
}

TEST(WebSocketParser, TakesCutControlFramesOneAfterTheOther) {
  EXPECT_EQ(calls_of(frame(kBinaryPart, "abc") + frame(kPing, "123") + frame(kPong, "4567") +
                     frame(kLastPart, "def") + frame(kPing, "89")),
            (Calls{"ping:123", "pong:4567", "binary:abcdef", "ping:89"}));
}

TEST(WebSocketParser, TakesAnyBytesAsBinary) {
  EXPECT_EQ(calls_of(frame(kBinaryPart, "\xff\xfe\xc0") + frame(kLastPart, "\x80\xff")),
            Calls{"binary:\xff\xfe\xc0\x80\xff"});
}

TEST(WebSocketParser, TakesEmptyFragments) {
  EXPECT_EQ(calls_of(frame(kTextPart, "") + frame(kNextPart, "") + frame(kLastPart, "") +
                     frame(kText, "")),
            (Calls{"text:", "text:"}));
}

TEST(WebSocketParser, ClosesBetweenFragments) {
  EXPECT_EQ(calls_of(frame(kBinaryPart, "part") + frame(kClose, "\x03\xe8")), Calls{"close:1000:"});
}

TEST(WebSocketParser, TakesACharacterCutByFragments) {
  EXPECT_EQ(
      calls_of(frame(kTextPart, "\xf0\x9f") + frame(kPing, "\xff") + frame(kLastPart, "\x98\x80")),
      (Calls{"ping:\xff", "text:\xf0\x9f\x98\x80"}));
}

TEST(WebSocketParser, HandsOutTheCallersBytesWhenAFrameIsWhole) {
  class InPlace final : public WebSocketSink {
   public:
    explicit InPlace(const std::string& buffer) : buffer_(buffer) {}
    Next on_message(MessageKind, std::string_view payload) override { return check(payload); }
    Next on_ping(std::string_view payload) override { return check(payload); }
    Next on_pong(std::string_view payload) override { return check(payload); }
    void on_close(CloseStatus, std::string_view reason) override { check(reason); }
    int checked = 0;

   private:
    Next check(std::string_view view) {
      EXPECT_TRUE(view.data() >= buffer_.data() &&
                  view.data() + view.size() <= buffer_.data() + buffer_.size());
      ++checked;
      return Next::kGoOn;
    }
    const std::string& buffer_;
  };
  std::string stream = frame(kText, "Hello") + frame(kPing, "12") + frame(kClose, "\x03\xe8 bye");
  WebSocketParser parser({WebSocketRole::kServer, kLimit});
  InPlace sink(stream);
  EXPECT_FALSE(parser.consume(stream.data(), stream.size(), sink));
  EXPECT_EQ(sink.checked, 3);
}

TEST(WebSocketParser, GivesBackTheBytesBehindAPauseAsTheyCame) {
  const std::string behind = frame(kPing, "12") + frame(kClose, "\x03\xe8 bye").substr(0, 5);
  std::string stream = frame(kText, "Hello") + behind;
  WebSocketParser parser({WebSocketRole::kServer, kLimit});
  Recorder sink;
  sink.otherwise = Next::kPause;
  std::span<char> rest(stream);
  EXPECT_FALSE(parser.consume(rest, sink));
  EXPECT_EQ(sink.calls, Calls{"text:Hello"});
  EXPECT_EQ(std::string_view(rest.data(), rest.size()), behind);
}

TEST(WebSocketParser, HoldsNothingBetweenMessages) {
  const std::string long_enough_for_the_heap(100, 'x');
  for (const int kind : {kText, kBinary, kPing, kPong}) {
    Feeder feeder(WebSocketRole::kServer);
    const std::string stream = frame(kind, long_enough_for_the_heap);
    feeder.feed(stream.substr(0, 80));
    EXPECT_GT(feeder.parser.held_bytes(), 0u);
    feeder.feed(stream.substr(80));
    EXPECT_EQ(feeder.sink.calls.size(), 1u);
    EXPECT_EQ(feeder.parser.held_bytes(), 0u);
  }
}

TEST(WebSocketParser, HoldsNothingAfterTheEnd) {
  for (const std::string& end : {frame(kClose, ""), frame(kText, ""), frame(kPing, "stop")}) {
    Feeder feeder(WebSocketRole::kServer);
    feeder.sink.stop_at = "ping:stop";
    feeder.feed(frame(kBinaryPart, std::string(100, 'x')));
    EXPECT_GT(feeder.parser.held_bytes(), 0u);
    feeder.feed(end);
    EXPECT_EQ(feeder.sink.calls.size(), 1u);
    EXPECT_EQ(feeder.parser.held_bytes(), 0u);
  }
}

TEST(WebSocketParser, DoesNotTrustTheLengthThatAHeaderPromises) {
  Feeder feeder(WebSocketRole::kServer);
  feeder.feed(frame(kText, std::string(kLimit, 'x')).substr(0, 10));
  EXPECT_EQ(feeder.parser.held_bytes(), 0u);
}

struct BadStream {
  const char* what;
  std::string stream;
  const char* code;
};

const std::vector<BadStream>& bad_streams() {
  static const std::vector<BadStream> streams = {
      {"RSV1", frame(kText | 0x40, ""), "protocol_error"},
      {"RSV2", frame(kText | 0x20, ""), "protocol_error"},
      {"RSV3", frame(kText | 0x10, ""), "protocol_error"},
      {"RSV1 on ping", frame(kPing | 0x40, ""), "protocol_error"},
      {"opcode 3", frame(0x83, ""), "protocol_error"},
      {"opcode 7", frame(0x87, ""), "protocol_error"},
      {"opcode 11", frame(0x8b, ""), "protocol_error"},
      {"opcode 15", frame(0x8f, ""), "protocol_error"},
      {"not masked", server_frame(kText, "x"), "protocol_error"},
      {"ping fragmented", frame(0x09, ""), "protocol_error"},
      {"pong fragmented", frame(0x0a, ""), "protocol_error"},
      {"close fragmented", frame(0x08, ""), "protocol_error"},
      {"ping of 126 bytes", frame(kPing, std::string(126, 'x')), "protocol_error"},
      {"close of 126 bytes", frame(kClose, "\x03\xe8" + std::string(124, 'x')), "protocol_error"},
      {"continuation first", frame(kLastPart, "x"), "protocol_error"},
      {"open continuation first", frame(kNextPart, "x"), "protocol_error"},
      {"text inside text", frame(kTextPart, "a") + frame(kText, "b"), "protocol_error"},
      {"binary inside empty text", frame(kTextPart, "") + frame(kBinaryPart, "b"),
       "protocol_error"},
      {"0 in 16 bits", std::string("\x82\xfe\x00\x00", 4) + "\1\2\3\4", "protocol_error"},
      {"125 in 16 bits", std::string("\x82\xfe\x00\x7d", 4), "protocol_error"},
      {"0 in 64 bits", std::string("\x82\xff\0\0\0\0\0\0\0\0", 10), "protocol_error"},
      {"65535 in 64 bits", std::string("\x82\xff\0\0\0\0\0\0\xff\xff", 10), "protocol_error"},
      {"high bit of 64", std::string("\x82\xff\x80\0\0\0\0\0\0\0", 10), "protocol_error"},
      {"all bits of 64", "\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff", "protocol_error"},
      {"one above the limit", frame(kBinary, std::string(kLimit + 1, 'x')).substr(0, 4),
       "message_too_big"},
      {"64-bit length above the limit", std::string("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff"),
       "message_too_big"},
      {"limit counts all fragments",
       frame(kBinaryPart, std::string(600, 'x')) +
           frame(kLastPart, std::string(401, 'x')).substr(0, 4),
       "message_too_big"},
      {"text not UTF-8", frame(kText, "a\xff"), "invalid_utf8"},
      {"text cut in a character", frame(kText, "a\xc3"), "invalid_utf8"},
      {"surrogate", frame(kText, "\xed\xa0\x80"), "invalid_utf8"},
      {"overlong", frame(kText, "\xc0\xaf"), "invalid_utf8"},
      {"second fragment not UTF-8", frame(kTextPart, "\xce\xba") + frame(kLastPart, "\xff"),
       "invalid_utf8"},
      {"character not ended", frame(kTextPart, "\xe1\xbd") + frame(kLastPart, ""), "invalid_utf8"},
      {"character not continued", frame(kTextPart, "\xe1") + frame(kLastPart, "a"), "invalid_utf8"},
      {"close with one byte", frame(kClose, "\x03"), "protocol_error"},
      {"close reason not UTF-8", frame(kClose, "\x03\xe8\xff"), "invalid_utf8"},
      {"close reason cut", frame(kClose, "\x03\xe8\xf0\x9f"), "invalid_utf8"},
  };
  return streams;
}

TEST(WebSocketParser, AnswersEveryViolationWithItsCode) {
  for (const BadStream& bad : bad_streams()) {
    SCOPED_TRACE(bad.what);
    const Calls failure{"failure:" + std::string(bad.code)};
    EXPECT_EQ(calls_of(bad.stream), failure);
    EXPECT_EQ(calls_of(bad.stream + frame(kText, "ignored")), failure);
    EXPECT_EQ(calls_of(frame(kText, "good") + bad.stream), (Calls{"text:good", failure[0]}));
  }
}

TEST(WebSocketParser, RefusesAContinuationAfterTheLastFragment) {
  EXPECT_EQ(calls_of(frame(kTextPart, "a") + frame(kLastPart, "b") + frame(kLastPart, "c")),
            (Calls{"text:ab", "failure:protocol_error"}));
}

TEST(WebSocketParser, RefusesAMaskedFrameFromAServer) {
  EXPECT_EQ(client_calls_of(frame(kText, "x")), Calls{"failure:protocol_error"});
  EXPECT_EQ(client_calls_of(server_frame(kText, "x")), Calls{"text:x"});
}

TEST(WebSocketParser, FailsAtTheFirstWrongByteOfAnUnfinishedFrame) {
  // Autobahn 6.4: the verdict must not wait for the rest of the frame or message.
  for (const int first : {kText, kTextPart}) {
    const std::string stream = frame(first, "\xce\xba\xe1\xbd\xb9\xf4\x90\x80\x80 and much more");
    const std::size_t up_to_wrong_byte = 2 + 4 + 7;
    Feeder feeder(WebSocketRole::kServer);
    feeder.feed(stream.substr(0, up_to_wrong_byte - 1));
    EXPECT_EQ(feeder.sink.calls, Calls{});
    feeder.feed(stream.substr(up_to_wrong_byte - 1, 1));
    EXPECT_EQ(feeder.sink.calls, Calls{"failure:invalid_utf8"});
    EXPECT_EQ(feeder.parser.held_bytes(), 0u);
  }
}

TEST(WebSocketParser, RefusesATooLongMessageFromItsHeader) {
  const std::string header = frame(kBinary, std::string(kLimit + 1, 'x')).substr(0, 4);
  Feeder feeder(WebSocketRole::kServer);
  feeder.feed(header.substr(0, 3));
  EXPECT_EQ(feeder.sink.calls, Calls{});
  feeder.feed(header.substr(3));
  EXPECT_EQ(feeder.sink.calls, Calls{"failure:message_too_big"});
}

TEST(WebSocketParser, LetsControlFramesPassWhenTheMessageIsAtItsLimit) {
  const std::string payload(kLimit, 'x');
  EXPECT_EQ(
      calls_of(frame(kBinaryPart, payload) + frame(kPing, "still here") + frame(kLastPart, "")),
      (Calls{"ping:still here", "binary:" + payload}));
}

TEST(WebSocketClose, AllowsExactlyTheCodesThatMayBeSent) {
  for (int code = 0; code <= 65535; code += code < 5100 ? 1 : 499) {
    const bool allowed = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
                         (code >= 3000 && code <= 4999);
    const std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
    Feeder feeder(WebSocketRole::kServer);
    feeder.feed(frame(kClose, payload));
    EXPECT_EQ(feeder.sink.calls, allowed ? Calls{"close:" + std::to_string(code) + ":"}
                                         : Calls{"failure:protocol_error"});
  }
}

TEST(WebSocketClose, CarriesCodeAndReason) {
  EXPECT_EQ(calls_of(frame(kClose, "")), Calls{"close:1005:"});
  EXPECT_EQ(calls_of(frame(kClose, "\x0f\xa0" + std::string(123, 'r'))),
            Calls{"close:4000:" + std::string(123, 'r')});
}

TEST(WebSocketClose, IsTheLastThingHeard) {
  EXPECT_EQ(calls_of(frame(kClose, "\x03\xe8") + frame(kText, "late") + "\xff\xff\xff"),
            Calls{"close:1000:"});
}

TEST(WebSocketClose, IsReportedToTheOwner) {
  Feeder feeder(WebSocketRole::kServer);
  EXPECT_FALSE(feeder.parser.close_received());
  feeder.feed(frame(kClose, ""));
  EXPECT_TRUE(feeder.parser.close_received());
}

TEST(WebSocketParser, StopsWhenTheSinkSaysSo) {
  const std::string stream =
      frame(kText, "1") + frame(kPing, "2") + frame(kPong, "3") + frame(kClose, "\x03\xe8");
  const Calls all{"text:1", "ping:2", "pong:3"};
  for (std::size_t stop = 0; stop < all.size(); ++stop) {
    const Calls expected(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(stop) + 1);
    Feeder whole(WebSocketRole::kServer);
    whole.sink.stop_at = all[stop];
    whole.feed(stream);
    whole.feed(frame(kText, "later"));
    EXPECT_EQ(whole.sink.calls, expected);
    Feeder single(WebSocketRole::kServer);
    single.sink.stop_at = all[stop];
    for (const char byte : stream) single.feed(std::string(1, byte));
    EXPECT_EQ(single.sink.calls, expected);
    EXPECT_FALSE(single.parser.close_received());
  }
}

TEST(WebSocketParser, UnmasksAtEveryPhaseOfTheKey) {
  std::string payload;
  for (int i = 0; i < 70; ++i) payload.push_back(static_cast<char>('0' + i % 70));
  const std::string stream = frame(kText, payload, 0x01020480);
  for (std::size_t first = 0; first < stream.size(); ++first) {
    for (std::size_t second = first; second < stream.size(); second += 3) {
      Feeder feeder(WebSocketRole::kServer);
      feeder.feed(stream.substr(0, first));
      feeder.feed(stream.substr(first, second - first));
      feeder.feed(stream.substr(second));
      ASSERT_EQ(feeder.sink.calls, Calls{"text:" + payload});
    }
  }
}

TEST(WebSocketEncode, WritesTheShortestHeader) {
  const auto header = [](std::size_t size) {
    char out[kHeaderBytesMax];
    return std::string(out, encode_header(out, Opcode::kBinary, size));
  };
  EXPECT_EQ(header(0), "\x82\x00"sv);
  EXPECT_EQ(header(125), "\x82\x7d"sv);
  EXPECT_EQ(header(126), "\x82\x7e\x00\x7e"sv);
  EXPECT_EQ(header(65535), "\x82\x7e\xff\xff"sv);
  EXPECT_EQ(header(65536), "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"sv);
}

TEST(WebSocketEncode, MasksAsTheRfcExampleDoes) {
  std::string out = "before";
  append_masked_frame(out, Opcode::kText, "Hello", kMask);
  EXPECT_EQ(out, "before\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
}

TEST(WebSocketEncode, CutsACloseReasonAtACharactersEnd) {
  EXPECT_EQ(close_payload(CloseStatus::kNormal, "bye"),
            "\x03\xe8"
            "bye");
  EXPECT_EQ(close_payload(CloseStatus::kNoStatus, "bye"), "");
  EXPECT_EQ(close_payload(CloseStatus::kNormal, "\xff bad"), "\x03\xe8");
  EXPECT_EQ(close_payload(CloseStatus::kNormal, std::string(200, 'x')).size(), 125u);
  const std::string cut_inside = std::string(122, 'x') + "\xc3\xa9";
  EXPECT_EQ(close_payload(CloseStatus::kNormal, cut_inside), "\x03\xe8" + std::string(122, 'x'));
}

TEST(WebSocketEncode, EveryCloseCodeOfTheTableIsAcceptedByAPeer) {
  for (const protocol::CodeInfo& info : protocol::all_codes()) {
    if (info.close_code == 0) continue;
    EXPECT_TRUE(may_be_received(static_cast<CloseStatus>(info.close_code))) << info.name;
  }
}

}  // namespace
}  // namespace gp::net
