/// RunSupervisor: the runs of one core: starts them, queues them, stops them, and sees to it that
/// each one ends.
///
/// Thread: its core. Invariants: (1) at most one run of a thread is active; (2) a run that was
/// accepted ends with exactly one terminal event, whatever happens to agent, client or server; (3)
/// a client's disconnect changes nothing here. Limits: runs_per_user, queue_per_thread
/// (ChatLimits).
#pragma once

#include <deque>
#include <memory>
#include <unordered_map>

#include "chat/active_run.h"
#include "chat/services.h"

namespace gp::chat {

class RunSupervisor {
 public:
  explicit RunSupervisor(ChatServices& services);
  ~RunSupervisor();

  /// Whether a new run of the thread would have to wait.
  bool busy(const identity::ThreadKey& key) const;
  /// Errors: rate_limited when the user's runs or the thread's queue are at their limit.
  Result<> admit(const identity::ThreadKey& key) const;

  /// Starts the run, or queues it behind the thread's active one. `log` is the thread's.
  void launch(RunOrder order, log::ThreadLog& log);
  /// Ends an active or queued run of the context's user with agent_cancelled. Errors:
  /// run_not_found.
  Result<protocol::Run> stop(const identity::UserExecutionContext& context, const RunId& run_id,
                             std::string_view reason);
  /// Stops everything on the thread.
  void stop_thread(const identity::ThreadKey& key, const UserId& by, std::string_view reason);
  /// Ends every run with agent_error `interrupted`: the server is going down.
  void interrupt_all();

  std::size_t active() const { return runs_.size(); }
  /// Called whenever active() becomes 0.
  void on_idle(UniqueFunction<void()> listener) { idle_ = std::move(listener); }

 private:
  struct Lane {  // the runs of one thread; the first is active
    std::deque<std::unique_ptr<ActiveRun>> runs;
  };

  void ended(const identity::ThreadKey& key, const RunId& run_id, ActiveRun::Outcome outcome);
  void store_end(const identity::ThreadKey& key, store::FinishedRun finished);
  void finish(const identity::ThreadKey& key, const RunId& run_id, Seq terminal);
  void count(const ActiveRun::Outcome& outcome);

  ChatServices& services_;
  std::unordered_map<identity::ThreadKey, Lane> lanes_;
  std::unordered_map<RunId, ActiveRun*> runs_;
  std::unordered_map<UserId, std::size_t> per_user_;
  UniqueFunction<void()> idle_;
  runtime::Liveness liveness_;
};

}  // namespace gp::chat
