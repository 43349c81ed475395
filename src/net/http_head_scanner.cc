#include "net/http_head_scanner.h"

namespace gp::net {
namespace {

/// Words of a start line: method, target, version; or version, status, reason.
constexpr std::uint8_t kWords = 3;

bool is_forbidden(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

}  // namespace

Result<std::optional<std::size_t>> HttpHeadScanner::scan(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const char c = bytes[at];
    if (++head_bytes_ > head_bytes_max_)
      return fail(Code::header_too_large,
                  "the head is larger than the limit; send fewer or shorter headers");
    switch (state_) {
      case State::kFirstByte:
        if (is_forbidden(c) || c == ' ' || c == '\t')
          return fail(Code::bad_request,
                      "this is not HTTP/1.1; the first byte must be a letter of the start line");
        state_ = State::kLine;
        break;
      case State::kLineStart:
        if (c == ' ' || c == '\t')
          return fail(Code::bad_request,
                      "a header goes on in a second line (obs-fold); send it in one");
        if (c == '\r') {
          state_ = State::kFinalLf;
          break;
        }
        state_ = State::kLine;
        [[fallthrough]];
      case State::kLine:
        if (c == ' ' && spaces_ < kWords) ++spaces_;
        if (c == '\r') {
          state_ = State::kLineLf;
          spaces_ = kWords;
        } else if (is_forbidden(c)) {
          return fail(Code::bad_request, "a control character in the head; lines end in CR LF");
        }
        break;
      case State::kLineLf:
      case State::kFinalLf:
        if (c != '\n')
          return fail(Code::bad_request, "a CR without LF in the head; lines end in CR LF");
        if (state_ == State::kFinalLf) return std::optional(at + 1);
        state_ = State::kLineStart;
        break;
    }
  }
  return std::optional<std::size_t>();
}

}  // namespace gp::net
