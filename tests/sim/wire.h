/// What goes over the wire, read again from docs/protocol.md: this file shares nothing with the
/// server but the JSON parser, so that an encoder's mistake is not repeated by its judge.
///
/// Thread: the simulator's. FrameReader owns what it returns until the schedule is over. Event
/// frames are parsed once however many tabs get them: equal bytes mean the same.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gp::sim {

enum class EventKind : std::uint8_t {
  kUserMessage,
  kStarted,
  kThinking,
  kToken,
  kToolArguments,
  kToolExecuting,
  kToolCompleted,
  kCompleted,
  kError,
  kCancelled,
  kThreadUpdated,
  kCustom,
  kUnknown,
};
constexpr bool ends_run(EventKind kind) {
  return kind == EventKind::kCompleted || kind == EventKind::kError ||
         kind == EventKind::kCancelled;
}
constexpr bool is_delta(EventKind kind) {
  return kind == EventKind::kThinking || kind == EventKind::kToken ||
         kind == EventKind::kToolArguments;
}
/// Kinds that docs/ARCHITECTURE promise not to show before their commit.
constexpr bool is_gated(EventKind kind) {
  return kind == EventKind::kUserMessage || ends_run(kind);
}
std::string_view name_of(EventKind kind);

/// A stored event. `key` is what the payload names (message_id, part_id, tool_call_id, code, by,
/// status, name), `text` its words; JSON values are "j:" and their text, or "s:" and the string.
struct Event {
  EventKind kind = EventKind::kUnknown;
  std::uint64_t first = 0;
  std::uint64_t seq = 0;
  std::string thread, run, key, text;
  std::string raw;

  bool deletes_thread() const { return kind == EventKind::kThreadUpdated && key == "deleted"; }
};

struct MessageShape {
  std::string id, thread, content, run, status;
  bool from_user = false;
  std::uint64_t seq = 0;
};
struct RunShape {
  std::string run, state;
};
struct PositionShape {
  std::string thread, epoch;
  std::uint64_t seq = 0;
};

enum class FrameKind : std::uint8_t {
  kEvent,
  kBatch,
  kWelcome,
  kAck,
  kError,
  kSnapshot,
  kCaughtUp,
  kGoAway,
  kPong,
  kBroken,
};

struct Frame {
  FrameKind kind = FrameKind::kBroken;
  std::vector<const Event*> events;  ///< one, or those of a batch
  std::uint64_t first = 0;
  std::uint64_t seq = 0;
  std::string id, thread, epoch, code, reason, run, message, next_cursor, user;
  std::vector<MessageShape> messages;
  std::vector<RunShape> runs;
  std::vector<PositionShape> positions;
};

class FrameReader {
 public:
  /// Never fails: what is no frame of the protocol is kBroken.
  const Frame& read(std::string_view text);
  /// An event as stored; nullptr if it is none.
  const Event* read_event(std::string_view text);

 private:
  const Event* make_event(const simdjson::dom::object& object, std::string_view raw);
  void read_fields(const simdjson::dom::object& object, Frame& frame);

  simdjson::dom::parser parser_;
  std::deque<Event> events_;
  std::deque<Frame> frames_;
  std::unordered_map<std::size_t, const Frame*> known_;
};

}  // namespace gp::sim
