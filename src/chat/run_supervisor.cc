#include "chat/run_supervisor.h"

#include <algorithm>

#include "base/log.h"
#include "base/planted_bug.h"

namespace gp::chat {

RunSupervisor::RunSupervisor(ChatServices& services) : services_(services) {
  services_.logs.committer().on_relief([this, token = liveness_.token()] {
    if (!token.alive()) return;
    for (auto& [run_id, run] : runs_) run->resume();
  });
}

RunSupervisor::~RunSupervisor() = default;

bool RunSupervisor::busy(const identity::ThreadKey& key) const {
  const auto lane = lanes_.find(key);
  if (lane == lanes_.end()) return false;
  return std::ranges::any_of(lane->second.runs, [](const auto& run) { return !run->over(); });
}

Result<> RunSupervisor::admit(const identity::ThreadKey& key) const {
  const auto user = per_user_.find(key.owner());
  if (user != per_user_.end() && user->second >= services_.limits.runs_per_user) {
    return fail(Code::rate_limited, "the user has " + std::to_string(user->second) +
                                        " runs under way; wait for one to end, or stop one");
  }
  const auto lane = lanes_.find(key);
  if (lane != lanes_.end() && lane->second.runs.size() > services_.limits.queue_per_thread) {
    return fail(Code::rate_limited,
                "too many messages wait for the active run of this thread; wait, or stop it");
  }
  return ok();
}

void RunSupervisor::launch(RunOrder order, log::ThreadLog& log) {
  services_.core.assert_here();
  const identity::ThreadKey key = order.key;
  const RunId run_id = order.run.run_id;
  auto run = std::make_unique<ActiveRun>(
      services_, std::move(order), log,
      [this, key, run_id](ActiveRun::Outcome outcome) { ended(key, run_id, std::move(outcome)); });
  runs_[run_id] = run.get();
  ++per_user_[key.owner()];
  services_.metrics.runs_active.set(static_cast<double>(runs_.size()));
  Lane& lane = lanes_[key];
  lane.runs.push_back(std::move(run));
  if (lane.runs.size() > 1) return;
  services_.metrics.runs_started.add();
  lane.runs.front()->start();
}

Result<protocol::Run> RunSupervisor::stop(const identity::UserExecutionContext& context,
                                          const RunId& run_id, std::string_view reason) {
  services_.core.assert_here();
  const auto found = runs_.find(run_id);
  if (found == runs_.end() || found->second->over() ||
      (found->second->order().key.owner() != context.user_id() &&
       !GP_PLANTED(stop_ignores_the_owner)))
    return fail(Code::run_not_found, "no active run of yours has this run_id; it may be over");
  found->second->cancel(context.user_id(), reason);
  return found->second->order().run;
}

void RunSupervisor::stop_thread(const identity::ThreadKey& key, const UserId& by,
                                std::string_view reason) {
  services_.core.assert_here();
  const auto lane = lanes_.find(key);
  if (lane == lanes_.end()) return;
  for (auto run = lane->second.runs.rbegin(); run != lane->second.runs.rend(); ++run)
    (*run)->cancel(by, reason);
}

void RunSupervisor::interrupt_all() {
  services_.core.assert_here();
  for (auto& [run_id, run] : runs_)
    run->fail(Code::interrupted, "the server is being restarted; send the message again");
}

// The terminal event is committed. First the store learns of it, then the run goes: until both are
// durable, a crash leaves an unfinished run for recovery to find.
void RunSupervisor::ended(const identity::ThreadKey& key, const RunId& run_id,
                          ActiveRun::Outcome outcome) {
  services_.core.assert_here();
  ActiveRun& run = *runs_.at(run_id);
  count(outcome);
  store_end(key, store::FinishedRun{run_id, outcome.state, outcome.error_code, outcome.seq,
                                    services_.core.clock().wall_now(),
                                    services_.core.ids().message(), run.answer()});
}

void RunSupervisor::store_end(const identity::ThreadKey& key, store::FinishedRun finished) {
  services_.store.finish_run(
      key, finished, [this, key, finished, token = liveness_.token()](Result<> result) mutable {
        if (!token.alive()) return;
        if (result.has_value()) return finish(key, finished.run_id, finished.seq);
        GP_LOG_ERROR("chat", "the end of {} is not stored, trying again: {}", finished.run_id.str(),
                     result.error().message);
        services_.core.call_after(services_.logs.limits().commit_retry,
                                  [this, key, token, finished = std::move(finished)]() mutable {
                                    if (token.alive()) store_end(key, std::move(finished));
                                  });
      });
}

void RunSupervisor::finish(const identity::ThreadKey& key, const RunId& run_id, Seq terminal) {
  const auto lane = lanes_.find(key);
  const auto run = std::ranges::find_if(
      lane->second.runs, [&](const auto& each) { return each->order().run.run_id == run_id; });
  const bool was_first = run == lane->second.runs.begin();
  const log::ThreadLog::Pin log((*run)->log());
  runs_.erase(run_id);
  lane->second.runs.erase(run);
  if (const auto user = per_user_.find(key.owner()); --user->second == 0) per_user_.erase(user);
  services_.metrics.runs_active.set(static_cast<double>(runs_.size()));
  log->fold(terminal);
  if (lane->second.runs.empty()) {
    lanes_.erase(lane);
  } else if (was_first) {
    services_.metrics.runs_started.add();
    lane->second.runs.front()->start();
  }
  if (runs_.empty() && idle_) idle_();
}

void RunSupervisor::count(const ActiveRun::Outcome& outcome) {
  switch (outcome.state) {
    case protocol::RunState::completed: return services_.metrics.runs_completed.add();
    case protocol::RunState::cancelled: return services_.metrics.runs_cancelled.add();
    default: break;
  }
  if (const auto code = protocol::code_from_name(outcome.error_code))
    services_.metrics.run_failures_by_code[static_cast<std::size_t>(*code)].add();
}

}  // namespace gp::chat
