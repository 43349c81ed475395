/// SseDecoder: the bytes of a text/event-stream become events.
///
/// Thread:     a value; no I/O.
/// Invariants: the result depends on the bytes, not on how they were cut.
/// Source:     WHATWG HTML section 9.2.6, without `retry` and without lone CR as a line end, which
///             our servers do not send.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_size.h"
#include "base/result.h"
#include "protocol/codes.h"

namespace gp::client {

struct SseEvent {
  std::string id;    ///< the last one named, by this event or before
  std::string name;  ///< `event:`, empty if absent
  std::string data;
};

class SseDecoder {
 public:
  /// One event, bytes; as large as a WebSocket message may be. Reaction: Code::payload_too_large.
  static constexpr std::size_t kEventBytesMax = 64 * kMiB;

  /// The events that these bytes complete, in order.
  Result<std::vector<SseEvent>> feed(std::string_view bytes);
  std::size_t comments() const { return comments_; }

 private:
  void take_line(std::string_view line, std::vector<SseEvent>& events);

  std::string line_;
  SseEvent event_;
  bool has_data_ = false;
  std::size_t comments_ = 0;
};

}  // namespace gp::client
