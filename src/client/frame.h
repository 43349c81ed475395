/// Frame: one text frame from the server, parsed once; FrameReader makes them.
///
/// Thread: values; a FrameReader belongs to one reader.
/// Source: docs/protocol.md sections 1 and 2.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "protocol/codes.h"
#include "protocol/event.h"
#include "protocol/json.h"

namespace gp::client {

/// The payload fields that a reader needs; empty (or 0) if absent. What else there is, is in
/// Frame::text.
struct EventPayload {
  std::string part_id;
  std::string delta;
  std::string text;     ///< agent_completed
  std::string content;  ///< user_message
  std::string message_id;
  std::string tool_call_id;
  std::string tool_name;
  std::string arguments_json;
  std::string code;     ///< agent_error
  std::string message;  ///< agent_error
  std::string by;       ///< agent_cancelled
  std::string reason;   ///< agent_cancelled
  std::string title;    ///< thread_updated
  std::string status;   ///< thread_updated
  bool success = false;
  double duration_ms = 0;
};

/// A run as a snapshot tells it.
struct SnapshotRun {
  std::string run_id;
  std::string state;
};

/// The answer of a run that is over, as a snapshot tells it.
struct SnapshotAnswer {
  std::string run_id;
  std::string content;
  std::string status;
};

struct Frame {
  std::string text;  ///< as the server wrote it; of an event in a batch, that event's own bytes
  std::string type;
  std::string id;  ///< of the command that an ack or error answers
  std::string thread_id;
  std::string run_id;
  std::string message_id;
  std::string epoch;
  std::string code;
  std::string message;
  std::string reason;
  std::uint64_t seq = 0;
  std::uint64_t first_seq = 0;                 ///< seq if the frame has none
  std::optional<protocol::EventType> event{};  ///< set if this is an event
  EventPayload payload{};                      ///< of an event
  std::vector<Frame> events{};                 ///< of a batch
  std::vector<SnapshotRun> runs{};             ///< of a snapshot: those that are not over
  std::vector<SnapshotAnswer> answers{};       ///< of a snapshot
  std::uint64_t reconnect_after_ms = 0;        ///< of a goaway
  /// A folded event covers several seqs.
  bool folded() const { return first_seq != seq; }
};

class FrameReader {
 public:
  /// Errors: Code::protocol_error: no JSON object, no type, an event without what every event has.
  Result<Frame> read(std::string_view text);

 private:
  Result<Frame> read_one(std::string_view text);
  Result<> read_batch(Frame& batch);

  protocol::JsonParser parser_;
};

/// The raw texts of the objects in the array member `name` of the JSON object `text`, which must
/// have been parsed. Empty if there is no such array.
std::vector<std::string> array_texts(std::string_view text, std::string_view name);

}  // namespace gp::client
