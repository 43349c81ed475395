#include "adapters/agent_http/openai_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "agent/utf8.h"

namespace gp::agent_http {
namespace {

using agent::Ended;
using agent::Failed;
using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kErrorTextBytesMax = 500;
constexpr std::string_view kNotExecuted =
    R"("goldenpath executes no tools: the model asked for this one, )"
    R"(and the agent behind it must run it")";

// Absent and null are the same to every client we know.
std::optional<element> member(const object& from, std::string_view name) {
  element found;
  if (from[name].get(found) != simdjson::SUCCESS || found.is_null()) return std::nullopt;
  return found;
}

std::optional<object> object_member(const object& from, std::string_view name) {
  object found;
  if (from[name].get(found) != simdjson::SUCCESS) return std::nullopt;
  return found;
}

std::string string_or_empty(const object& from, std::string_view name) {
  return std::string(protocol::string_member(from, name).value_or(""));
}

// A string, or an array of {"type":"text","text":…}.
std::optional<std::string> text_of(const element& value) {
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return std::string(text);
  array parts;
  if (value.get(parts) != simdjson::SUCCESS) return std::nullopt;
  std::string out;
  for (const element part : parts) {
    object fields;
    if (part.get(fields) == simdjson::SUCCESS)
      out += protocol::string_member(fields, "text").value_or("");
  }
  return out;
}

std::optional<std::string> error_message(const object& chunk) {
  const auto error = member(chunk, "error");
  if (!error) return std::nullopt;
  object fields;
  std::string_view text;
  if (error->get(text) == simdjson::SUCCESS) return std::string(text);
  if (error->get(fields) == simdjson::SUCCESS) {
    if (const auto message = protocol::string_member(fields, "message"))
      return std::string(*message);
  }
  return simdjson::minify(*error);
}

}  // namespace

void OpenAiStream::accept(std::string_view data, Events& out) {
  if (end_ || data.empty()) return;
  if (data == "[DONE]") return end_of_stream(out);
  // The tokens of a stream must not be lost for a broken character in one of them.
  const std::string text = agent::replace_invalid_utf8(std::string(data));
  auto chunk = parser_.parse_object(text);
  if (!chunk) return fail_protocol(chunk.error().message);
  take_chunk(chunk.value(), out);
}

void OpenAiStream::end_of_stream(Events& out) {
  if (end_) return;
  if (has_finish_reason()) return end_with_finish_reason(out);
  end_ = Failed{Code::agent_disconnected, "the agent's stream ended without a finish_reason", true};
}

void OpenAiStream::end_with_finish_reason(Events& out) {
  request_tools(out);
  end_ = Ended{finish_reason_, usage_json_, ""};
}

void OpenAiStream::take_chunk(const object& chunk, Events& out) {
  if (take_error(chunk)) return;
  if (object_member(chunk, "usage")) usage_json_ = protocol::raw_member(chunk, "usage");
  const auto choices = member(chunk, "choices");
  if (!choices) return;
  array list;
  if (choices->get(list) != simdjson::SUCCESS) return fail_protocol("choices is not an array");
  for (const element item : list) {
    object choice;
    if (item.get(choice) != simdjson::SUCCESS) return fail_protocol("a choice is not an object");
    std::int64_t index = 0;
    if (choice["index"].get(index) == simdjson::SUCCESS && index != 0) continue;
    take_choice(choice, out);
    if (end_) return;
  }
}

bool OpenAiStream::take_error(const object& chunk) {
  auto message = error_message(chunk);
  // Older vLLM: {"object":"error","message":…}.
  if (!message && protocol::string_member(chunk, "object") == "error")
    message = string_or_empty(chunk, "message");
  if (!message) return false;
  end_ = Failed{
      Code::agent_failed,
      message->empty() ? "the agent reported an error without a message" : std::move(*message),
      true};
  return true;
}

void OpenAiStream::take_choice(const object& choice, Events& out) {
  auto delta = object_member(choice, "delta");
  if (!delta) delta = object_member(choice, "message");
  if (delta) take_delta(*delta, out);
  if (end_) return;
  if (const auto reason = protocol::string_member(choice, "finish_reason");
      reason && !reason->empty()) {
    finish_reason_ = *reason;
    request_tools(out);
  }
}

void OpenAiStream::take_delta(const object& delta, Events& out) {
  const bool has_reasoning_content = member(delta, "reasoning_content").has_value();
  take_text(delta, has_reasoning_content ? "reasoning_content" : "reasoning", Kind::kThinking, out);
  take_text(delta, "content", Kind::kText, out);
  take_text(delta, "refusal", Kind::kText, out);
  if (!end_) take_tool_calls(delta, out);
}

void OpenAiStream::take_text(const object& delta, std::string_view name, Kind kind, Events& out) {
  const auto value = member(delta, name);
  if (!value || end_) return;
  auto text = text_of(*value);
  if (!text) return fail_protocol(fmt::format("{} is neither a string nor an array", name));
  say(kind, std::move(*text), out);
}

void OpenAiStream::say(Kind kind, std::string text, Events& out) {
  if (text.empty()) return;
  if (kind != kind_) {
    kind_ = kind;
    ++part_;
  }
  std::string part = fmt::format("p{}", part_);
  if (kind == Kind::kThinking)
    out.emplace_back(agent::Thinking{std::move(part), std::move(text)});
  else
    out.emplace_back(agent::Text{std::move(part), std::move(text)});
}

void OpenAiStream::take_tool_calls(const object& delta, Events& out) {
  const auto calls = member(delta, "tool_calls");
  if (!calls) return;
  array list;
  if (calls->get(list) != simdjson::SUCCESS) return fail_protocol("tool_calls is not an array");
  for (const element item : list) {
    object call;
    if (item.get(call) != simdjson::SUCCESS) return fail_protocol("a tool call is not an object");
    take_tool_call(call, out);
    if (end_) return;
  }
}

void OpenAiStream::take_tool_call(const object& call, Events& out) {
  ToolCall* tool = tool_call_for(call);
  if (tool == nullptr) return;
  kind_ = Kind::kNone;
  if (tool->id.empty()) tool->id = string_or_empty(call, "id");
  if (const auto function = object_member(call, "function")) {
    if (tool->name.empty()) tool->name = string_or_empty(*function, "name");
    // Some servers send the arguments as an object instead of its text.
    std::string more = string_or_empty(*function, "arguments");
    if (object_member(*function, "arguments")) more = protocol::raw_member(*function, "arguments");
    arguments_bytes_ += more.size();
    if (arguments_bytes_ > limits_.arguments_bytes_max)
      return fail_protocol(fmt::format("tool arguments of more than {}",
                                       format_byte_size(limits_.arguments_bytes_max)));
    tool->arguments += more;
  }
  if (tool->name.empty() || tool->arguments_sent == tool->arguments.size()) return;
  if (tool->id.empty()) tool->id = fmt::format("call_{}", tool - tools_.data() + 1);
  out.emplace_back(
      agent::ToolArguments{tool->id, tool->name, tool->arguments.substr(tool->arguments_sent)});
  tool->arguments_sent = tool->arguments.size();
}

// The call this delta goes on with, or a new one; nothing after a limit.
OpenAiStream::ToolCall* OpenAiStream::tool_call_for(const object& call) {
  const std::string id = string_or_empty(call, "id");
  const auto function = object_member(call, "function");
  const bool names_tool = function && !string_or_empty(*function, "name").empty();
  std::int64_t index = 0;
  if (call["index"].get(index) != simdjson::SUCCESS) {
    // Without an index: by id, else the latest.
    const auto same = std::find_if(tools_.begin(), tools_.end(),
                                   [&](const ToolCall& tool) { return tool.id == id; });
    if (!id.empty() && same != tools_.end()) return &*same;
    if (id.empty() && !names_tool && !tools_.empty()) return &tools_.back();
    index = tools_.empty() ? 0 : tools_.back().index + 1;
  } else {
    const auto same = std::find_if(tools_.rbegin(), tools_.rend(),
                                   [&](const ToolCall& tool) { return tool.index == index; });
    const bool other_call =
        same != tools_.rend() && names_tool && !id.empty() && !same->id.empty() && same->id != id;
    if (same != tools_.rend() && !other_call) return &*same;
  }
  if (tools_.size() >= limits_.tool_calls_max) {
    fail_protocol(fmt::format("more than {} tool calls", limits_.tool_calls_max));
    return nullptr;
  }
  tools_.push_back(ToolCall{index, {}, {}, {}});
  return &tools_.back();
}

void OpenAiStream::request_tools(Events& out) {
  for (; tools_requested_ < tools_.size(); ++tools_requested_) {
    ToolCall& tool = tools_[tools_requested_];
    if (tool.id.empty()) tool.id = fmt::format("call_{}", tools_requested_ + 1);
    out.emplace_back(agent::ToolStarted{tool.id, tool.name, std::move(tool.arguments)});
    out.emplace_back(agent::ToolFinished{tool.id, tool.name, false, std::string(kNotExecuted)});
    tool.arguments.clear();
    tool.arguments_sent = 0;
  }
}

void OpenAiStream::fail_protocol(std::string_view what) {
  if (end_) return;
  end_ = Failed{Code::agent_protocol,
                fmt::format("the agent sent what chat.completions does not allow: {}", what), true};
}

std::string openai_error_text(protocol::JsonParser& parser, std::string_view body) {
  std::string text = agent::replace_invalid_utf8(std::string(body));
  if (auto parsed = parser.parse_object(text)) {
    const object& fields = parsed.value();
    auto message = error_message(fields);
    if (!message) message = string_or_empty(fields, "message");
    if (message->empty()) message = string_or_empty(fields, "detail");
    if (!message->empty()) text = std::move(*message);
  }
  return std::string(agent::utf8_prefix(text, kErrorTextBytesMax));
}

}  // namespace gp::agent_http
