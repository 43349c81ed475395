/// ActiveRun: one run under way: the agent's sink, the run contract, and the two timeouts.
///
/// Owner:  the RunSupervisor. Thread: its core.
/// Invariants: (1) everything the agent says goes through the RunContract into the thread's log and
/// nowhere else; (2) after the
///             terminal event the agent is stopped and nothing more is appended; (3) the supervisor
///             hears of the end once, in a later turn than the event that ended it.
#pragma once

#include <memory>

#include "agent/run_contract.h"
#include "chat/services.h"
#include "identity/user_execution_context.h"
#include "protocol/shapes.h"

namespace gp::chat {

/// What is needed to start a run.
struct RunOrder {
  identity::UserExecutionContext context;  ///< about the run's thread and run
  identity::ThreadKey key;
  protocol::Run run;
  std::string content;
};

class ActiveRun final : private agent::AgentSink {
 public:
  /// What happened, told to the supervisor when the terminal event is committed.
  struct Outcome {
    protocol::RunState state;
    std::string error_code;
    Seq seq;
  };
  using OnEnded = UniqueFunction<void(Outcome)>;

  ActiveRun(ChatServices& services, RunOrder order, log::ThreadLog& log, OnEnded on_ended);
  ~ActiveRun();

  /// Appends agent_started, then starts the agent with the thread's history.
  void start();
  void cancel(const UserId& by, std::string_view reason);
  void fail(Code code, std::string message);
  void pause();
  void resume();

  const RunOrder& order() const { return order_; }
  log::ThreadLog& log() const { return *log_; }
  const std::string& answer() const { return contract_.text(); }
  /// The terminal event has been appended.
  bool over() const { return ended_; }

 private:
  void on_event(agent::AgentEvent event) override;
  void on_end(agent::AgentEnd end) override;
  void load_history();
  void start_agent(Result<store::MessagePage> history);
  void append(agent::RunContract::Events events);
  void append_terminal(const protocol::NewEvent& event);
  void on_end_of_idle_check();

  ChatServices& services_;
  MonotonicTime last_event_{};
  bool paused_ = false;
  bool ended_ = false;
  RunOrder order_;
  log::ThreadLog::Pin log_;
  agent::RunContract contract_;
  OnEnded on_ended_;
  std::unique_ptr<agent::AgentExecution> execution_;
  runtime::Timer whole_timeout_;
  runtime::Timer idle_timeout_;
  runtime::Liveness liveness_;
};

}  // namespace gp::chat
