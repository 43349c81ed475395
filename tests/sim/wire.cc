#include "wire.h"

#include <array>
#include <functional>
#include <optional>

namespace gp::sim {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::array<std::string_view, 12> kEventNames{
    "user_message",    "agent_started",   "agent_thinking", "token",
    "tool_args_delta", "tool_executing",  "tool_completed", "agent_completed",
    "agent_error",     "agent_cancelled", "thread_updated", "custom"};
constexpr std::array<std::string_view, 9> kFrameNames{
    "", "batch", "welcome", "ack", "error", "snapshot", "caught_up", "goaway", "pong"};

EventKind event_kind(std::string_view name) {
  for (std::size_t i = 0; i < kEventNames.size(); ++i) {
    if (kEventNames[i] == name) return static_cast<EventKind>(i);
  }
  return EventKind::kUnknown;
}

FrameKind frame_kind(std::string_view name) {
  for (std::size_t i = 1; i < kFrameNames.size(); ++i) {
    if (kFrameNames[i] == name) return static_cast<FrameKind>(i);
  }
  return FrameKind::kBroken;
}

std::string_view text_of(const object& from, std::string_view name) {
  std::string_view text;
  return from[name].get(text) == simdjson::SUCCESS ? text : std::string_view{};
}

std::uint64_t number_of(const object& from, std::string_view name) {
  std::uint64_t number = 0;
  return from[name].get(number) == simdjson::SUCCESS ? number : 0;
}

std::string value_of(const object& from, std::string_view name) {
  element value;
  if (from[name].get(value) != simdjson::SUCCESS) return {};
  if (std::string_view text; value.get(text) == simdjson::SUCCESS)
    return std::string("s:").append(text);
  return std::string("j:").append(simdjson::minify(value));
}

// What the payload of each kind says (docs/protocol.md section 1).
bool read_payload(const object& payload, Event& event) {
  const auto take = [&](std::string_view key, std::string_view text) {
    event.key = text_of(payload, key);
    event.text = text_of(payload, text);
  };
  switch (event.kind) {
    case EventKind::kUserMessage: take("message_id", "content"); return !event.key.empty();
    case EventKind::kStarted: take("message_id", "parent_run_id"); return !event.key.empty();
    case EventKind::kThinking:
    case EventKind::kToken: take("part_id", "delta"); return !event.text.empty();
    case EventKind::kToolArguments: take("tool_call_id", "delta"); return !event.key.empty();
    case EventKind::kToolExecuting:
      event.key = text_of(payload, "tool_call_id");
      event.text = value_of(payload, "arguments");
      return !event.key.empty() && (event.text.starts_with("s:") || event.text.starts_with("j:{"));
    case EventKind::kToolCompleted: {
      bool success = false;
      if (payload["success"].get(success) != simdjson::SUCCESS) return false;
      event.key = text_of(payload, "tool_call_id");
      event.text = (success ? "+" : "-") + value_of(payload, success ? "result" : "error");
      return !event.key.empty() && event.text.size() > 1;
    }
    case EventKind::kCompleted: take("finish_reason", "text"); return true;
    case EventKind::kError: take("code", "message"); return !event.key.empty();
    case EventKind::kCancelled: take("by", "reason"); return !event.key.empty();
    case EventKind::kThreadUpdated: take("status", "title"); return true;
    case EventKind::kCustom:
      event.key = text_of(payload, "name");
      event.text = value_of(payload, "value");
      return true;
    case EventKind::kUnknown: break;
  }
  return false;
}

MessageShape message_of(const object& from) {
  MessageShape message;
  message.id = text_of(from, "message_id");
  message.thread = text_of(from, "thread_id");
  message.content = text_of(from, "content");
  message.run = text_of(from, "run_id");
  message.status = text_of(from, "status");
  message.from_user = text_of(from, "role") == "user";
  message.seq = number_of(from, "seq");
  return message;
}

template <class Take>
void for_objects(const object& from, std::string_view name, Take take) {
  simdjson::dom::array items;
  if (from[name].get(items) != simdjson::SUCCESS) return;
  for (const element item : items) {
    if (object each; item.get(each) == simdjson::SUCCESS) take(each);
  }
}

/// The events of a batch are numbered on from its first_seq, as if one part had come after the
/// other.
bool numbered_on(const Frame& batch) {
  std::uint64_t next = batch.first;
  for (const Event* event : batch.events) {
    if (event->first != next || !is_delta(event->kind)) return false;
    next = event->seq + 1;
  }
  return !batch.events.empty() && next == batch.seq + 1;
}

}  // namespace

std::string_view name_of(EventKind kind) {
  const auto index = static_cast<std::size_t>(kind);
  return index < kEventNames.size() ? kEventNames[index] : "unknown";
}

const Event* FrameReader::make_event(const object& from, std::string_view raw) {
  Event event;
  event.kind = event_kind(text_of(from, "type"));
  event.seq = number_of(from, "seq");
  event.first = number_of(from, "first_seq");
  if (event.first == 0) event.first = event.seq;
  event.thread = text_of(from, "thread_id");
  event.run = text_of(from, "run_id");
  object payload;
  if (event.kind == EventKind::kUnknown || event.thread.empty() || event.first > event.seq ||
      from["payload"].get(payload) != simdjson::SUCCESS || !read_payload(payload, event))
    return nullptr;
  if (event.run.empty() != (event.kind == EventKind::kThreadUpdated)) return nullptr;
  event.raw = raw;
  return &events_.emplace_back(std::move(event));
}

void FrameReader::read_fields(const object& from, Frame& frame) {
  frame.id = text_of(from, "id");
  frame.thread = text_of(from, "thread_id");
  frame.epoch = text_of(from, "epoch");
  frame.code = text_of(from, "code");
  frame.reason = text_of(from, "reason");
  frame.run = text_of(from, "run_id");
  frame.message = text_of(from, "message_id");
  frame.user = text_of(from, "user_id");
  frame.next_cursor = text_of(from, "next_cursor");
  frame.seq = number_of(from, "seq");
  frame.first = number_of(from, "first_seq");
  if (object details; from["details"].get(details) == simdjson::SUCCESS && frame.thread.empty())
    frame.thread = text_of(details, "thread_id");
  if (object thread; from["thread"].get(thread) == simdjson::SUCCESS)
    frame.thread = text_of(thread, "thread_id");
  for_objects(from, "messages",
              [&](const object& each) { frame.messages.push_back(message_of(each)); });
  for_objects(from, "runs", [&](const object& each) {
    frame.runs.push_back(
        {std::string(text_of(each, "run_id")), std::string(text_of(each, "state"))});
  });
  for_objects(from, "threads", [&](const object& each) {
    frame.positions.push_back({std::string(text_of(each, "thread_id")),
                               std::string(text_of(each, "epoch")), number_of(each, "seq")});
  });
}

const Frame& FrameReader::read(std::string_view text) {
  const std::size_t hash = std::hash<std::string_view>{}(text);
  if (const auto found = known_.find(hash);
      found != known_.end() && found->second->events.front()->raw == text)
    return *found->second;
  Frame& frame = frames_.emplace_back();
  object from;
  if (parser_.parse(text.data(), text.size()).get(from) != simdjson::SUCCESS) return frame;
  frame.kind = frame_kind(text_of(from, "type"));
  if (frame.kind == FrameKind::kBroken) {
    const Event* event = make_event(from, text);
    if (event == nullptr) return frame;
    frame.kind = FrameKind::kEvent;
    frame.events.push_back(event);
    frame.first = event->first;
    frame.seq = event->seq;
    known_[hash] = &frame;
    return frame;
  }
  read_fields(from, frame);
  for_objects(from, "events", [&](const object& each) {
    frame.events.push_back(make_event(each, simdjson::minify(each)));
    if (frame.events.back() == nullptr) frame.kind = FrameKind::kBroken;
  });
  if (frame.kind == FrameKind::kBatch && !numbered_on(frame)) frame.kind = FrameKind::kBroken;
  if (frame.kind == FrameKind::kBroken) frame.events.clear();
  return frame;
}

const Event* FrameReader::read_event(std::string_view text) {
  const Frame& frame = read(text);
  return frame.kind == FrameKind::kEvent ? frame.events.front() : nullptr;
}

}  // namespace gp::sim
