#include "chat/recovery.h"

#include <algorithm>

#include "base/log.h"
#include "base/planted_bug.h"

namespace gp::chat {
namespace {

constexpr std::size_t kPageBytes = 1 * kMiB;
constexpr std::string_view kWhy =
    "the server stopped while the run was active; send the message again";

std::string text_of(const simdjson::dom::object& object, std::string_view name) {
  return std::string(protocol::string_member(object, name).value_or(std::string_view{}));
}

protocol::RunState state_after(protocol::EventType terminal) {
  switch (terminal) {
    case protocol::EventType::agent_completed: return protocol::RunState::completed;
    case protocol::EventType::agent_cancelled: return protocol::RunState::cancelled;
    default: return protocol::RunState::failed;
  }
}

}  // namespace

void Recovery::start(Completion<Result<std::size_t>> done) {
  done_ = std::move(done);
  services_.store.unfinished_deletions(
      [this, token = liveness_.token()](Result<std::vector<identity::ThreadKey>> threads) {
        if (!token.alive()) return;
        if (threads.has_error()) return give_up(threads.error());
        for (identity::ThreadKey& key : threads.value()) {
          if (is_home_(key.owner())) to_delete_.push_back(std::move(key));
        }
        end_deletions();
      });
}

void Recovery::end_deletions() {
  if (to_delete_.empty() || GP_PLANTED(recovery_forgets_deletions)) return find_runs();
  const auto& key = to_delete_.front();
  services_.logs.storage().remove(key, [this, key, token = liveness_.token()](Result<> removed) {
    if (!token.alive()) return;
    if (removed.has_error()) return give_up(removed.error());
    services_.store.delete_thread(key, [this, token](Result<> deleted) {
      if (!token.alive()) return;
      if (deleted.has_error()) return give_up(deleted.error());
      to_delete_.pop_front();
      end_deletions();
    });
  });
}

void Recovery::find_runs() {
  services_.store.unfinished_runs(
      [this, token = liveness_.token()](Result<std::vector<store::UnfinishedRun>> runs) {
        if (!token.alive()) return;
        if (runs.has_error()) return give_up(runs.error());
        for (store::UnfinishedRun& run : runs.value()) {
          if (GP_PLANTED(recovery_skips_queued_runs) && run.run.state == protocol::RunState::queued)
            continue;
          if (is_home_(run.key.owner())) to_locate_.push_back(std::move(run));
        }
        locate();
      });
}

void Recovery::locate() {
  if (to_locate_.empty()) return next();
  auto context = identity::UserExecutionContext::create(
      {.user_id = to_locate_.front().key.owner(), .request_id = services_.core.ids().request()});
  if (context.has_error()) return give_up(context.error());
  services_.store.find_message(
      context.value(), to_locate_.front().run.message_id,
      [this, token = liveness_.token()](Result<protocol::Message> message) {
        if (!token.alive()) return;
        if (message.has_error()) return give_up(message.error());
        if (message.value().seq.value > 0) return located(message.value().seq);
        find_event(Seq{0});
      });
}

void Recovery::located(Seq seq) {
  runs_.push_back({std::move(to_locate_.front()), seq});
  to_locate_.pop_front();
  locate();
}

// From the log's beginning: nothing that is stored elsewhere says for certain how far it is without
// the message.
void Recovery::find_event(Seq after) {
  const store::UnfinishedRun& run = to_locate_.front();
  services_.logs.storage().read(
      run.key, {after, kPageBytes},
      [this, token = liveness_.token()](Result<std::vector<log::StoredEvent>> page) {
        if (!token.alive()) return;
        if (page.has_error()) return give_up(page.error());
        if (page.value().empty()) {
          to_locate_.pop_front();
          return locate();
        }
        const auto event = std::ranges::find_if(
            page.value(), [this](const auto& each) { return learn_message(each); });
        if (event == page.value().end()) return find_event(page.value().back().seq);
        const store::UnfinishedRun& found = to_locate_.front();
        services_.store.record_message_seq(found.key, found.run.message_id, event->seq,
                                           [this, token, seq = event->seq](Result<> recorded) {
                                             if (!token.alive()) return;
                                             if (recorded.has_error())
                                               return give_up(recorded.error());
                                             located(seq);
                                           });
      });
}

bool Recovery::learn_message(const log::StoredEvent& event) {
  if (event.type != protocol::EventType::user_message) return false;
  const auto parsed = parser_.parse_object(event.json);
  simdjson::dom::object payload;
  return parsed.has_value() && parsed.value()["payload"].get(payload) == simdjson::SUCCESS &&
         protocol::string_member(payload, "message_id") == to_locate_.front().run.message_id.view();
}

void Recovery::give_up(const Error& error) { done_(Error(error)); }

void Recovery::next() {
  if (runs_.empty()) return conclude_all();
  findings_ = Findings{};
  read_from(runs_.front().message_seq);
}

void Recovery::conclude_all() {
  for (const identity::ThreadKey& key : threads_) {
    if (log::ThreadLog* log = services_.logs.find(key)) log->fold(log->committed());
  }
  done_(ended_);
}

void Recovery::skip() {
  runs_.pop_front();
  next();
}

void Recovery::read_from(Seq after) {
  services_.logs.storage().read(
      current().key, {after, kPageBytes},
      [this, token = liveness_.token()](Result<std::vector<log::StoredEvent>> page) {
        if (!token.alive()) return;
        if (page.has_error()) return give_up(page.error());
        for (const log::StoredEvent& event : page.value()) learn(event);
        if (page.value().empty() || findings_.terminal) return conclude();
        read_from(page.value().back().seq);
      });
}

void Recovery::learn(const log::StoredEvent& event) {
  if (protocol::is_delta(event.type)) return learn_text(event);
  auto parsed = parser_.parse_object(event.json);
  if (parsed.has_error()) return;
  const auto object = parsed.value();
  if (protocol::string_member(object, "run_id") != current().run.run_id.view()) return;
  simdjson::dom::object payload;
  if (object["payload"].get(payload) != simdjson::SUCCESS) return;
  switch (event.type) {
    case protocol::EventType::agent_started: findings_.started = true; break;
    case protocol::EventType::tool_executing:
      findings_.tools[text_of(payload, "tool_call_id")] = {text_of(payload, "tool_name"), true};
      break;
    case protocol::EventType::tool_completed:
      findings_.tools[text_of(payload, "tool_call_id")].open = false;
      break;
    default: break;
  }
  if (!protocol::is_terminal(event.type)) return;
  findings_.terminal = event.type;
  findings_.terminal_seq = event.seq;
  if (event.type == protocol::EventType::agent_error)
    findings_.error_code = text_of(payload, "code");
}

// Stored deltas are folded, parts one after the other; the answer is in the order of saying.
void Recovery::learn_text(const log::StoredEvent& event) {
  if (GP_PLANTED(recovery_loses_the_answer)) return;
  const std::string run = R"(,"run_id":")" + current().run.run_id.str() + '"';
  for (const auto& [type, delta] : log::unfold(log::view_of(event))) {
    if (type == protocol::EventType::token && delta.run == run)
      findings_.escaped_answer += delta.text;
  }
}

std::string Recovery::answer() {
  const std::string object = R"({"text":")" + findings_.escaped_answer + R"("})";
  const auto parsed = parser_.parse_object(object);
  return parsed.has_value() ? text_of(parsed.value(), "text") : std::string();
}

void Recovery::conclude() {
  if (findings_.terminal)
    return finish(state_after(*findings_.terminal), std::move(findings_.error_code),
                  findings_.terminal_seq);
  renew_epoch();
}

void Recovery::renew_epoch() {
  // In memory it is since an earlier run of the thread was found, and has its new epoch.
  if (log::ThreadLog* log = services_.logs.find(current().key)) return append_end(*log);
  services_.logs.storage().renew_epoch(
      GP_PLANTED(recovery_keeps_the_epoch)
          ? identity::ThreadKey::from_storage(current().key.owner(), ThreadId("elsewhere"))
          : current().key,
      services_.core.ids().epoch(), [this, token = liveness_.token()](Result<> renewed) {
        if (!token.alive()) return;
        if (renewed.has_error()) return give_up(renewed.error());
        services_.logs.open(current().key, [this, token](Result<log::ThreadLog*> log) {
          if (!token.alive()) return;
          if (log.has_error()) return give_up(log.error());
          append_end(*log.value());
        });
      });
}

void Recovery::append_end(log::ThreadLog& log) {
  const protocol::Run& run = current().run;
  const auto append = [&](protocol::EventType type, std::string payload) {
    log.append({type, run.run_id, run.agent_name, std::move(payload)}, log::Delivery::kAtOnce);
  };
  if (!findings_.started)
    append(protocol::EventType::agent_started, protocol::payload::agent_started(run.message_id));
  for (const auto& [id, tool] : findings_.tools) {
    if (!tool.open) continue;
    append(protocol::EventType::tool_completed,
           protocol::payload::tool_completed(
               id, tool.name, protocol::payload::ToolOutcome::kFailure,
               "\"the server stopped before the tool finished\"", Duration{}));
  }
  log.append({protocol::EventType::agent_error, run.run_id, run.agent_name,
              protocol::payload::agent_error(Code::interrupted, kWhy, true)},
             log::Delivery::kAfterCommit, [this, token = liveness_.token()](Result<Seq> committed) {
               if (!token.alive()) return;
               if (committed.has_error()) return give_up(committed.error());
               finish(protocol::RunState::failed,
                      std::string(protocol::info(Code::interrupted).name), committed.value());
             });
}

void Recovery::finish(protocol::RunState state, std::string error_code, Seq seq) {
  GP_LOG_INFO("chat", "{} was active when the server stopped: now {}", current().run.run_id.str(),
              to_string(state));
  store::FinishedRun finished{current().run.run_id,
                              state,
                              std::move(error_code),
                              seq,
                              services_.core.clock().wall_now(),
                              services_.core.ids().message(),
                              answer()};
  services_.store.finish_run(current().key, std::move(finished),
                             [this, token = liveness_.token()](Result<> result) {
                               if (!token.alive()) return;
                               if (result.has_error()) return give_up(result.error());
                               ++ended_;
                               threads_.push_back(current().key);
                               skip();
                             });
}

}  // namespace gp::chat
