/// HttpLimits: what one HTTP/1.1 message from outside may cost, for both parsers.
#pragma once

#include <cstddef>

#include "base/byte_size.h"

namespace gp::net {

struct HttpLimits {
  /// Start line and headers with their line ends, bytes. Holds a 4 KiB token twice. Reaction:
  /// Code::header_too_large.
  std::size_t head_bytes = 16 * kKiB;
  /// Headers of a message, count. Browsers send about 20. Reaction: Code::header_too_large.
  std::size_t header_count = 100;
  /// Request target, bytes. Long `after=` lists are the longest ones known. Reaction:
  /// Code::uri_too_long.
  std::size_t target_bytes = 8 * kKiB;
  /// Decoded body, bytes: of a request the whole, of a response what was not taken yet. As large as
  /// one WebSocket message may be. Reaction: Code::payload_too_large, from Content-Length before a
  /// byte of it is read.
  std::size_t body_bytes = 1 * kMiB;
  /// One chunk-size line with its extensions, or the whole trailer of a chunked body, bytes. Both
  /// are skipped, so only time is at stake. Reaction: Code::header_too_large.
  std::size_t chunk_line_bytes = 4 * kKiB;
  /// Bytes of a chunked body's framing beyond 16 a chunk and twice its data, over the whole body:
  /// room for extensions, not for a stream of them. Reaction: Code::header_too_large.
  std::size_t chunk_excess_bytes = 16 * kKiB;
};

}  // namespace gp::net
