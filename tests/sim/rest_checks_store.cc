// The part of RestChecks that compares what the store told (snapshots, runs, history) with the log.
#include <algorithm>

#include "rest_checks.h"

namespace gp::sim {

// A snapshot holds the messages up to its seq, and the runs whose events follow; theirs follow
// whole, and of others nothing is left out.
void RestChecks::check_snapshot(Tab& tab, const View& view, const ThreadInLog& log) {
  const Frame& snapshot = *view.snapshot;
  const auto in_snapshot = [&](const std::string& run, bool from_user) -> const MessageShape* {
    for (const MessageShape& message : snapshot.messages) {
      if (message.run == run && message.from_user == from_user) return &message;
    }
    return nullptr;
  };
  for (const RunInLog& run : log.runs) {
    const bool begun = run.started != nullptr && run.started->seq <= snapshot.seq;
    const bool ended = run.end->seq <= snapshot.seq;
    if (begun && !ended) {
      fail("a snapshot leaves nothing out", log,
           fmt::format("{} got a snapshot at {} in the middle of {}, which is not whole in either "
                       "part",
                       tab.name(), snapshot.seq, run.run));
      return;
    }
    const MessageShape* question = in_snapshot(run.run, true);
    const bool asked = run.message != nullptr && run.message->seq <= snapshot.seq;
    if (asked && (question == nullptr || question->content != run.message->text)) {
      fail("a snapshot leaves nothing out", log,
           fmt::format("{}: the snapshot at {} lacks {}", tab.name(), snapshot.seq,
                       run.message->raw));
      return;
    }
    const MessageShape* answer = in_snapshot(run.run, false);
    if (ended && !run.answer.empty() && (answer == nullptr || answer->content != run.answer)) {
      fail("a snapshot leaves nothing out", log,
           fmt::format("{}: the snapshot at {} lacks the answer of {}, \"{}\"", tab.name(),
                       snapshot.seq, run.run, run.answer));
      return;
    }
    if ((!asked && question != nullptr) || (!ended && answer != nullptr)) {
      fail("a snapshot ends at its seq", log,
           fmt::format("{}: the snapshot at {} holds what comes later of {}", tab.name(),
                       snapshot.seq, run.run));
      return;
    }
  }
}

void RestChecks::check_store(const ThreadInLog& log) {
  if (scene_.verdict.failed()) return;
  for (const auto& run : scene_.registry.chat(log.user, log.thread)->runs) {
    const auto found = std::ranges::find(log.runs, run.run_id.view(), &RunInLog::run);
    if (found == log.runs.end()) {
      // Its message was accepted and never sent again.
      if (run.state == protocol::RunState::queued) continue;
      fail("the store agrees with the log", log, run.run_id.str() + " is in the store only");
      return;
    }
    const auto state = found->end->kind == EventKind::kCompleted   ? protocol::RunState::completed
                       : found->end->kind == EventKind::kCancelled ? protocol::RunState::cancelled
                                                                   : protocol::RunState::failed;
    if (run.state != state) {
      fail("the store agrees with the log", log,
           fmt::format("{} is {} in the store and ended with {}", run.run_id.str(),
                       to_string(run.state), name_of(found->end->kind)));
      return;
    }
  }
}

// By pages: each message once, in the order of the log, and the answers with them.
void RestChecks::check_history(Tab& tab, const ThreadInLog& log) {
  const Listing& list = tab.listing(log.thread);
  if (!list.complete || scene_.verdict.failed()) return;
  for (const RunInLog& run : log.runs) {
    const auto times = [&](bool from_user) {
      return std::ranges::count_if(list.messages, [&](const MessageShape& message) {
        return message.run == run.run && message.from_user == from_user;
      });
    };
    if (run.message != nullptr && times(true) != 1) {
      fail("history lists each message once", log,
           fmt::format("{} is listed {} times: {}", run.message->key, times(true),
                       run.message->raw));
      return;
    }
    const bool answered = !run.answer.empty() || run.end->kind == EventKind::kCompleted;
    if (times(false) != (answered ? 1 : 0)) {
      fail("history lists each message once", log,
           fmt::format("the answer of {} is listed {} times", run.run, times(false)));
      return;
    }
  }
  for (const MessageShape& message : list.messages) {
    const auto run = std::ranges::find(log.runs, message.run, &RunInLog::run);
    if (run == log.runs.end()) {
      // Accepted, and never sent again.
      if (message.from_user && message.seq == 0) continue;
      fail("history lists each message once", log, "not in the log: " + message.id);
      return;
    }
    const Event* event = message.from_user ? run->message : run->end;
    const std::string& content = message.from_user ? event->text : run->answer;
    const char* status = message.from_user || run->end->kind == EventKind::kCompleted ? "complete"
                         : run->end->kind == EventKind::kCancelled                    ? "cancelled"
                                                                                      : "failed";
    if (message.seq != event->seq || message.content != content || message.status != status) {
      fail("history agrees with the log", log,
           fmt::format("{} is listed at {} as \"{}\", {}; the log has {}", message.id, message.seq,
                       message.content, message.status, event->raw));
      return;
    }
  }
}

}  // namespace gp::sim
