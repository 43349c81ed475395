/// HttpHeadScanner: finds the end of a message head and refuses early what no head may have.
///
/// It sees to line ends only (CR LF, no obs-fold, no control characters), so that garbage on the
/// port fails at its first wrong byte; the grammar is checked when the head is whole (http_head.h).
///
/// Thread:     a part of a parser.
/// Invariants: the result depends on the bytes, not on how they were cut.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "protocol/codes.h"

namespace gp::net {

class HttpHeadScanner {
 public:
  explicit HttpHeadScanner(std::size_t head_bytes_max) : head_bytes_max_(head_bytes_max) {}

  /// How many of `bytes` belong to the head if it ends in them, counting its empty line; nothing if
  /// it goes on. Errors: Code::bad_request, Code::header_too_large.
  Result<std::optional<std::size_t>> scan(std::string_view bytes);
  /// The last byte belongs to the second word of the first line: a request's target.
  bool in_second_word() const { return spaces_ == 1; }

 private:
  enum class State : std::uint8_t {
    kFirstByte,  ///< of the head: an empty line is refused
    kLine,       ///< inside a line
    kLineLf,     ///< LF must follow
    kLineStart,  ///< first byte of a further line, or CR of the empty one
    kFinalLf,    ///< LF of the empty line must follow
  };

  std::size_t head_bytes_max_;
  std::size_t head_bytes_ = 0;
  State state_ = State::kFirstByte;
  std::uint8_t spaces_ = 0;  ///< of the first line so far; as many as there are words, behind it
};

}  // namespace gp::net
