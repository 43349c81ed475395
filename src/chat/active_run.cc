#include "chat/active_run.h"

#include <algorithm>

#include "base/planted_bug.h"

namespace gp::chat {
namespace {

constexpr Duration kIdleCheck = std::chrono::seconds(1);

protocol::RunState state_after(protocol::EventType terminal) {
  switch (terminal) {
    case protocol::EventType::agent_completed: return protocol::RunState::completed;
    case protocol::EventType::agent_cancelled: return protocol::RunState::cancelled;
    default: return protocol::RunState::failed;
  }
}

}  // namespace

ActiveRun::ActiveRun(ChatServices& services, RunOrder order, log::ThreadLog& log, OnEnded on_ended)
    : services_(services),
      order_(std::move(order)),
      // Its events come after what is there. While an earlier run is under way they may come
      // between that one's, so both are held from where the earlier began.
      log_(log, std::min(log.held(), log.last())),
      contract_({order_.run.run_id, order_.run.agent_name, order_.run.message_id},
                services.core.clock(), services.limits.run),
      on_ended_(std::move(on_ended)),
      whole_timeout_(services.core),
      idle_timeout_(services.core) {}

ActiveRun::~ActiveRun() = default;

void ActiveRun::start() {
  services_.core.assert_here();
  last_event_ = services_.core.now();
  append(contract_.start());
  if (ended_) return;
  services_.store.start_run(order_.key, order_.run.run_id, [](Result<>) {
    // A run that stays `queued` in the store is still found by recovery; the commit's failure is
    // told by readiness.
  });
  whole_timeout_.arm(services_.limits.run_timeout, [this] {
    fail(Code::agent_timeout, "the run took longer than runs.timeout allows");
  });
  idle_timeout_.arm(kIdleCheck, [this] { on_end_of_idle_check(); });
  load_history();
}

void ActiveRun::on_end_of_idle_check() {
  // While the run is paused, silence is our own doing.
  if (paused_) last_event_ = services_.core.now();
  if (services_.core.now() - last_event_ >= services_.limits.run_idle_timeout ||
      (GP_PLANTED(timeouts_by_wall_clock) &&
       services_.core.clock().wall_now() - order_.run.created_at >= services_.limits.run_timeout))
    return fail(Code::agent_timeout,
                "the agent was silent for longer than runs.idle_timeout allows");
  idle_timeout_.arm(kIdleCheck, [this] { on_end_of_idle_check(); });
}

void ActiveRun::load_history() {
  services_.store.list_messages(order_.key, store::Page{services_.limits.history_messages + 1, {}},
                                [this, token = liveness_.token()](Result<store::MessagePage> page) {
                                  if (token.alive() && !ended_) start_agent(std::move(page));
                                });
}

// The newest messages before the one to be answered, as many as fit.
void ActiveRun::start_agent(Result<store::MessagePage> page) {
  if (page.has_error())
    return fail(Code::store_unavailable,
                "the thread's history cannot be read: " + page.error().message);
  agent::AgentRequest request{order_.context, order_.run.message_id, std::move(order_.content), {}};
  std::size_t bytes = 0;
  auto& messages = page.value().messages;
  // Answers that came while this message was queued belong to it. Questions behind it do not, nor
  // those that were never accepted.
  const auto own =
      std::ranges::find(messages, order_.run.message_id, &protocol::Message::message_id);
  const Seq own_seq = own == messages.end() ? log_->last() : own->seq;
  std::erase_if(messages, [&](const protocol::Message& message) {
    return message.role == protocol::Role::user &&
           (message.seq.value == 0 || message.seq >= own_seq);
  });
  for (auto message = messages.rbegin(); message != messages.rend(); ++message) {
    bytes += message->content.size();
    if (bytes > services_.limits.history_bytes ||
        request.history.size() >= services_.limits.history_messages)
      break;
    const auto role = message->role == protocol::Role::user
                          ? agent::HistoryMessage::Role::kUser
                          : agent::HistoryMessage::Role::kAssistant;
    request.history.push_back({role, std::move(message->content)});
  }
  std::ranges::reverse(request.history);
  last_event_ = services_.core.now();
  execution_ = services_.agents.get(order_.run.agent_name).start(std::move(request), *this);
  if (paused_) execution_->pause();
}

void ActiveRun::on_event(agent::AgentEvent event) {
  services_.core.assert_here();
  if (ended_ || (GP_PLANTED(paused_run_loses_events) && paused_)) return;
  last_event_ = services_.core.now();
  append(contract_.accept(std::move(event)));
  if (!ended_ && services_.logs.committer().over_limit()) pause();
}

void ActiveRun::on_end(agent::AgentEnd end) {
  services_.core.assert_here();
  if (!ended_) append(contract_.finish(std::move(end)));
}

void ActiveRun::cancel(const UserId& by, std::string_view reason) {
  services_.core.assert_here();
  if (!ended_) append(contract_.cancel(by, reason));
}

void ActiveRun::fail(Code code, std::string message) {
  services_.core.assert_here();
  if (!ended_) append(contract_.finish(agent::Failed{code, std::move(message)}));
}

void ActiveRun::pause() {
  if (std::exchange(paused_, true)) return;
  services_.metrics.runs_paused.add();
  if (execution_ != nullptr) execution_->pause();
}

void ActiveRun::resume() {
  if (!std::exchange(paused_, false)) return;
  last_event_ = services_.core.now();
  if (execution_ != nullptr) execution_->resume();
}

void ActiveRun::append(agent::RunContract::Events events) {
  for (const protocol::NewEvent& event : events) {
    if (protocol::is_terminal(event.type)) return append_terminal(event);
    log_->append(event, log::Delivery::kAtOnce);
  }
}

void ActiveRun::append_terminal(const protocol::NewEvent& event) {
  ended_ = true;
  whole_timeout_.cancel();
  idle_timeout_.cancel();
  if (GP_PLANTED(second_terminal) && event.type == protocol::EventType::agent_cancelled)
    log_->append(event, log::Delivery::kAfterCommit);
  Outcome outcome{state_after(event.type), {}, {}};
  if (const auto failure = contract_.failure()) outcome.error_code = protocol::info(*failure).name;
  log_->append(event, log::Delivery::kAfterCommit,
               [this, token = liveness_.token(), outcome](Result<Seq> committed) mutable {
                 if (!token.alive()) return;
                 outcome.seq = committed.has_value() ? committed.value() : log_->last();
                 // The caller may be inside the execution that ends here: it is let go in a turn of
                 // its own.
                 services_.core.post([this, token, outcome]() mutable {
                   if (token.alive()) on_ended_(std::move(outcome));
                 });
               });
  // The agent may be calling us: its execution is stopped in a later turn.
  services_.core.post([execution = std::move(execution_)] {});
}

}  // namespace gp::chat
