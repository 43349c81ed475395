/// DeltaView: the pieces of a delta event's JSON (token, agent_thinking, tool_args_delta), so that
/// deltas of one part can be merged and cut again by copying bytes, never by parsing them.
///
/// Escaped texts may be joined as they are, because JsonWriter escapes no character in two halves.
/// Works on JSON that encode_event() or encode_folded() wrote, on nothing else.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "protocol/event.h"

namespace gp::protocol {

/// Views into one event's JSON.
struct DeltaView {
  std::string_view middle;  ///< from `,"event_id"` to the quote that opens the delta
  std::string_view run;     ///< `,"run_id":"…"`, or empty
  std::string_view part;    ///< the payload before its delta: which part it belongs to
  std::string_view text;    ///< the delta, escaped, without quotes
};

/// Whether events of this type may be merged with others of their part.
bool is_delta(EventType type);

/// Nothing if `json` is no delta event.
std::optional<DeltaView> view_delta(EventType type, std::string_view json);

/// The event that covers `first_seq` … `seq` with `text`; `middle` is that of the newest of them.
std::string encode_folded(EventType type, Seq first_seq, Seq seq, std::string_view middle,
                          std::string_view text);

/// `events_json`: events joined by commas. The frame is applied as a whole.
std::string encode_batch(Seq first_seq, Seq seq, std::string_view events_json);
/// Where in the frame that encode_batch() made the events begin.
std::size_t batch_events_offset(Seq first_seq, Seq seq);

}  // namespace gp::protocol
