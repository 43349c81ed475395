#include "chat/results.h"

#include "protocol/json_writer.h"

namespace gp::chat::results {
namespace {

using protocol::JsonWriter;

void write_cursor(JsonWriter& json, const std::string& cursor) {
  json.key("next_cursor");
  if (cursor.empty()) {
    json.null();
  } else {
    json.value(cursor);
  }
}

}  // namespace

std::string message_ack(const MessageAck& ack) {
  std::string out;
  JsonWriter(out)
      .field("thread_id", ack.thread_id.view())
      .field("message_id", ack.message_id.view())
      .field("run_id", ack.run_id.view())
      .field("seq", ack.seq.value);
  return out;
}

std::string threads(const store::ThreadPage& page) {
  std::string out;
  JsonWriter json(out);
  json.key("threads").begin_array();
  for (const auto& thread : page.threads) protocol::write_thread(json, thread);
  json.end_array();
  write_cursor(json, page.next_cursor);
  return out;
}

std::string messages(const store::MessagePage& page) {
  std::string out;
  JsonWriter json(out);
  json.key("messages").begin_array();
  for (const auto& message : page.messages) protocol::write_message(json, message);
  json.end_array();
  write_cursor(json, page.next_cursor);
  return out;
}

std::string thread_object(const protocol::Thread& thread) {
  std::string out;
  JsonWriter json(out);
  protocol::write_thread(json, thread);
  return out;
}

std::string run_object(const protocol::Run& run) {
  std::string out;
  JsonWriter json(out);
  protocol::write_run(json, run);
  return out;
}

std::string member(std::string_view name, std::string_view value) {
  std::string out;
  JsonWriter(out).field(name, value);
  return out;
}

}  // namespace gp::chat::results
