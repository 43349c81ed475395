/// ScriptAgent: an agent that says what the dice say, well-behaved or not, and keeps what it truly
/// said for the judges.
///
/// Truth is written in the terms of docs/protocol.md's run contract: what a log must hold if
/// nothing was lost. It is worked out here, apart from agent/run_contract.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "agent/agent.h"
#include "runtime/core.h"
#include "schedule.h"
#include "trace.h"
#include "verdict.h"
#include "wire.h"

namespace gp::sim {

struct Said {
  EventKind kind;
  std::string key, text;
};

/// One execution, as the agent lived it.
struct Truth {
  std::string run;
  std::string message;
  std::size_t user = 0;
  std::uint32_t life = 0;  ///< of the server
  std::vector<Said> said;
  /// What ended it: kUnknown while nothing did, kError with a code, or kCompleted.
  EventKind end = EventKind::kUnknown;
  std::string end_key;
  MonotonicTime started_at{};
  MonotonicTime heard_at{};  ///< of its last word
  MonotonicTime gone_at{};   ///< when it was stopped
  bool paused = false;
  std::vector<std::string> history;  ///< what it was told of the thread
};

/// What the executions share with the world.
struct Stage {
  runtime::Core& core;
  Dice& dice;
  Trace& trace;
  Verdict& verdict;
  const Schedule& schedule;
  std::deque<Truth> truths;
  std::uint32_t life = 0;
  bool calm = false;  ///< the end of the schedule is near: no more silence

  const Truth* find(std::string_view run) const {
    for (const Truth& truth : truths) {
      if (truth.run == run) return &truth;
    }
    return nullptr;
  }
};

class ScriptAgent final : public agent::Agent {
 public:
  explicit ScriptAgent(Stage& stage) : stage_(stage) {}
  std::unique_ptr<agent::AgentExecution> start(agent::AgentRequest request,
                                               agent::AgentSink& sink) override;

 private:
  Stage& stage_;
};

}  // namespace gp::sim
