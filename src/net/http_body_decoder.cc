#include "net/http_body_decoder.h"

#include <algorithm>
#include <optional>

namespace gp::net {
namespace {

constexpr std::uint64_t kChunkSizeMax = std::uint64_t{1} << 56;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

/// Digits only: "+5", "5,5", " 5" and "0x5" are what parsers disagree on. 18 digits cannot
/// overflow.
std::optional<std::uint64_t> plain_number(std::string_view text) {
  if (text.empty() || text.size() > 18) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

/// kUntilClose here means: the headers say nothing.
Result<BodyFraming> stated_framing(HttpVersion version, const HttpHeaders& headers) {
  const std::size_t lengths = count_header(headers, "Content-Length");
  const std::size_t encodings = count_header(headers, "Transfer-Encoding");
  if (encodings > 0) {
    if (lengths > 0)
      return fail(Code::bad_request, "Content-Length beside Transfer-Encoding; send one of them");
    if (version == HttpVersion::kHttp10)
      return fail(Code::bad_request, "HTTP/1.0 has no Transfer-Encoding; send Content-Length");
    if (encodings > 1 || !equals_ignore_case(*find_header(headers, "Transfer-Encoding"), "chunked"))
      return fail(Code::bad_request, "Transfer-Encoding must be \"chunked\", once");
    return BodyFraming{BodyKind::kChunked, 0};
  }
  if (lengths == 0) return BodyFraming{BodyKind::kUntilClose, 0};
  const auto length = plain_number(*find_header(headers, "Content-Length"));
  if (lengths > 1 || !length)
    return fail(Code::bad_request, "Content-Length must be a plain number, once");
  if (*length == 0) return BodyFraming{BodyKind::kNone, 0};
  return BodyFraming{BodyKind::kLength, *length};
}

}  // namespace

Result<BodyFraming> request_framing(HttpVersion version, const HttpHeaders& headers) {
  GP_TRY(auto framing, stated_framing(version, headers));
  if (framing.kind == BodyKind::kUntilClose) return BodyFraming{};
  return framing;
}

Result<BodyFraming> response_framing(int status, HttpVersion version, const HttpHeaders& headers,
                                     std::string_view method) {
  GP_TRY(auto framing, stated_framing(version, headers));
  if (method == "HEAD" || status < 200 || status == 204 || status == 304) return BodyFraming{};
  return framing;
}

Result<> HttpBodyDecoder::begin(BodyFraming framing, Holding holding) {
  framing_ = framing;
  remaining_ = framing.length;
  room_ = holding == Holding::kWhole ? body_bytes_max_ : UINT64_MAX;
  line_bytes_ = 0;
  excess_bytes_ = 0;
  switch (framing.kind) {
    case BodyKind::kNone: state_ = State::kDone; break;
    case BodyKind::kLength:
    case BodyKind::kUntilClose: state_ = State::kData; break;
    case BodyKind::kChunked: state_ = State::kSizeFirst; break;
  }
  if (framing.kind == BodyKind::kLength && holding == Holding::kWhole &&
      framing.length > body_bytes_max_)
    return fail(Code::payload_too_large, "the body is larger than the limit");
  return ok();
}

Result<HttpProgress> HttpBodyDecoder::decode(std::string_view bytes, std::string& out) {
  std::string_view rest = bytes;
  while (!rest.empty() && state_ != State::kDone) {
    if (state_ == State::kData || state_ == State::kChunkData) {
      GP_TRY(take_data(rest, out));
    } else {
      GP_TRY(framing_byte(rest.front()));
      rest.remove_prefix(1);
    }
  }
  return HttpProgress{complete() ? ParseState::kComplete : ParseState::kNeedMore,
                      bytes.size() - rest.size()};
}

Result<> HttpBodyDecoder::take_data(std::string_view& bytes, std::string& out) {
  std::size_t part = bytes.size();
  if (framing_.kind != BodyKind::kUntilClose)
    part = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, part));
  if (part > body_bytes_max_ - std::min(out.size(), body_bytes_max_))
    return fail(Code::payload_too_large, "the body is larger than the limit");
  out.append(bytes.substr(0, part));
  bytes.remove_prefix(part);
  if (framing_.kind == BodyKind::kUntilClose) return ok();
  remaining_ -= part;
  if (remaining_ == 0) state_ = state_ == State::kData ? State::kDone : State::kChunkCr;
  return ok();
}

Result<> HttpBodyDecoder::framing_byte(char byte) {
  if (state_ == State::kChunkCr || state_ == State::kChunkLf) return chunk_end_byte(byte);
  if (state_ == State::kSizeFirst) {
    line_bytes_ = 0;
    remaining_ = 0;
  }
  if (++line_bytes_ > line_bytes_max_)
    return fail(Code::header_too_large,
                "a chunk's size line or the trailer is longer than the limit");
  return state_ >= State::kTrailerStart ? trailer_byte(byte) : size_line_byte(byte);
}

Result<> HttpBodyDecoder::size_line_byte(char byte) {
  switch (state_) {
    case State::kSizeFirst:
      if (hex_value(byte) < 0)
        return fail(Code::bad_request, "a chunk must start with its size in hexadecimal");
      state_ = State::kSize;
      return size_digit(hex_value(byte));
    case State::kSize:
      return hex_value(byte) >= 0 ? size_digit(hex_value(byte)) : end_of_size(byte);
    case State::kSizeSpace:
      if (byte == ' ' || byte == '\t') return ok();
      if (byte != ';')
        return fail(Code::bad_request, "white space after a chunk size; end the line with CR LF");
      state_ = State::kExtension;
      return ok();
    case State::kExtension:
      if (byte == '\r') {
        state_ = State::kSizeLf;
      } else if (is_control(byte)) {
        return fail(Code::bad_request, "a control character in a chunk extension");
      }
      return ok();
    default:
      if (byte != '\n') return fail(Code::bad_request, "a CR without LF after a chunk size");
      return end_of_size_line();
  }
}

Result<> HttpBodyDecoder::end_of_size_line() {
  constexpr std::uint64_t kFreePerChunk = 16;
  const std::uint64_t allowed = kFreePerChunk + 2 * remaining_;
  excess_bytes_ += line_bytes_;
  excess_bytes_ -= std::min(excess_bytes_, allowed);
  if (excess_bytes_ > excess_bytes_max_)
    return fail(Code::header_too_large, "the chunks of the body carry more extensions than data");
  if (remaining_ > room_) return fail(Code::payload_too_large, "the body is larger than the limit");
  room_ -= remaining_;
  state_ = remaining_ > 0 ? State::kChunkData : State::kTrailerStart;
  line_bytes_ = 0;
  return ok();
}

Result<> HttpBodyDecoder::chunk_end_byte(char byte) {
  const bool at_cr = state_ == State::kChunkCr;
  if (byte != (at_cr ? '\r' : '\n'))
    return fail(Code::bad_request, "a chunk is longer than its size says");
  state_ = at_cr ? State::kChunkLf : State::kSizeFirst;
  return ok();
}

Result<> HttpBodyDecoder::size_digit(int digit) {
  if (remaining_ >= kChunkSizeMax)
    return fail(Code::bad_request, "a chunk size that no body can have");
  remaining_ = remaining_ * 16 + static_cast<std::uint64_t>(digit);
  return ok();
}

Result<> HttpBodyDecoder::end_of_size(char byte) {
  switch (byte) {
    case '\r': state_ = State::kSizeLf; return ok();
    case ';': state_ = State::kExtension; return ok();
    case ' ':
    case '\t': state_ = State::kSizeSpace; return ok();
    default: return fail(Code::bad_request, "a chunk size must be hexadecimal digits and CR LF");
  }
}

Result<> HttpBodyDecoder::trailer_byte(char byte) {
  switch (state_) {
    case State::kTrailerStart:
      if (byte == '\r') {
        state_ = State::kFinalLf;
        return ok();
      }
      if (!is_token(std::string_view(&byte, 1)))
        return fail(Code::bad_request, "a trailer is not a header");
      state_ = State::kTrailerName;
      return ok();
    case State::kTrailerName:
      if (byte == ':') {
        state_ = State::kTrailerValue;
      } else if (!is_token(std::string_view(&byte, 1))) {
        return fail(Code::bad_request, "a trailer is not a header");
      }
      return ok();
    case State::kTrailerValue:
      if (byte == '\r') {
        state_ = State::kTrailerLf;
      } else if (is_control(byte)) {
        return fail(Code::bad_request, "a control character in a trailer");
      }
      return ok();
    default:
      if (byte != '\n') return fail(Code::bad_request, "a CR without LF in a trailer");
      state_ = state_ == State::kFinalLf ? State::kDone : State::kTrailerStart;
      return ok();
  }
}

}  // namespace gp::net
