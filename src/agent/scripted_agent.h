/// ScriptedAgent: the built-in, deterministic agent for demos, tests and load. It plays a Script
/// (script.h, which lists its options) on the core's timers and says in its answer that it is the
/// scripted agent.
///
/// Thread:  its core. The agent outlives its executions.
/// Timing:  a tick is never under 1 ms; steps that fall due in one tick are sent together, at most
/// kStepsPerTurnMax in one
///          turn, and the rest in the next. Pausing stops the script's clock.
#pragma once

#include <cstdint>
#include <memory>

#include "agent/agent.h"
#include "runtime/core.h"

namespace gp::agent {

/// Keeps one fast script from holding up the loop.
inline constexpr std::uint64_t kStepsPerTurnMax = 256;

class ScriptedAgent final : public Agent {
 public:
  explicit ScriptedAgent(runtime::Core& core) : core_(core) {}
  std::unique_ptr<AgentExecution> start(AgentRequest request, AgentSink& sink) override;

 private:
  runtime::Core& core_;
};

}  // namespace gp::agent
