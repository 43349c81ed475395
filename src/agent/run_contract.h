/// RunContract: turns whatever an agent says into the canonical events of one run, and keeps the
/// run's promises.
///
/// Owner:      the run; one object per run. Pure: no I/O; the clock is read for durations only.
/// Thread:     a part: runs on its owner's core.
/// Invariants, whatever the agent does (docs/protocol.md section 1):
///   (1) the first event is agent_started;
///   (2) every tool_executing is answered by exactly one tool_completed; what is open at the end is
///   closed with
///       success:false and a text that says why, in the order in which the tools were started;
///   (3) there is exactly one terminal event, and nothing after it: over() is then true and every
///   call returns nothing.
/// Choices:    a result for a tool that was never started gets a tool_executing with empty
/// arguments first; a second start of an open
///             tool and a second result of a finished one are dropped and counted (dropped()); a
///             finished tool's id may be used again; an empty tool_call_id is agent_protocol; empty
///             deltas are skipped; arguments, results and values that are not valid JSON travel as
///             JSON strings; invalid UTF-8 becomes U+FFFD, because tokens must not be lost.
/// On limit:   the event that would exceed it is dropped and the run ends with agent_error
/// output_too_large. Errors:     there are none to handle: a violation ends the run in the events
/// returned. Stop the agent once over() is true.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "agent/agent.h"
#include "base/byte_size.h"
#include "base/clock.h"
#include "base/ids.h"
#include "protocol/event.h"

namespace gp::agent {

struct RunLimits {
  /// What one run may put into the log: payloads plus kEventOverheadBytes each. Holds 100,000
  /// one-token events twice over.
  std::size_t output_bytes_max = 64 * kMiB;
  /// Tool calls in one run; the largest agent request in the traces we know made 137.
  std::size_t tool_calls_max = 4096;
};

/// About what the log and the envelope add to a payload.
inline constexpr std::size_t kEventOverheadBytes = 256;
/// Longest message of an agent_error; the rest is cut.
inline constexpr std::size_t kFailureMessageBytesMax = 4096;

/// What the events of a run carry besides what the agent says.
struct RunIdentity {
  RunId run_id;
  AgentName agent_name;
  MessageId message_id;  ///< the user's message that is being answered
};

class RunContract {
 public:
  using Events = std::vector<protocol::NewEvent>;

  /// The clock must outlive the contract.
  RunContract(RunIdentity identity, const Clock& clock, RunLimits limits = {});

  /// agent_started. The calls below do it themselves if it was left out; a second call returns
  /// nothing.
  Events start();
  /// What the agent said. May end the run.
  Events accept(AgentEvent event);
  /// The agent's end.
  Events finish(AgentEnd end);
  /// agent_cancelled.
  Events cancel(const UserId& by, std::string_view reason);

  /// The terminal event has been returned.
  bool over() const { return state_ == State::kOver; }
  /// Why the run failed, if it ended with agent_error.
  std::optional<Code> failure() const { return failure_; }
  /// The text of the answer so far; the whole of it once over().
  const std::string& text() const { return text_; }
  /// Events of the agent that broke the contract and were left out.
  std::uint64_t dropped() const { return dropped_; }

 private:
  enum class State { kNew, kRunning, kOver };
  struct Tool {
    std::string id;
    std::string name;
    MonotonicTime started;
    bool open = true;
  };

  void begin(Events& out);
  void take(Thinking& event, Events& out);
  void take(Text& event, Events& out);
  void take(ToolArguments& event, Events& out);
  void take(ToolStarted& event, Events& out);
  void take(ToolFinished& event, Events& out);
  void take(Custom& event, Events& out);
  void end_with(Ended& end, Events& out);
  void end_with(Failed& end, Events& out);

  /// False if a limit ended the run instead.
  bool emit(protocol::EventType type, std::string payload, Events& out);
  bool open_tool(const std::string& id, std::string name, std::string arguments_json, Events& out);
  Tool* find_tool(const std::string& id);
  void fail_run(Code code, std::string_view message, Events& out);
  void end_run(protocol::EventType type, std::string payload, std::string_view why, Events& out);
  protocol::NewEvent make(protocol::EventType type, std::string payload) const;

  RunIdentity identity_;
  const Clock& clock_;
  RunLimits limits_;
  State state_ = State::kNew;
  MonotonicTime started_{};
  std::size_t output_bytes_ = 0;
  std::string text_;
  std::vector<Tool> tools_;                              // in the order of their starts
  std::unordered_map<std::string, std::size_t> latest_;  // id → its latest place in tools_
  std::uint64_t dropped_ = 0;
  std::optional<Code> failure_;
};

}  // namespace gp::agent
