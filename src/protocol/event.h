/// The canonical event: what a ThreadLog holds and every client sees. docs/protocol.md section 1 is
/// its wire form.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"

namespace gp::protocol {

/// To add a type: a line here, its payload function below, docs/protocol.md,
/// sdk/typescript/src/events.ts. GP_EVENT(name, class): run (inside a run), terminal (ends a run),
/// thread (belongs to the thread)
#define GP_EVENT_TYPES(GP_EVENT)      \
  GP_EVENT(user_message, thread)      \
  GP_EVENT(agent_started, run)        \
  GP_EVENT(agent_thinking, run)       \
  GP_EVENT(token, run)                \
  GP_EVENT(tool_args_delta, run)      \
  GP_EVENT(tool_executing, run)       \
  GP_EVENT(tool_completed, run)       \
  GP_EVENT(agent_completed, terminal) \
  GP_EVENT(agent_error, terminal)     \
  GP_EVENT(agent_cancelled, terminal) \
  GP_EVENT(thread_updated, thread)    \
  GP_EVENT(custom, run)

enum class EventType : std::uint8_t {
#define GP_EVENT(name, kind) name,
  GP_EVENT_TYPES(GP_EVENT)
#undef GP_EVENT
};

std::string_view to_string(EventType type);
std::optional<EventType> event_type_from_name(std::string_view name);
/// agent_completed, agent_error, agent_cancelled.
bool is_terminal(EventType type);

/// An event before its log gives it a seq.
struct NewEvent {
  EventType type;
  RunId run_id{};          ///< empty if it belongs to no run
  AgentName agent_name{};  ///< empty if it belongs to no run
  std::string payload;     ///< a JSON object, valid
};

/// What the log adds.
struct EventPosition {
  Seq seq;
  EventId event_id;
  WallTime timestamp;
};

/// The JSON of an event, written once and shared by all readers. `buffer`: memory to write it into,
/// whatever it holds.
std::string encode_event(const ThreadId& thread_id, const EventPosition& position,
                         const NewEvent& event, std::string buffer = {});

/// Payloads, as JSON objects. Texts must be UTF-8; `*_json` must be valid JSON.
namespace payload {

std::string user_message(const MessageId& message_id, std::string_view content,
                         std::string_view parts_json);
std::string agent_started(const MessageId& message_id);
/// For agent_thinking and token.
std::string delta(std::string_view part_id, std::string_view delta);
std::string tool_args_delta(std::string_view tool_call_id, std::string_view tool_name,
                            std::string_view delta);
std::string tool_executing(std::string_view tool_call_id, std::string_view tool_name,
                           std::string_view arguments_json);
enum class ToolOutcome { kSuccess, kFailure };
/// `value_json` is the result or, on failure, the error.
std::string tool_completed(std::string_view tool_call_id, std::string_view tool_name,
                           ToolOutcome outcome, std::string_view value_json, Duration duration);
std::string agent_completed(std::string_view text, std::string_view result_json,
                            std::string_view usage_json, std::string_view finish_reason,
                            Duration duration);
std::string agent_error(Code code, std::string_view message, bool recoverable);
std::string agent_cancelled(const UserId& by, std::string_view reason);
std::string thread_updated(std::string_view title, std::string_view status,
                           std::string_view metadata_json);
std::string custom(std::string_view name, std::string_view value_json);

}  // namespace payload
}  // namespace gp::protocol
