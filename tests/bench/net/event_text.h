// The event that every server of the benchmark delivers, and the check of what arrived.
//
// All servers send goldenpath's token event (docs/protocol.md, section 1), so that they send the
// same bytes. append_event() writes it for servers that do not make it themselves; an EventReader
// per client checks that nothing is missing, repeated, out of order or changed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "token_text.h"

namespace gp::bench {

/// Appends the event of token `index` (from 0) of stream `stream`.
void append_event(std::string& out, std::uint32_t stream, std::uint64_t index,
                  std::string_view delta);

class EventReader {
 public:
  /// Checks a frame; false: `problem()` tells what is wrong. Frames that carry no token are counted
  /// when they have a seq, and ignored otherwise.
  bool take(std::string_view frame, const TokenText& text);
  /// Tokens received so far; a folded event counts for each that it covers.
  std::uint64_t tokens() const { return tokens_; }
  const std::string& problem() const { return problem_; }

 private:
  bool take_range(std::uint64_t first, std::uint64_t last, std::string_view frame);
  bool take_delta(std::string_view delta, const TokenText& text, std::string_view frame);
  bool take_batch(std::string_view frame, std::uint64_t covered, const TokenText& text);
  bool fail(std::string_view why, std::string_view frame);

  std::uint64_t seq_ = 0;     ///< of the last event; 0: none yet
  std::uint64_t tokens_ = 0;  ///< also the index of the next one
  std::string problem_;
};

}  // namespace gp::bench
