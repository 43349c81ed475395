#include "protocol/event.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

#include "protocol/codes.h"
#include "protocol/json_writer.h"

namespace gp::protocol {
namespace {

enum class Kind { run, terminal, thread };

struct TypeInfo {
  std::string_view name;
  Kind kind;
};

constexpr auto kTypes = std::to_array<TypeInfo>({
#define GP_EVENT(name, kind) {#name, Kind::kind},
    GP_EVENT_TYPES(GP_EVENT)
#undef GP_EVENT
});

double to_milliseconds(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

std::int64_t whole_milliseconds(Duration duration) {
  return static_cast<std::int64_t>(to_milliseconds(duration) + 0.5);
}

void append_integer(std::string& out, std::uint64_t value) {
  char digits[20];
  out.append(digits, std::to_chars(digits, std::end(digits), value).ptr);
}

/// As to_seconds(), digit by digit; a time before 1970 becomes 0.
void append_seconds(std::string& out, WallTime time) {
  const auto whole = std::chrono::floor<std::chrono::microseconds>(time.time_since_epoch());
  const auto microseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(whole.count(), 0));
  append_integer(out, microseconds / 1'000'000);
  std::uint64_t rest = microseconds % 1'000'000;
  if (rest == 0) return;
  char fraction[7] = {'.'};
  for (int i = 6; i > 0; --i, rest /= 10) fraction[i] = static_cast<char>('0' + rest % 10);
  const std::string_view digits(fraction, sizeof(fraction));
  out.append(digits.substr(0, digits.find_last_not_of('0') + 1));
}

}  // namespace

std::string_view to_string(EventType type) { return kTypes[static_cast<std::size_t>(type)].name; }

std::optional<EventType> event_type_from_name(std::string_view name) {
  for (std::size_t i = 0; i < kTypes.size(); ++i) {
    if (kTypes[i].name == name) return static_cast<EventType>(i);
  }
  return std::nullopt;
}

bool is_terminal(EventType type) {
  return kTypes[static_cast<std::size_t>(type)].kind == Kind::terminal;
}

std::string encode_event(const ThreadId& thread_id, const EventPosition& position,
                         const NewEvent& event, std::string buffer) {
  std::string out = std::move(buffer);
  out.clear();
  out.reserve(224 + event.payload.size());
  // Written by hand: no other JSON is made as often.
  const auto field = [&out](std::string_view key, std::string_view text) {
    append_json_string(out.append(key), text);
  };
  out.append(R"({"type":")").append(to_string(event.type)).append(R"(","seq":)");
  append_integer(out, position.seq.value);
  field(R"(,"event_id":)", position.event_id.view());
  field(R"(,"thread_id":)", thread_id.view());
  if (!event.run_id.empty()) field(R"(,"run_id":)", event.run_id.view());
  append_seconds(out.append(R"(,"timestamp":)"), position.timestamp);
  if (!event.agent_name.empty()) field(R"(,"agent_name":)", event.agent_name.view());
  out.append(R"(,"payload":)").append(event.payload).push_back('}');
  return out;
}

namespace payload {

std::string user_message(const MessageId& message_id, std::string_view content,
                         std::string_view parts_json) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("message_id", message_id.view()).field("content", content);
  if (!parts_json.empty()) json.raw_field("parts", parts_json);
  json.end_object();
  return out;
}

std::string agent_started(const MessageId& message_id) {
  std::string out;
  JsonWriter(out).begin_object().field("message_id", message_id.view()).end_object();
  return out;
}

std::string delta(std::string_view part_id, std::string_view delta) {
  std::string out;
  out.reserve(32 + part_id.size() + delta.size());
  append_json_string(out.append(R"({"part_id":)"), part_id);
  append_json_string(out.append(R"(,"delta":)"), delta);
  out.push_back('}');
  return out;
}

std::string tool_args_delta(std::string_view tool_call_id, std::string_view tool_name,
                            std::string_view delta) {
  std::string out;
  JsonWriter(out)
      .begin_object()
      .field("tool_call_id", tool_call_id)
      .field("tool_name", tool_name)
      .field("delta", delta)
      .end_object();
  return out;
}

std::string tool_executing(std::string_view tool_call_id, std::string_view tool_name,
                           std::string_view arguments_json) {
  std::string out;
  JsonWriter(out)
      .begin_object()
      .field("tool_call_id", tool_call_id)
      .field("tool_name", tool_name)
      .raw_field("arguments", arguments_json.empty() ? "{}" : arguments_json)
      .end_object();
  return out;
}

std::string tool_completed(std::string_view tool_call_id, std::string_view tool_name,
                           ToolOutcome outcome, std::string_view value_json, Duration duration) {
  std::string out;
  JsonWriter json(out);
  const bool success = outcome == ToolOutcome::kSuccess;
  json.begin_object()
      .field("tool_call_id", tool_call_id)
      .field("tool_name", tool_name)
      .field("success", success)
      .raw_field(success ? "result" : "error", value_json.empty() ? "null" : value_json)
      .field("duration_ms", whole_milliseconds(duration))
      .end_object();
  return out;
}

std::string agent_completed(std::string_view text, std::string_view result_json,
                            std::string_view usage_json, std::string_view finish_reason,
                            Duration duration) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("text", text);
  if (!result_json.empty()) json.raw_field("result", result_json);
  if (!usage_json.empty()) json.raw_field("usage", usage_json);
  json.field("finish_reason", finish_reason)
      .field("duration_ms", whole_milliseconds(duration))
      .end_object();
  return out;
}

std::string agent_error(Code code, std::string_view message, bool recoverable) {
  std::string out;
  JsonWriter(out)
      .begin_object()
      .field("code", info(code).name)
      .field("message", message)
      .field("recoverable", recoverable)
      .end_object();
  return out;
}

std::string agent_cancelled(const UserId& by, std::string_view reason) {
  std::string out;
  JsonWriter(out).begin_object().field("by", by.view()).field("reason", reason).end_object();
  return out;
}

std::string thread_updated(std::string_view title, std::string_view status,
                           std::string_view metadata_json) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field_unless_empty("title", title).field_unless_empty("status", status);
  if (!metadata_json.empty()) json.raw_field("metadata", metadata_json);
  json.end_object();
  return out;
}

std::string custom(std::string_view name, std::string_view value_json) {
  std::string out;
  JsonWriter(out)
      .begin_object()
      .field("name", name)
      .raw_field("value", value_json.empty() ? "null" : value_json)
      .end_object();
  return out;
}

}  // namespace payload
}  // namespace gp::protocol
