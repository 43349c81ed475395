#include "agent/run_contract.h"

#include <fmt/format.h>

#include <utility>

#include "agent/carried_json.h"
#include "agent/utf8.h"
#include "base/planted_bug.h"
#include "protocol/codes.h"
#include "protocol/json_writer.h"

namespace gp::agent {
namespace {

using protocol::EventType;
namespace payload = protocol::payload;

std::string quoted(std::string_view text) {
  std::string out;
  protocol::append_json_string(out, text);
  return out;
}

void sanitize(std::string& text) { text = replace_invalid_utf8(std::move(text)); }

}  // namespace

RunContract::RunContract(RunIdentity identity, const Clock& clock, RunLimits limits)
    : identity_(std::move(identity)), clock_(clock), limits_(limits) {}

RunContract::Events RunContract::start() {
  Events out;
  begin(out);
  return out;
}

RunContract::Events RunContract::accept(AgentEvent event) {
  Events out;
  if (over()) {
    ++dropped_;
    return out;
  }
  begin(out);
  std::visit([&](auto& kind) { take(kind, out); }, event);
  return out;
}

RunContract::Events RunContract::finish(AgentEnd end) {
  Events out;
  if (over()) {
    ++dropped_;
    return out;
  }
  begin(out);
  std::visit([&](auto& kind) { end_with(kind, out); }, end);
  return out;
}

RunContract::Events RunContract::cancel(const UserId& by, std::string_view reason) {
  Events out;
  if (over()) return out;
  begin(out);
  end_run(EventType::agent_cancelled,
          payload::agent_cancelled(by, replace_invalid_utf8(std::string(reason))),
          "the run was cancelled before this tool finished", out);
  return out;
}

void RunContract::begin(Events& out) {
  if (state_ != State::kNew) return;
  state_ = State::kRunning;
  started_ = clock_.now();
  out.push_back(make(EventType::agent_started, payload::agent_started(identity_.message_id)));
}

void RunContract::take(Thinking& event, Events& out) {
  if (event.delta.empty()) return;
  sanitize(event.part_id);
  sanitize(event.delta);
  emit(EventType::agent_thinking, payload::delta(event.part_id, event.delta), out);
}

void RunContract::take(Text& event, Events& out) {
  if (event.delta.empty()) return;
  sanitize(event.part_id);
  sanitize(event.delta);
  if (emit(EventType::token, payload::delta(event.part_id, event.delta), out)) text_ += event.delta;
}

void RunContract::take(ToolArguments& event, Events& out) {
  if (event.tool_call_id.empty())
    return fail_run(Code::agent_protocol, "the agent sent tool arguments without a tool_call_id",
                    out);
  if (event.delta.empty()) return;
  sanitize(event.tool_call_id);
  sanitize(event.tool_name);
  sanitize(event.delta);
  emit(EventType::tool_args_delta,
       payload::tool_args_delta(event.tool_call_id, event.tool_name, event.delta), out);
}

void RunContract::take(ToolStarted& event, Events& out) {
  if (event.tool_call_id.empty())
    return fail_run(Code::agent_protocol, "the agent started a tool without a tool_call_id", out);
  sanitize(event.tool_call_id);
  const Tool* known = find_tool(event.tool_call_id);
  if (known != nullptr && known->open) {
    ++dropped_;
    return;
  }
  open_tool(event.tool_call_id, replace_invalid_utf8(std::move(event.tool_name)),
            carry_arguments(std::move(event.arguments_json)), out);
}

void RunContract::take(ToolFinished& event, Events& out) {
  if (event.tool_call_id.empty())
    return fail_run(Code::agent_protocol, "the agent finished a tool without a tool_call_id", out);
  sanitize(event.tool_call_id);
  Tool* tool = find_tool(event.tool_call_id);
  if (tool != nullptr && !tool->open) {
    ++dropped_;
    return;
  }
  if (tool == nullptr) {
    std::string name = replace_invalid_utf8(std::move(event.tool_name));
    if (!open_tool(event.tool_call_id, std::move(name), "", out)) return;
    tool = &tools_.back();
  }
  std::string value = carry_json(std::move(event.result_json));
  if (!event.success && value.empty()) value = quoted("the tool failed and did not say why");
  const auto outcome =
      event.success ? payload::ToolOutcome::kSuccess : payload::ToolOutcome::kFailure;
  std::string content =
      payload::tool_completed(tool->id, tool->name, outcome, value, clock_.now() - tool->started);
  // Beyond the limit the tool stays open, and the end of the run closes it.
  if (emit(EventType::tool_completed, std::move(content), out)) tool->open = false;
}

void RunContract::take(Custom& event, Events& out) {
  sanitize(event.name);
  emit(EventType::custom, payload::custom(event.name, carry_json(std::move(event.value_json))),
       out);
}

void RunContract::end_with(Ended& end, Events& out) {
  std::string result = carry_json(std::move(end.result_json));
  std::string usage = carry_object(std::move(end.usage_json));
  if (output_bytes_ + result.size() + usage.size() > limits_.output_bytes_max)
    return fail_run(Code::output_too_large, "the agent's result is larger than a run may have",
                    out);
  sanitize(end.finish_reason);
  end_run(EventType::agent_completed,
          payload::agent_completed(text_, result, usage,
                                   utf8_prefix(end.finish_reason, kFailureMessageBytesMax),
                                   clock_.now() - started_),
          "the agent finished without a result for this tool", out);
}

void RunContract::end_with(Failed& end, Events& out) {
  failure_ = end.code;
  sanitize(end.message);
  const std::string_view message = utf8_prefix(end.message, kFailureMessageBytesMax);
  end_run(
      EventType::agent_error, payload::agent_error(end.code, message, end.recoverable),
      fmt::format("the run failed before this tool finished: {}", protocol::info(end.code).name),
      out);
}

bool RunContract::emit(EventType type, std::string content, Events& out) {
  const std::size_t bytes = content.size() + kEventOverheadBytes;
  if (output_bytes_ + bytes > limits_.output_bytes_max) {
    fail_run(Code::output_too_large,
             fmt::format("the agent sent more than the {} a run may have",
                         format_byte_size(limits_.output_bytes_max)),
             out);
    return false;
  }
  output_bytes_ += bytes;
  out.push_back(make(type, std::move(content)));
  return true;
}

bool RunContract::open_tool(const std::string& id, std::string name, std::string arguments_json,
                            Events& out) {
  if (tools_.size() >= limits_.tool_calls_max) {
    fail_run(Code::output_too_large,
             fmt::format("the agent made more than the {} tool calls a run may have",
                         limits_.tool_calls_max),
             out);
    return false;
  }
  if (!emit(EventType::tool_executing, payload::tool_executing(id, name, arguments_json), out))
    return false;
  latest_[id] = tools_.size();
  tools_.push_back(Tool{id, std::move(name), clock_.now()});
  return true;
}

RunContract::Tool* RunContract::find_tool(const std::string& id) {
  const auto found = latest_.find(id);
  return found == latest_.end() ? nullptr : &tools_[found->second];
}

void RunContract::fail_run(Code code, std::string_view message, Events& out) {
  ++dropped_;
  failure_ = code;
  end_run(EventType::agent_error,
          payload::agent_error(code, message,
                               protocol::info(code).retry != protocol::RetryAdvice::never),
          fmt::format("the run failed before this tool finished: {}", protocol::info(code).name),
          out);
}

void RunContract::end_run(EventType type, std::string content, std::string_view why, Events& out) {
  const std::string error = quoted(why);
  const MonotonicTime now = clock_.now();
  for (const Tool& tool : tools_) {
    if (!tool.open || GP_PLANTED(open_tools_left)) continue;
    out.push_back(make(EventType::tool_completed,
                       payload::tool_completed(tool.id, tool.name, payload::ToolOutcome::kFailure,
                                               error, now - tool.started)));
  }
  out.push_back(make(type, std::move(content)));
  state_ = State::kOver;
  tools_.clear();
  latest_.clear();
}

protocol::NewEvent RunContract::make(EventType type, std::string content) const {
  return protocol::NewEvent{type, identity_.run_id, identity_.agent_name, std::move(content)};
}

}  // namespace gp::agent
