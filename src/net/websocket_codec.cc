#include "net/websocket_codec.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "base/assert.h"

// How it works
//
// One frame goes through four steps. A step that reads the header waits until `header_needed_`
// bytes of it have come, so a cut anywhere only means a wait, and every check is made at the same
// byte however the input is cut.
//
//   step      bytes   checks                                                     function
//   kStart    2       RSV, opcode, control frame rules, mask bit, place in a     check_start()
//                     fragmented message
//   kLength   0/2/8   shortest form, high bit, size limit of the whole message   check_length()
//   kMask     0/4     none; the key is read (server only)                        check_mask()
//   kPayload          unmasked in place, then one of the ways below              take_payload()
//   kPaused           Next::kPause: the rest of the input is given back; the next
//                     consume() begins with kStart
//   kClosed           a close frame came: the rest of the input is dropped
//   kStopped          a failure or Next::kStop: the same
//
// A server takes the frame that nearly all are, a whole message that lies in the input, in one step
// (take_plain_message) with the same checks; whatever it does not know goes through the steps.
//
// Ways of a payload:
//   - A last frame with nothing held before it that lies wholly in the input is handed out where it
//     lies (take_whole_frame).
//   - Other data is judged as UTF-8 so far, appended to held_, and handed out with the last frame.
//   - Other control bytes are appended to held_ behind the message so far, handed out and cut off.
//
// Text is judged as it comes (Utf8Validator), so an endless frame of garbage fails at its first
// wrong byte, not at its end. held_ grows with what arrived, never with what a header promises, and
// is freed, not kept, when the message is out.
//
// A compressed message (RFC 7692) is held as it came, unjudged, and inflated by the sink when its
// last byte is there (end_compressed): so one inflater can serve all connections of a core, and a
// cut cannot change what comes out. Its compressed bytes have a limit of their own, a little above
// message_bytes_max, because data that does not shrink grows.

namespace gp::net {
namespace {

static_assert(std::endian::native == std::endian::little,
              "apply_mask() rotates the key in memory order");

constexpr std::uint8_t kFin = 0x80;
constexpr std::uint8_t kReservedBits = 0x70;
constexpr std::uint8_t kRsv1 = 0x40;
constexpr std::uint8_t kOpcodeBits = 0x0f;
constexpr std::uint8_t kMaskBit = 0x80;
constexpr std::uint8_t kLengthBits = 0x7f;
constexpr std::uint8_t kLength16 = 126;
constexpr std::uint8_t kLength64 = 127;
constexpr std::size_t kControlBytesMax = 125;
constexpr std::size_t kCloseCodeBytes = 2;
constexpr std::uint8_t kStartBytes = 2;
constexpr std::uint8_t kMaskBytes = 4;

bool is_known(std::uint8_t opcode) { return opcode <= 2 || (opcode >= 8 && opcode <= 10); }

std::uint64_t read_big_endian(const std::uint8_t* bytes, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = (value << 8) | bytes[i];
  return value;
}

void write_big_endian(char* out, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i)
    out[i] = static_cast<char>((value >> (8 * (size - 1 - i))) & 0xff);
}

/// Assigning an empty string would keep the memory; swapping gives it back.
void release(std::string& text) { std::string().swap(text); }

/// Section 5.3. `mask` in memory order: its lowest byte is for data[0]. Whole words first: the loop
/// vectorises.
/// Returns whether all of it is ASCII then.
bool apply_mask(char* data, std::size_t size, std::uint32_t mask) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  std::uint64_t seen = 0;
  const std::uint64_t wide = (static_cast<std::uint64_t>(mask) << 32) | mask;
  std::size_t done = 0;
  for (; done + sizeof(wide) <= size; done += sizeof(wide)) {
    std::uint64_t word = 0;
    std::memcpy(&word, data + done, sizeof(word));
    word ^= wide;
    seen |= word;
    std::memcpy(data + done, &word, sizeof(word));
  }
  for (; done < size; ++done) {
    const auto byte = static_cast<unsigned char>(static_cast<unsigned char>(data[done]) ^
                                                 ((mask >> (8 * (done % 4))) & 0xff));
    seen |= byte;
    data[done] = static_cast<char>(byte);
  }
  return (seen & kHighBits) == 0;
}

}  // namespace

std::optional<InflateFault> WebSocketSink::inflate(MessageKind, std::string_view, std::size_t,
                                                   std::string&) {
  GP_ASSERT(false, "a sink whose connection negotiated permessage-deflate inflates");
  return InflateFault::kInvalidData;
}

WebSocketParser::WebSocketParser(WebSocketOptions options)
    : message_bytes_max_(options.message_bytes_max),
      role_(options.role),
      extension_(options.extension) {}

WebSocketParser::Outcome WebSocketParser::consume(std::span<char>& bytes, WebSocketSink& sink) {
  char* data = bytes.data();
  std::size_t size = bytes.size();
  bytes = {};
  if (step_ == Step::kPaused) step_ = Step::kStart;
  Outcome outcome;
  while (step_ < Step::kPaused) {
    const bool empty_payload = step_ == Step::kPayload && remaining_ == 0;
    if (size == 0 && !empty_payload) return std::nullopt;
    if (take_plain_message(data, size, sink, outcome)) continue;
    outcome = step_ == Step::kPayload ? take_payload(data, size, sink) : take_header(data, size);
  }
  if (step_ == Step::kPaused) {
    bytes = {data, size};
    return std::nullopt;
  }
  release(held_);
  return outcome;
}

// Text or binary, masked, FIN without reserved bits, at most 65,535 bytes in the shortest form of
// the length, and all of it here.
bool WebSocketParser::take_plain_message(char*& data, std::size_t& size, WebSocketSink& sink,
                                         Outcome& outcome) {
  if (step_ != Step::kStart || header_size_ != 0 || message_opcode_ != kNoMessage ||
      role_ != WebSocketRole::kServer || size < kStartBytes + kMaskBytes)
    return false;
  const auto* header = reinterpret_cast<const std::uint8_t*>(data);
  const bool text = header[0] == (kFin | static_cast<std::uint8_t>(Opcode::kText));
  if (!text && header[0] != (kFin | static_cast<std::uint8_t>(Opcode::kBinary))) return false;
  if ((header[1] & kMaskBit) == 0) return false;
  std::size_t header_size = kStartBytes + kMaskBytes;
  std::size_t length = header[1] & kLengthBits;
  if (length >= kLength16) {
    if (length != kLength16 || size < kStartBytes + 2 + kMaskBytes) return false;
    length = read_big_endian(header + kStartBytes, 2);
    if (length < kLength16) return false;
    header_size += 2;
  }
  if (size - header_size < length || length > message_bytes_max_) return false;
  std::uint32_t mask = 0;
  std::memcpy(&mask, data + header_size - kMaskBytes, kMaskBytes);
  const std::string_view message(data + header_size, length);
  const bool ascii = apply_mask(data + header_size, length, mask);
  data += header_size + length;
  size -= header_size + length;
  if (text && !ascii && !is_valid_utf8(message)) {
    outcome = stop_with(Code::invalid_utf8, "text that is not UTF-8");
  } else {
    follow(sink.on_message(text ? MessageKind::kText : MessageKind::kBinary, message));
  }
  return true;
}

WebSocketParser::Outcome WebSocketParser::take_header(char*& data, std::size_t& size) {
  const std::size_t part = std::min<std::size_t>(size, header_needed_ - header_size_);
  std::memcpy(header_ + header_size_, data, part);
  header_size_ = static_cast<std::uint8_t>(header_size_ + part);
  data += part;
  size -= part;
  while (header_size_ == header_needed_) {
    switch (step_) {
      case Step::kStart:
        if (Outcome outcome = check_start()) return outcome;
        break;
      case Step::kLength:
        if (Outcome outcome = check_length()) return outcome;
        break;
      default: check_mask(); return std::nullopt;
    }
  }
  return std::nullopt;
}

WebSocketParser::Outcome WebSocketParser::check_start() {
  const std::uint8_t opcode = header_[0] & kOpcodeBits;
  const std::uint8_t length = header_[1] & kLengthBits;
  const bool masked = (header_[1] & kMaskBit) != 0;
  const std::uint8_t reserved = header_[0] & kReservedBits;
  if (reserved != 0 && (reserved != kRsv1 || extension_ != FrameExtension::kDeflate))
    return stop_with(Code::protocol_error,
                     "a reserved bit is set, but no extension was negotiated");
  if (!is_known(opcode)) return stop_with(Code::protocol_error, "reserved opcode");
  const bool starts_message = opcode == static_cast<std::uint8_t>(Opcode::kText) ||
                              opcode == static_cast<std::uint8_t>(Opcode::kBinary);
  if (reserved != 0 && !starts_message)
    return stop_with(Code::protocol_error, "RSV1 belongs on the first frame of a data message");
  opcode_ = static_cast<Opcode>(opcode);
  final_ = (header_[0] & kFin) != 0;
  if (masked && role_ == WebSocketRole::kClient)
    return stop_with(Code::protocol_error, "a server must not mask its frames");
  if (!masked && role_ == WebSocketRole::kServer)
    return stop_with(Code::protocol_error, "a client must mask its frames");
  if (in_control()) {
    if (!final_) return stop_with(Code::protocol_error, "a control frame must not be fragmented");
    if (length > kControlBytesMax)
      return stop_with(Code::protocol_error, "a control frame has at most 125 bytes");
    if (opcode_ == Opcode::kClose && length == 1)
      return stop_with(Code::protocol_error, "a close frame has no code or two bytes of it");
  } else if (opcode_ == Opcode::kContinuation) {
    if (message_opcode_ == kNoMessage)
      return stop_with(Code::protocol_error, "a continuation frame without a message to continue");
  } else if (message_opcode_ != kNoMessage) {
    return stop_with(Code::protocol_error, "a new message inside a fragmented one");
  }
  step_ = Step::kLength;
  if (length == kLength16) header_needed_ = kStartBytes + 2;
  if (length == kLength64) header_needed_ = kStartBytes + 8;
  return std::nullopt;
}

WebSocketParser::Outcome WebSocketParser::check_length() {
  const std::uint8_t short_length = header_[1] & kLengthBits;
  std::uint64_t length = short_length;
  if (short_length >= kLength16) {
    length = read_big_endian(header_ + kStartBytes, header_needed_ - kStartBytes);
    if ((length >> 63) != 0)
      return stop_with(Code::protocol_error, "the highest bit of a length is set");
    if (length < kLength16 || (short_length == kLength64 && length <= 0xffff))
      return stop_with(Code::protocol_error, "a length must have its shortest form");
  }
  if (!in_control()) {
    if (opcode_ != Opcode::kContinuation) {
      message_opcode_ = static_cast<std::uint8_t>(opcode_);
      compressed_ = (header_[0] & kRsv1) != 0;
    }
    if (length > wire_bytes_max() - held_.size())
      return stop_with(Code::message_too_big, "a message is larger than this peer takes");
  }
  remaining_ = length;
  step_ = Step::kMask;
  if (role_ == WebSocketRole::kServer)
    header_needed_ = static_cast<std::uint8_t>(header_needed_ + kMaskBytes);
  return std::nullopt;
}

void WebSocketParser::check_mask() {
  if (role_ == WebSocketRole::kServer)
    std::memcpy(&mask_, header_ + header_needed_ - kMaskBytes, kMaskBytes);
  step_ = Step::kPayload;
  header_size_ = 0;
  header_needed_ = kStartBytes;
}

WebSocketParser::Outcome WebSocketParser::take_payload(char*& data, std::size_t& size,
                                                       WebSocketSink& sink) {
  const std::size_t part_size = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, size));
  unmask(data, part_size);
  const std::string_view part(data, part_size);
  data += part_size;
  size -= part_size;
  remaining_ -= part_size;
  if (remaining_ == 0) step_ = Step::kStart;
  const bool nothing_held = in_control() ? control_size_ == 0 : held_.empty();
  if (remaining_ == 0 && nothing_held && final_) return take_whole_frame(part, sink);
  return take_part(part, sink);
}

WebSocketParser::Outcome WebSocketParser::take_whole_frame(std::string_view payload,
                                                           WebSocketSink& sink) {
  if (in_control()) return end_control(payload, sink);
  if (is_text() && !compressed_ && !is_valid_utf8(payload))
    return stop_with(Code::invalid_utf8, "text that is not UTF-8");
  return end_message(payload, sink);
}

WebSocketParser::Outcome WebSocketParser::take_part(std::string_view part, WebSocketSink& sink) {
  if (in_control()) {
    held_.append(part);
    control_size_ = static_cast<std::uint8_t>(control_size_ + part.size());
    if (remaining_ > 0) return std::nullopt;
    const std::size_t message_size = held_.size() - control_size_;
    Outcome outcome = end_control(std::string_view(held_).substr(message_size), sink);
    control_size_ = 0;
    held_.resize(message_size);
    if (message_size == 0) release(held_);
    return outcome;
  }
  if (is_text() && !compressed_ && !utf8_.feed(part))
    return stop_with(Code::invalid_utf8, "text that is not UTF-8");
  held_.append(part);
  if (remaining_ > 0 || !final_) return std::nullopt;
  if (is_text() && !utf8_.complete())
    return stop_with(Code::invalid_utf8, "text that ends inside a character");
  const std::string message = std::exchange(held_, std::string());
  return end_message(message, sink);
}

WebSocketParser::Outcome WebSocketParser::end_message(std::string_view message,
                                                      WebSocketSink& sink) {
  if (compressed_) return end_compressed(message, sink);
  const MessageKind kind = is_text() ? MessageKind::kText : MessageKind::kBinary;
  message_opcode_ = kNoMessage;
  follow(sink.on_message(kind, message));
  return std::nullopt;
}

WebSocketParser::Outcome WebSocketParser::end_compressed(std::string_view message,
                                                         WebSocketSink& sink) {
  const MessageKind kind = is_text() ? MessageKind::kText : MessageKind::kBinary;
  message_opcode_ = kNoMessage;
  compressed_ = false;
  std::string plain;
  if (const auto fault = sink.inflate(kind, message, message_bytes_max_, plain)) {
    switch (*fault) {
      case InflateFault::kTooBig:
        return stop_with(Code::message_too_big, "a message is larger than this peer takes");
      case InflateFault::kRatio:
        return stop_with(Code::message_too_big, "a message inflates more than this peer takes");
      case InflateFault::kInvalidData:
        return stop_with(Code::protocol_error, "compressed data that cannot be inflated");
      case InflateFault::kInvalidUtf8:
        return stop_with(Code::invalid_utf8, "text that is not UTF-8");
    }
  }
  follow(sink.on_message(kind, plain));
  return std::nullopt;
}

// Stored blocks add 5 bytes to at most 65,535; the rest is for small ones at flushes.
std::uint64_t WebSocketParser::wire_bytes_max() const {
  if (!compressed_) return message_bytes_max_;
  return std::uint64_t{message_bytes_max_} + message_bytes_max_ / 1024 + 64;
}

WebSocketParser::Outcome WebSocketParser::end_control(std::string_view payload,
                                                      WebSocketSink& sink) {
  if (opcode_ == Opcode::kClose) return end_close(payload, sink);
  follow(opcode_ == Opcode::kPing ? sink.on_ping(payload) : sink.on_pong(payload));
  return std::nullopt;
}

WebSocketParser::Outcome WebSocketParser::end_close(std::string_view payload, WebSocketSink& sink) {
  auto status = CloseStatus::kNoStatus;
  std::string_view reason;
  if (!payload.empty()) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(payload.data());
    status = static_cast<CloseStatus>(read_big_endian(bytes, kCloseCodeBytes));
    reason = payload.substr(kCloseCodeBytes);
    if (!may_be_received(status))
      return stop_with(Code::protocol_error, "a close code that must not be sent");
    if (!is_valid_utf8(reason))
      return stop_with(Code::invalid_utf8, "a close reason that is not UTF-8");
  }
  step_ = Step::kClosed;
  sink.on_close(status, reason);
  return std::nullopt;
}

std::size_t WebSocketParser::held_bytes() const {
  const std::size_t without_heap = std::string().capacity();
  return held_.capacity() > without_heap ? held_.capacity() : 0;
}

void WebSocketParser::unmask(char* data, std::size_t size) {
  if (mask_ == 0) return;
  apply_mask(data, size, mask_);
  mask_ = std::rotr(mask_, static_cast<int>(8 * (size % 4)));
}

void WebSocketParser::follow(Next next) {
  if (next == Next::kStop) step_ = Step::kStopped;
  if (next == Next::kPause) step_ = Step::kPaused;
}

WebSocketParser::Outcome WebSocketParser::stop_with(Code code, std::string_view reason) {
  step_ = Step::kStopped;
  return Failure{code, reason};
}

std::size_t encode_header(char* out, Opcode opcode, std::size_t payload_size,
                          Compressed compressed) {
  const std::uint8_t rsv1 = compressed == Compressed::kYes ? kRsv1 : 0;
  out[0] = static_cast<char>(kFin | rsv1 | static_cast<std::uint8_t>(opcode));
  if (payload_size < kLength16) {
    out[1] = static_cast<char>(payload_size);
    return kStartBytes;
  }
  if (payload_size <= 0xffff) {
    out[1] = static_cast<char>(kLength16);
    write_big_endian(out + kStartBytes, payload_size, 2);
    return kStartBytes + 2;
  }
  out[1] = static_cast<char>(kLength64);
  write_big_endian(out + kStartBytes, payload_size, 8);
  return kStartBytes + 8;
}

void append_frame(std::string& out, Opcode opcode, std::string_view payload,
                  Compressed compressed) {
  // A short frame is put together first: one append costs less than two.
  constexpr std::size_t kShort = 512;
  char frame[kHeaderBytesMax + kShort];
  const std::size_t size = encode_header(frame, opcode, payload.size(), compressed);
  if (payload.size() <= kShort) {
    std::copy(payload.begin(), payload.end(), frame + size);
    out.append(frame, size + payload.size());
    return;
  }
  out.append(frame, size);
  out.append(payload);
}

void append_masked_frame(std::string& out, Opcode opcode, std::string_view payload,
                         std::uint32_t mask, Compressed compressed) {
  char header[kHeaderBytesMax + kMaskBytes];
  const std::size_t size = encode_header(header, opcode, payload.size(), compressed);
  header[1] = static_cast<char>(static_cast<std::uint8_t>(header[1]) | kMaskBit);
  write_big_endian(header + size, mask, kMaskBytes);
  std::uint32_t in_memory_order = 0;
  std::memcpy(&in_memory_order, header + size, kMaskBytes);
  out.append(header, size + kMaskBytes);
  out.append(payload);
  apply_mask(out.data() + out.size() - payload.size(), payload.size(), in_memory_order);
}

std::string close_payload(CloseStatus status, std::string_view reason) {
  if (status == CloseStatus::kNoStatus) return {};
  std::string payload(kCloseCodeBytes, '\0');
  write_big_endian(payload.data(), static_cast<std::uint16_t>(status), kCloseCodeBytes);
  if (!is_valid_utf8(reason)) return payload;
  payload += without_cut_character(reason.substr(0, kControlBytesMax - kCloseCodeBytes));
  return payload;
}

bool may_be_received(CloseStatus status) {
  const auto code = static_cast<std::uint16_t>(status);
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

}  // namespace gp::net
