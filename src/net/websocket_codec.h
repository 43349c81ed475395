/// WebSocketParser and frame encoding: our own RFC 6455 codec. Bytes in, calls out; no sockets.
///
/// Owner:  a WebSocket connection (server or client side).
/// Thread: a part: runs on its owner's Core.
/// Source: RFC 6455 sections 5 to 8. How it works: at the top of websocket_codec.cc.
///
/// Invariants:
/// (1) the calls depend on the bytes, not on how they were cut;
/// (2) text handed out is valid UTF-8;
/// (3) no message above `message_bytes_max` is handed out or held;
/// (4) an idle parser owns no heap memory;
/// (5) after a failure, a close frame or Next::kStop every further byte is ignored;
/// (6) Next::kPause leaves the parser between two frames, so it may move to another sink with the
/// bytes that are left.
///
/// Extensions: permessage-deflate (RFC 7692), if the options say that it was negotiated. Then RSV1
/// is taken on the first frame of a data message; every other RSV bit is refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/byte_size.h"
#include "base/result.h"
#include "net/deflate.h"
#include "net/utf8.h"
#include "protocol/codes.h"

namespace gp::net {

enum class Opcode : std::uint8_t {
  kContinuation = 0,
  kText = 1,
  kBinary = 2,
  kClose = 8,
  kPing = 9,
  kPong = 10
};
enum class MessageKind : std::uint8_t { kText, kBinary };
enum class WebSocketRole : std::uint8_t { kServer, kClient };

/// A close code (section 7.4). Any value a peer may send can be held, not only the named ones;
/// protocol::CodeInfo::close_code converts by static_cast.
enum class CloseStatus : std::uint16_t {
  kNormal = 1000,
  kGoingAway = 1001,
  kProtocolError = 1002,
  kNoStatus = 1005,  ///< the close frame had no code; never on the wire
  kInvalidUtf8 = 1007,
  kMessageTooBig = 1009,
};

/// Whether a parser goes on after a call. kStop ends it for good: the connection was closed inside
/// the call. kPause ends this consume() only: what follows is for somebody else.
enum class Next : std::uint8_t { kGoOn, kStop, kPause };

/// Receives what was parsed. A view is valid during the call only. The parser must outlive the
/// call; the sink may close its connection but not destroy it.
class WebSocketSink {
 public:
  virtual Next on_message(MessageKind kind, std::string_view payload) = 0;
  virtual Next on_ping(std::string_view payload) = 0;
  virtual Next on_pong(std::string_view payload) = 0;
  /// The last call of a parser. `reason` is valid UTF-8.
  virtual void on_close(CloseStatus status, std::string_view reason) = 0;
  /// Appends a compressed message in plain to `out`, at most `bytes_max`, and judges text. Only a
  /// sink whose parser has FrameExtension::kDeflate is asked.
  virtual std::optional<InflateFault> inflate(MessageKind kind, std::string_view compressed,
                                              std::size_t bytes_max, std::string& out);

 protected:
  ~WebSocketSink() = default;
};

/// What the handshake agreed on.
enum class FrameExtension : std::uint8_t { kNone, kDeflate };

struct WebSocketOptions {
  WebSocketRole role = WebSocketRole::kServer;
  /// Payload of a whole message, bytes, over all its fragments. Reaction: Code::message_too_big,
  /// from the frame header, before anything of the frame is held; of a compressed message while it
  /// is inflated.
  std::uint32_t message_bytes_max = 1 * kMiB;
  FrameExtension extension = FrameExtension::kNone;
};

class WebSocketParser {
 public:
  /// `code`: protocol_error, invalid_utf8 or message_too_big; its close code is in
  /// protocol/codes.def. Close with it.
  struct Failure {
    Code code;
    std::string_view reason;  ///< static text, at most 123 bytes: fits a close frame
  };
  /// Nothing: all is well.
  using Outcome = std::optional<Failure>;

  explicit WebSocketParser(WebSocketOptions options);

  /// Takes `data`, which it unmasks in place. A message whose frame lies wholly in `data` is handed
  /// out as a view into it; what is cut or compressed is copied. `data` may be reused when the call
  /// returns. It is empty then, except after Next::kPause: then it is what the next consume() of
  /// this parser must be given first.
  [[nodiscard]] Outcome consume(std::span<char>& data, WebSocketSink& sink);
  /// For a sink that never pauses.
  [[nodiscard]] Outcome consume(char* data, std::size_t size, WebSocketSink& sink) {
    std::span<char> bytes(data, size);
    return consume(bytes, sink);
  }

  /// Whether a close frame arrived.
  bool close_received() const { return step_ == Step::kClosed; }
  /// Heap bytes held for a cut frame or message; about twice what arrived of it at most.
  std::size_t held_bytes() const;

 private:
  enum class Step : std::uint8_t { kStart, kLength, kMask, kPayload, kPaused, kClosed, kStopped };
  static constexpr std::uint8_t kNoMessage = 0;

  bool take_plain_message(char*& data, std::size_t& size, WebSocketSink& sink, Outcome& outcome);
  Outcome take_header(char*& data, std::size_t& size);
  Outcome check_start();
  Outcome check_length();
  void check_mask();
  Outcome take_payload(char*& data, std::size_t& size, WebSocketSink& sink);
  Outcome take_whole_frame(std::string_view payload, WebSocketSink& sink);
  Outcome take_part(std::string_view part, WebSocketSink& sink);
  Outcome end_message(std::string_view message, WebSocketSink& sink);
  Outcome end_compressed(std::string_view message, WebSocketSink& sink);
  Outcome end_control(std::string_view payload, WebSocketSink& sink);
  Outcome end_close(std::string_view payload, WebSocketSink& sink);
  void unmask(char* data, std::size_t size);
  void follow(Next next);
  bool in_control() const { return opcode_ >= Opcode::kClose; }
  bool is_text() const { return message_opcode_ == static_cast<std::uint8_t>(Opcode::kText); }
  std::uint64_t wire_bytes_max() const;
  Outcome stop_with(Code code, std::string_view reason);

  /// The message so far, then the control frame so far (a control frame may cut into a fragmented
  /// message).
  std::string held_;
  std::uint64_t remaining_ = 0;  ///< payload bytes of this frame that are still to come
  std::uint32_t message_bytes_max_;
  std::uint32_t mask_ = 0;  ///< in memory order, rotated to the next payload byte
  std::uint8_t header_[14]{};
  std::uint8_t header_size_ = 0;              ///< bytes of header_ that have arrived
  std::uint8_t header_needed_ = 2;            ///< bytes of header_ at the end of this step
  std::uint8_t control_size_ = 0;             ///< bytes of held_ that belong to the control frame
  std::uint8_t message_opcode_ = kNoMessage;  ///< kText or kBinary inside a message
  Opcode opcode_ = Opcode::kContinuation;     ///< of this frame
  Step step_ = Step::kStart;
  WebSocketRole role_;
  FrameExtension extension_;
  bool final_ = false;       ///< FIN of this frame
  bool compressed_ = false;  ///< RSV1 of this message's first frame
  Utf8Validator utf8_;       ///< of the text so far; complete between messages
};

static_assert(sizeof(WebSocketParser) <= 96, "paid by every idle connection");

/// Longest header of a frame without mask.
inline constexpr std::size_t kHeaderBytesMax = 10;

/// Whether a frame's payload is what MessageDeflater made: RSV1.
enum class Compressed : std::uint8_t { kNo, kYes };

/// Writes the header of a final, unmasked frame to `out`, which has room for kHeaderBytesMax.
/// Returns its size.
std::size_t encode_header(char* out, Opcode opcode, std::size_t payload_size,
                          Compressed compressed = Compressed::kNo);
/// Appends a final, unmasked frame: what a server sends.
void append_frame(std::string& out, Opcode opcode, std::string_view payload,
                  Compressed compressed = Compressed::kNo);
/// Appends a final, masked frame: what a client sends. Mask 0x37fa213d is sent as the bytes 37 fa
/// 21 3d; it must be unpredictable (section 10.3).
void append_masked_frame(std::string& out, Opcode opcode, std::string_view payload,
                         std::uint32_t mask, Compressed compressed = Compressed::kNo);

/// Payload of a close frame. The reason is cut to 123 bytes at a character's end, and left out if
/// it is not UTF-8. kNoStatus gives an empty payload. `status` otherwise is one that may be sent
/// (section 7.4).
std::string close_payload(CloseStatus status, std::string_view reason);
/// Whether a close frame may carry the code: 1000-1003, 1007-1014, 3000-4999.
bool may_be_received(CloseStatus status);

}  // namespace gp::net
