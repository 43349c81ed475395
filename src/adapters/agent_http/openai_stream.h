/// OpenAiStream: what an OpenAI-compatible chat.completions stream means, as agent events. Pure.
///
/// Source:     the OpenAI API reference, "chat.completion.chunk", and what servers really send
/// (reference notes, 1.3). Reads:      `content` (a string, or an array of parts with `text`) and
/// `refusal` → Text; `reasoning_content` or `reasoning` →
///             Thinking; `tool_calls` by index; `usage` of any chunk; `finish_reason`; an `error`
///             in the stream. A whole answer that is not a stream ("message" in place of "delta")
///             is read the same way. Only choice 0 counts.
/// Parts:      "p1", "p2", …: a new one whenever the kind of text changes or tool calls stood
/// between. Tools:      argument deltas are ToolArguments, held back until the tool's name is
/// known. Such tools are *requested*, and the
///             gateway executes none: at finish_reason each call becomes ToolStarted with all its
///             arguments and ToolFinished{success=false} that says so, so that a reader sees what
///             the model wanted and why nothing came. A call without an id is named call_<n>; a new
///             id with a new name at a used index is another call.
/// End:        ended() holds what [DONE], an error or the end of the stream meant. finish_reason
/// alone is the agent's word that it
///             finished: without one, [DONE] or the end of the stream is agent_disconnected.
/// Errors:     what is not JSON, or has the wrong types, is Failed{agent_protocol}; later data is
/// ignored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/agent.h"
#include "base/byte_size.h"
#include "protocol/json.h"

namespace gp::agent_http {

struct OpenAiStreamLimits {
  /// Tool calls in one answer. Reaction: Failed{agent_protocol}.
  std::size_t tool_calls_max = 128;
  /// Arguments of all calls together, which are held until the end. Reaction:
  /// Failed{agent_protocol}.
  std::size_t arguments_bytes_max = 4 * kMiB;
};

class OpenAiStream {
 public:
  using Events = std::vector<agent::AgentEvent>;

  /// The parser is shared by the streams of a core and must outlive them.
  explicit OpenAiStream(protocol::JsonParser& parser, OpenAiStreamLimits limits = {})
      : parser_(parser), limits_(limits) {}

  /// One SSE data, or a whole JSON answer. What it means is appended to `out`.
  void accept(std::string_view data, Events& out);
  /// The stream is over. Sets ended() if nothing did so before.
  void end_of_stream(Events& out);

  const std::optional<agent::AgentEnd>& ended() const { return end_; }
  /// The agent said that it finished; a usage chunk and [DONE] may follow.
  bool has_finish_reason() const { return !finish_reason_.empty(); }

 private:
  enum class Kind { kNone, kThinking, kText };
  struct ToolCall {
    std::int64_t index;
    std::string id;
    std::string name;
    std::string arguments;
    std::size_t arguments_sent = 0;
  };

  void take_chunk(const simdjson::dom::object& chunk, Events& out);
  void take_choice(const simdjson::dom::object& choice, Events& out);
  void take_delta(const simdjson::dom::object& delta, Events& out);
  void take_text(const simdjson::dom::object& delta, std::string_view name, Kind kind, Events& out);
  void take_tool_calls(const simdjson::dom::object& delta, Events& out);
  void take_tool_call(const simdjson::dom::object& call, Events& out);
  ToolCall* tool_call_for(const simdjson::dom::object& call);
  bool take_error(const simdjson::dom::object& chunk);
  void request_tools(Events& out);
  void say(Kind kind, std::string text, Events& out);
  void end_with_finish_reason(Events& out);
  void fail_protocol(std::string_view what);

  protocol::JsonParser& parser_;
  OpenAiStreamLimits limits_;
  Kind kind_ = Kind::kNone;
  std::size_t part_ = 0;
  std::vector<ToolCall> tools_;
  std::size_t tools_requested_ = 0;
  std::size_t arguments_bytes_ = 0;
  std::string finish_reason_;
  std::string usage_json_;
  std::optional<agent::AgentEnd> end_;
};

/// What an error answer says, for people: its `error.message`, `error`, `message` or `detail` if it
/// is JSON, else its text; at most 500 bytes.
std::string openai_error_text(protocol::JsonParser& parser, std::string_view body);

}  // namespace gp::agent_http
