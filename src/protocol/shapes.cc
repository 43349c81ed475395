#include "protocol/shapes.h"

#include <array>

#include "protocol/json_writer.h"

namespace gp::protocol {
namespace {

constexpr std::array<std::string_view, 5> kRunStates{"queued", "running", "completed", "failed",
                                                     "cancelled"};
constexpr std::array<std::string_view, 2> kRoles{"user", "assistant"};
constexpr std::array<std::string_view, 3> kMessageStatuses{"complete", "cancelled", "failed"};

template <class Enum, std::size_t N>
std::optional<Enum> from_name(const std::array<std::string_view, N>& names, std::string_view name) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(RunState state) { return kRunStates[static_cast<std::size_t>(state)]; }
std::optional<RunState> run_state_from_name(std::string_view name) {
  return from_name<RunState>(kRunStates, name);
}
bool is_active(RunState state) { return state == RunState::queued || state == RunState::running; }

std::string_view to_string(Role role) { return kRoles[static_cast<std::size_t>(role)]; }
std::optional<Role> role_from_name(std::string_view name) { return from_name<Role>(kRoles, name); }

std::string_view to_string(MessageStatus status) {
  return kMessageStatuses[static_cast<std::size_t>(status)];
}
std::optional<MessageStatus> message_status_from_name(std::string_view name) {
  return from_name<MessageStatus>(kMessageStatuses, name);
}

void write_run(JsonWriter& json, const Run& run) {
  json.begin_object()
      .field("run_id", run.run_id.view())
      .field("thread_id", run.thread_id.view())
      .field("message_id", run.message_id.view())
      .field("agent_name", run.agent_name.view())
      .field("state", to_string(run.state))
      .field_unless_empty("error_code", run.error_code)
      .field("created_at", to_seconds(run.created_at));
  if (run.finished_at) json.field("finished_at", to_seconds(*run.finished_at));
  json.end_object();
}

void write_message(JsonWriter& json, const Message& message) {
  json.begin_object()
      .field("message_id", message.message_id.view())
      .field("thread_id", message.thread_id.view())
      .field("role", to_string(message.role))
      .field("content", message.content);
  if (!message.parts_json.empty()) json.raw_field("parts", message.parts_json);
  json.field_unless_empty("run_id", message.run_id.view())
      .field("seq", message.seq.value)
      .field("status", to_string(message.status))
      .field("created_at", to_seconds(message.created_at))
      .end_object();
}

void write_thread(JsonWriter& json, const Thread& thread) {
  json.begin_object()
      .field("thread_id", thread.thread_id.view())
      .field("title", thread.title)
      .field("status", "active")
      .raw_field("metadata", thread.metadata_json)
      .field("created_at", to_seconds(thread.created_at))
      .field("updated_at", to_seconds(thread.updated_at))
      .field("last_seq", thread.last_seq.value)
      .key("active_runs")
      .begin_array();
  for (const Run& run : thread.active_runs) write_run(json, run);
  json.end_array().end_object();
}

}  // namespace gp::protocol
