/// Agent: the port behind which agents run. One instance per core and configured name.
///
/// Contract. start() begins one execution and returns its handle at once; everything else arrives
/// later, through the sink, on the same core, never before start() has returned:
///   - any number of on_event() calls, then exactly one on_end(); nothing after it.
///   - on_end(Ended{finish_reason}) only if the agent said, in its own protocol, that it finished.
///   A stream that merely stops is
///     on_end(Failed{agent_disconnected}); silence beyond the timeout Failed{agent_timeout};
///     nonsense Failed{agent_protocol}; no connection Failed{agent_unreachable}; the agent's own
///     failure Failed{agent_failed} with its words.
///   - Destroying the handle stops the execution: the upstream connection is closed and the sink is
///   not called again.
///   - pause() asks for no more events (a few already read may still come); resume() goes on.
///   Pausing loses nothing.
///   - Tool events name their call: tool_call_id is never empty. Part ids are stable within the run
///   and change with the kind.
/// The agent outlives its executions. Every adapter runs agent/contract_test_suite.h.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "identity/user_execution_context.h"
#include "protocol/codes.h"

namespace gp::agent {

/// What an agent may say. The run contract (run_contract.h) turns it into canonical events.
struct Thinking {
  std::string part_id;
  std::string delta;  ///< UTF-8
};
struct Text {
  std::string part_id;
  std::string delta;  ///< UTF-8
};
struct ToolArguments {
  std::string tool_call_id;
  std::string tool_name;
  std::string delta;
};
struct ToolStarted {
  std::string tool_call_id;
  std::string tool_name;
  std::string arguments_json;  ///< valid JSON, or empty for {}
};
struct ToolFinished {
  std::string tool_call_id;
  std::string tool_name;
  bool success = true;
  std::string result_json;  ///< valid JSON, or empty; the error's text as a JSON string if !success
};
struct Custom {
  std::string name;
  std::string value_json;  ///< valid JSON
};
using AgentEvent = std::variant<Thinking, Text, ToolArguments, ToolStarted, ToolFinished, Custom>;

struct Ended {
  std::string finish_reason = "stop";
  std::string usage_json;   ///< valid JSON object, or empty
  std::string result_json;  ///< valid JSON, or empty
};
struct Failed {
  Code code;
  std::string message;
  bool recoverable = true;
};
using AgentEnd = std::variant<Ended, Failed>;

class AgentSink {
 public:
  virtual void on_event(AgentEvent event) = 0;
  virtual void on_end(AgentEnd end) = 0;

 protected:
  ~AgentSink() = default;
};

/// One earlier message of the thread, oldest first.
struct HistoryMessage {
  enum class Role { kUser, kAssistant } role;
  std::string content;
};

struct AgentRequest {
  identity::UserExecutionContext context;  ///< about one thread and run
  MessageId message_id;
  std::string content;  ///< the user's message
  std::vector<HistoryMessage> history;
};

/// One execution under way. See the contract above.
class AgentExecution {
 public:
  virtual ~AgentExecution() = default;
  virtual void pause() = 0;
  virtual void resume() = 0;
};

class Agent {
 public:
  virtual ~Agent() = default;
  /// The sink outlives the handle.
  virtual std::unique_ptr<AgentExecution> start(AgentRequest request, AgentSink& sink) = 0;
};

}  // namespace gp::agent
