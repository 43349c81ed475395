/// Threads, messages and runs as clients see them and the ChatStore keeps them. docs/protocol.md
/// section 3, "Shapes".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"

namespace gp::protocol {

class JsonWriter;

enum class RunState : std::uint8_t { queued, running, completed, failed, cancelled };
std::string_view to_string(RunState state);
std::optional<RunState> run_state_from_name(std::string_view name);
/// queued or running.
bool is_active(RunState state);

struct Run {
  RunId run_id;
  ThreadId thread_id;
  MessageId message_id;  ///< the user message it answers
  AgentName agent_name;
  RunState state = RunState::queued;
  std::string error_code;  ///< a name of codes.def if failed, else empty
  WallTime created_at{};
  std::optional<WallTime> finished_at;
};

enum class Role : std::uint8_t { user, assistant };
std::string_view to_string(Role role);
std::optional<Role> role_from_name(std::string_view name);

enum class MessageStatus : std::uint8_t { complete, cancelled, failed };
std::string_view to_string(MessageStatus status);
std::optional<MessageStatus> message_status_from_name(std::string_view name);

struct Message {
  MessageId message_id;
  ThreadId thread_id;
  Role role = Role::user;
  std::string content;
  std::string parts_json;  ///< a JSON array, or empty
  RunId run_id;
  Seq seq;  ///< of its user_message event, or of the terminal event of the run that wrote it
  MessageStatus status = MessageStatus::complete;
  WallTime created_at{};
};

struct Thread {
  ThreadId thread_id;
  std::string title;
  std::string metadata_json = "{}";
  WallTime created_at{};
  WallTime updated_at{};
  Seq last_seq;  ///< of the newest message or end of run
  std::vector<Run> active_runs;
};

void write_run(JsonWriter& json, const Run& run);
void write_message(JsonWriter& json, const Message& message);
void write_thread(JsonWriter& json, const Thread& thread);

}  // namespace gp::protocol
