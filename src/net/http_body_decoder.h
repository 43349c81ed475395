/// HttpBodyDecoder: where a message body ends, and its bytes without the framing.
///
/// Thread:     a part of a parser.
/// Invariants: the result depends on the bytes, not on how they were cut; it holds no bytes itself.
/// Source:     RFC 9112 sections 6 and 7.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http_limits.h"
#include "net/http_message.h"
#include "protocol/codes.h"

namespace gp::net {

enum class ParseState { kNeedMore, kComplete };

struct HttpProgress {
  ParseState state = ParseState::kNeedMore;
  std::size_t consumed = 0;  ///< of the bytes just fed; the rest belongs to what follows
};

enum class BodyKind { kNone, kLength, kChunked, kUntilClose };

struct BodyFraming {
  BodyKind kind = BodyKind::kNone;
  std::uint64_t length = 0;  ///< kLength only; not 0
};

/// What the head says about the body. Refuses whatever two implementations could read differently
/// (see http_parser.h). Errors: Code::bad_request.
Result<BodyFraming> request_framing(HttpVersion version, const HttpHeaders& headers);
/// `method` is that of the request: an answer to HEAD, and 1xx, 204 and 304, have no body.
Result<BodyFraming> response_framing(int status, HttpVersion version, const HttpHeaders& headers,
                                     std::string_view method);

class HttpBodyDecoder {
 public:
  explicit HttpBodyDecoder(const HttpLimits& limits)
      : body_bytes_max_(limits.body_bytes),
        line_bytes_max_(limits.chunk_line_bytes),
        excess_bytes_max_(limits.chunk_excess_bytes) {}

  /// Whether `out` collects the whole body or is emptied between calls, so that the limit is for
  /// what it holds.
  enum class Holding { kWhole, kTaken };
  /// Errors: Code::payload_too_large if the whole is to be held and its length is known and above
  /// the limit (so it is for a chunk, when its size is read).
  Result<> begin(BodyFraming framing, Holding holding);

  /// Appends body bytes to `out`, whose size never exceeds limits.body_bytes. kUntilClose is never
  /// complete. Errors: Code::bad_request, Code::payload_too_large, Code::header_too_large (chunk
  /// lines).
  Result<HttpProgress> decode(std::string_view bytes, std::string& out);

  BodyKind kind() const { return framing_.kind; }
  bool complete() const { return state_ == State::kDone; }

 private:
  enum class State : std::uint8_t {
    kDone,
    kData,          ///< body bytes of a known length or until the end of the connection
    kSizeFirst,     ///< first hexadecimal digit of a chunk size
    kSize,          ///< more digits, or what ends them
    kSizeSpace,     ///< white space before a chunk extension
    kExtension,     ///< skipped up to CR
    kSizeLf,        ///< LF of the size line
    kChunkData,     ///< bytes of the chunk
    kChunkCr,       ///< CR after them
    kChunkLf,       ///< LF after them
    kTrailerStart,  ///< first byte of a trailer line, or CR of the empty one
    kTrailerName,   ///< up to ':'
    kTrailerValue,  ///< up to CR
    kTrailerLf,     ///< LF of a trailer line
    kFinalLf,       ///< LF of the empty line
  };

  Result<> take_data(std::string_view& bytes, std::string& out);
  Result<> framing_byte(char byte);
  Result<> size_line_byte(char byte);
  Result<> chunk_end_byte(char byte);
  Result<> size_digit(int digit);
  Result<> end_of_size(char byte);
  Result<> end_of_size_line();
  Result<> trailer_byte(char byte);

  std::size_t body_bytes_max_;
  std::size_t line_bytes_max_;
  std::size_t excess_bytes_max_;
  std::size_t line_bytes_ = 0;
  std::uint64_t room_ = 0;          ///< for further chunks, if the whole body is held
  std::uint64_t excess_bytes_ = 0;  ///< framing beyond what its data allows
  std::uint64_t remaining_ = 0;     ///< of the body (kLength) or of the chunk
  BodyFraming framing_;
  State state_ = State::kDone;
};

}  // namespace gp::net
