// Encoding of goldenpath.v1 frames.
#include <array>

#include "protocol/codes.h"
#include "protocol/goldenpath_v1.h"
#include "protocol/json_writer.h"

namespace gp::protocol {

std::string_view to_string(SnapshotReason reason) {
  static constexpr std::array<std::string_view, 3> kNames{"retention", "epoch", "requested"};
  return kNames[static_cast<std::size_t>(reason)];
}

std::string GoldenpathV1::welcome(const Welcome& welcome) {
  std::string out;
  JsonWriter json(out);
  json.begin_object()
      .field("type", "welcome")
      .field("connection_id", welcome.connection_id.view())
      .field("user_id", welcome.user_id.view())
      .field("server_time", to_seconds(welcome.server_time))
      .field("protocol", kName)
      .field("heartbeat_seconds", std::chrono::duration<double>(welcome.heartbeat).count())
      .key("limits")
      .begin_object()
      .field("message_bytes", welcome.message_bytes)
      .field("connections_per_user", welcome.connections_per_user)
      .end_object();
  if (welcome.token_expires_at)
    json.field("token_expires_at", to_seconds(*welcome.token_expires_at));
  json.end_object();
  return out;
}

std::string GoldenpathV1::ack(std::string_view command_id, std::string_view fields_json) {
  std::string out;
  JsonWriter(out).begin_object().field("type", "ack").field_unless_empty("id", command_id);
  if (!fields_json.empty()) out.append(",").append(fields_json);
  out.push_back('}');
  return out;
}

std::string GoldenpathV1::error(std::string_view command_id, const Error& error,
                                std::string_view details_json) {
  const CodeInfo& code = info(error.code);
  std::string out;
  JsonWriter(out)
      .begin_object()
      .field("type", "error")
      .field_unless_empty("id", command_id)
      .field("code", code.name)
      .field("message", error.message)
      .field("retry", code.retry != RetryAdvice::never)
      .raw_field("details", details_json)
      .end_object();
  return out;
}

std::string GoldenpathV1::pong(const Ping& ping) {
  std::string out = R"({"type":"pong")";
  if (!ping.fields_json.empty()) out.append(",").append(ping.fields_json);
  out.push_back('}');
  return out;
}

std::string GoldenpathV1::snapshot(const Snapshot& snapshot) {
  std::string out;
  JsonWriter json(out);
  json.begin_object()
      .field("type", "snapshot")
      .field("thread_id", snapshot.thread_id.view())
      .field("epoch", snapshot.epoch.view())
      .field("seq", snapshot.seq.value)
      .field("reason", to_string(snapshot.reason))
      .key("messages")
      .begin_array();
  for (const Message& message : snapshot.messages) write_message(json, message);
  json.end_array().key("runs").begin_array();
  for (const Run& run : snapshot.runs) write_run(json, run);
  json.end_array().end_object();
  return out;
}

std::string GoldenpathV1::caught_up(const CaughtUp& caught_up) {
  std::string out;
  JsonWriter(out)
      .begin_object()
      .field("type", "caught_up")
      .field("thread_id", caught_up.thread_id.view())
      .field("epoch", caught_up.epoch.view())
      .field("seq", caught_up.seq.value)
      .end_object();
  return out;
}

std::string GoldenpathV1::goaway(const GoAway& goaway) {
  std::string out;
  JsonWriter(out)
      .begin_object()
      .field("type", "goaway")
      .field("reconnect_after_ms",
             static_cast<std::int64_t>(
                 std::chrono::duration<double, std::milli>(goaway.reconnect_after).count()))
      .field("reason", goaway.reason)
      .end_object();
  return out;
}

}  // namespace gp::protocol
