#include "client/frame.h"

#include <fmt/format.h>

namespace gp::client {
namespace {

using simdjson::dom::object;

std::string text_of(const object& from, std::string_view name) {
  return std::string(protocol::string_member(from, name).value_or(std::string_view()));
}

std::uint64_t number_of(const object& from, std::string_view name) {
  std::uint64_t number = 0;
  return from[name].get(number) == simdjson::SUCCESS ? number : 0;
}

EventPayload payload_of(const object& from) {
  EventPayload payload;
  payload.part_id = text_of(from, "part_id");
  payload.delta = text_of(from, "delta");
  payload.text = text_of(from, "text");
  payload.content = text_of(from, "content");
  payload.message_id = text_of(from, "message_id");
  payload.tool_call_id = text_of(from, "tool_call_id");
  payload.tool_name = text_of(from, "tool_name");
  payload.arguments_json = protocol::raw_member(from, "arguments");
  payload.code = text_of(from, "code");
  payload.message = text_of(from, "message");
  payload.by = text_of(from, "by");
  payload.reason = text_of(from, "reason");
  payload.title = text_of(from, "title");
  payload.status = text_of(from, "status");
  if (from["success"].get(payload.success) != simdjson::SUCCESS) payload.success = false;
  if (from["duration_ms"].get(payload.duration_ms) != simdjson::SUCCESS) payload.duration_ms = 0;
  return payload;
}

std::vector<SnapshotRun> runs_of(const object& snapshot) {
  std::vector<SnapshotRun> runs;
  simdjson::dom::array array;
  if (snapshot["runs"].get(array) != simdjson::SUCCESS) return runs;
  for (const simdjson::dom::element element : array) {
    object run;
    if (element.get(run) == simdjson::SUCCESS)
      runs.push_back({text_of(run, "run_id"), text_of(run, "state")});
  }
  return runs;
}

std::vector<SnapshotAnswer> answers_of(const object& snapshot) {
  std::vector<SnapshotAnswer> answers;
  simdjson::dom::array array;
  if (snapshot["messages"].get(array) != simdjson::SUCCESS) return answers;
  for (const simdjson::dom::element element : array) {
    object message;
    if (element.get(message) != simdjson::SUCCESS) continue;
    if (protocol::string_member(message, "role") != "assistant") continue;
    answers.push_back(
        {text_of(message, "run_id"), text_of(message, "content"), text_of(message, "status")});
  }
  return answers;
}

auto broken(std::string_view text, std::string_view why) {
  return fail(Code::protocol_error,
              fmt::format("the server sent a frame that {}: {}", why, text.substr(0, 200)));
}

}  // namespace

Result<Frame> FrameReader::read(std::string_view text) {
  GP_TRY(auto frame, read_one(text));
  if (frame.type == "batch") {
    GP_TRY(read_batch(frame));
  }
  return frame;
}

Result<Frame> FrameReader::read_one(std::string_view text) {
  const auto parsed = parser_.parse_object(text);
  if (!parsed) return broken(text, "is no JSON object");
  const object& from = parsed.value();
  Frame frame;
  frame.text = text;
  frame.type = text_of(from, "type");
  if (frame.type.empty()) return broken(text, "has no type");
  frame.id = text_of(from, "id");
  frame.thread_id = text_of(from, "thread_id");
  frame.run_id = text_of(from, "run_id");
  frame.message_id = text_of(from, "message_id");
  frame.epoch = text_of(from, "epoch");
  frame.code = text_of(from, "code");
  frame.message = text_of(from, "message");
  frame.reason = text_of(from, "reason");
  frame.seq = number_of(from, "seq");
  frame.first_seq = number_of(from, "first_seq");
  if (frame.first_seq == 0) frame.first_seq = frame.seq;
  frame.reconnect_after_ms = number_of(from, "reconnect_after_ms");
  if (frame.type == "snapshot") {
    frame.runs = runs_of(from);
    frame.answers = answers_of(from);
  }
  // A frame without event_id is a frame of the connection, even if it is named like an event.
  if (from["event_id"].error() != simdjson::SUCCESS) return frame;
  frame.event = protocol::event_type_from_name(frame.type);
  if (!frame.event) return broken(text, "is an event of a type this client does not know");
  object payload;
  if (frame.seq == 0 || frame.first_seq > frame.seq || frame.thread_id.empty() ||
      from["payload"].get(payload) != simdjson::SUCCESS)
    return broken(text, "is an event without a seq, thread_id or payload");
  frame.payload = payload_of(payload);
  return frame;
}

Result<> FrameReader::read_batch(Frame& batch) {
  for (const std::string& text : array_texts(batch.text, "events")) {
    GP_TRY(auto event, read_one(text));
    if (!event.event) return broken(text, "is in a batch but is no event");
    batch.events.push_back(std::move(event));
  }
  if (batch.events.empty() || batch.events.front().first_seq != batch.first_seq ||
      batch.events.back().seq != batch.seq)
    return broken(batch.text, "is a batch whose first_seq or seq is not that of its events");
  return ok();
}

std::vector<std::string> array_texts(std::string_view text, std::string_view name) {
  // On-demand parsing, because the DOM does not keep the bytes; the caller has validated them.
  std::vector<std::string> texts;
  simdjson::ondemand::parser parser;
  const simdjson::padded_string padded(text);
  simdjson::ondemand::document document;
  simdjson::ondemand::array array;
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS) return texts;
  if (document[name].get_array().get(array) != simdjson::SUCCESS) return texts;
  for (auto element : array) {
    simdjson::ondemand::object member;
    std::string_view raw;
    if (element.get_object().get(member) != simdjson::SUCCESS) return texts;
    if (member.raw_json().get(raw) != simdjson::SUCCESS) return texts;
    // raw_json() goes on to the next token.
    texts.emplace_back(raw.substr(0, raw.rfind('}') + 1));
  }
  return texts;
}

}  // namespace gp::client
