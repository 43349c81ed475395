#include "log/committer.h"

#include <algorithm>

#include "base/assert.h"
#include "base/log.h"
#include "base/planted_bug.h"
#include "log/thread_log.h"
#include "protocol/codes.h"

namespace gp::log {

Committer::Committer(runtime::Core& core, LogStorage& storage, const LogLimits& limits,
                     metrics::CoreMetrics& metrics)
    : core_(core),
      storage_(storage),
      limits_(limits),
      metrics_(metrics),
      deadline_(core),
      retry_(core) {}

void Committer::add(ThreadLog& log, std::size_t bytes, Urgency urgency) {
  core_.assert_here();
  uncommitted_bytes_ += bytes;
  waiting_bytes_ += bytes;
  wait(log, urgency);
  if (waiting_bytes_ >= limits_.commit_bytes) return flush();
  if (urgency == Urgency::kNow) return submit();
  if (!submitting_ && !deadline_.armed()) arm();
}

void Committer::arm() {
  core_.assert_here();
  deadline_.arm(std::max(batched_.front().due - core_.now(), Duration::zero()),
                [this] { submit(); });
}

void Committer::wait(ThreadLog& log, Urgency urgency) {
  core_.assert_here();
  CommitState& state = log.commit_;
  using enum CommitState::Queue;
  if (state.queue == kNone) {
    state.queue = kBatched;
    state.place = batched_.insert(batched_.end(), {&log, core_.now() + limits_.commit_interval});
  }
  if (urgency == Urgency::kNow && state.queue == kBatched) {
    state.queue = kUrgent;
    urgent_.splice(urgent_.end(), batched_, state.place);
  }
}

void Committer::hurry(ThreadLog& log) {
  if (log.commit_.queue != CommitState::Queue::kBatched) return;
  wait(log, Urgency::kNow);
  submit();
}

void Committer::flush() {
  core_.assert_here();
  for (const WaitingLog& waiting : batched_)
    waiting.log->commit_.queue = CommitState::Queue::kUrgent;
  urgent_.splice(urgent_.end(), batched_);
  submit();
}

void Committer::submit() {
  core_.assert_here();
  if (submitting_) return;
  // What is due goes with what is urgent: nobody waits longer because others are in a hurry.
  // Without them those that are due soon go along: ten commits an interval serve any number of
  // logs.
  const Duration soon = urgent_.empty() ? limits_.commit_interval / 10 : Duration::zero();
  const MonotonicTime due = core_.now() + soon;
  const auto later = std::ranges::find_if(
      batched_, [due](const WaitingLog& waiting) { return waiting.due > due; });
  urgent_.splice(urgent_.end(), batched_, batched_.begin(), later);
  take(urgent_);
  if (!batched_.empty()) arm();
  if (in_flight_.empty()) return;
  submitted_at_ = core_.now();
  hand_over();
}

void Committer::take(std::list<WaitingLog>& queue) {
  core_.assert_here();
  for (const WaitingLog& waiting : queue) {
    ThreadLog& log = *waiting.log;
    log.commit_.queue = CommitState::Queue::kNone;
    waiting_bytes_ -= log.appended_bytes_ - log.commit_.handed_over;
    log.commit_.handed_over = log.appended_bytes_;
    in_flight_.push_back(Share{&log, log.last()});
  }
  queue.clear();
}

void Committer::hand_over() {
  core_.assert_here();
  submitting_ = true;
  std::vector<LogAppend> appends;
  appends.reserve(in_flight_.size());
  for (Share& share : in_flight_) {
    LogAppend append{share.log->key(), share.log->uncommitted_through(share.last)};
    share.stored_bytes = 0;
    share.stored_events = append.events.size();
    for (const StoredEvent& event : append.events) share.stored_bytes += event.bytes();
    appends.push_back(std::move(append));
  }
  storage_.append(std::move(appends), [this, token = liveness_.token()](Result<> result) {
    if (token.alive()) on_done(std::move(result));
  });
}

// The storage refused what it was given, and always will. One thread's mistake must not stop the
// others: half of the batch is tried again, until a thread that is refused alone is given up.
void Committer::isolate(const Error& error) {
  core_.assert_here();
  if (in_flight_.size() > 1) {
    const std::size_t half = in_flight_.size() / 2;
    for (std::size_t i = half; i < in_flight_.size(); ++i) {
      put_back(*in_flight_[i].log);
      wait(*in_flight_[i].log, Urgency::kNow);
    }
    in_flight_.resize(half);
    return hand_over();
  }
  GP_LOG_ERROR("log", "events of one thread are given up: {}", error.message);
  metrics_.log_commit_failures.add();
  ThreadLog& log = *std::exchange(in_flight_, {}).front().log;
  put_back(log);
  const bool was_over = over_limit();
  const std::size_t given_up = log.appended_bytes_ - log.commit_.committed;
  uncommitted_bytes_ -= given_up;
  waiting_bytes_ -= given_up;
  // Nothing of it waits any longer: it may be freed.
  if (log.commit_.queue == CommitState::Queue::kBatched) batched_.erase(log.commit_.place);
  if (log.commit_.queue == CommitState::Queue::kUrgent) urgent_.erase(log.commit_.place);
  log.commit_ = {CommitState::Queue::kNone, {}, log.appended_bytes_, log.appended_bytes_};
  log.on_abandoned(error);
  healthy_ = true;  // the storage works: it has an opinion
  if (was_over && !over_limit() && relief_) relief_();
  submit();
}

void Committer::put_back(ThreadLog& log) {
  waiting_bytes_ += log.commit_.handed_over - log.commit_.committed;
  log.commit_.handed_over = log.commit_.committed;
}

void Committer::on_failed(const Error& error) {
  core_.assert_here();
  if (healthy_) GP_LOG_ERROR("log", "events cannot be committed, trying again: {}", error.message);
  healthy_ = false;
  metrics_.log_commit_failures.add();
  retry_.arm(limits_.commit_retry, [this] { hand_over(); });
  submitting_ = true;  // nothing overtakes the batch that is to be tried again
  if (failure_) failure_(error);
}

void Committer::on_done(Result<> result) {
  core_.assert_here();
  submitting_ = false;
  if (GP_PLANTED(failed_commit_dropped)) result = ok();
  if (result.has_error() && result.error().code == Code::internal) return isolate(result.error());
  if (result.has_error()) return on_failed(result.error());
  if (!healthy_) GP_LOG_INFO("log", "events are committed again");
  healthy_ = true;
  metrics_.log_commits.add();
  metrics_.log_commit_seconds.observe(core_.now() - submitted_at_);
  const bool was_over = over_limit();
  const std::vector<Share> committed = std::exchange(in_flight_, {});
  // First all of them are committed, then they tell: whoever is told may append, and commit again.
  for (const Share& share : committed) {
    ThreadLog& log = *share.log;
    metrics_.log_events_committed.add(share.last.value - log.committed_.value);
    uncommitted_bytes_ -= log.commit_.handed_over - log.commit_.committed;
    log.commit_.committed = log.commit_.handed_over;
    log.committed_ = share.last;
  }
  for (const Share& share : committed)
    share.log->on_committed(share.stored_bytes, share.stored_events);
  if (was_over && !over_limit() && relief_) relief_();
  if (!urgent_.empty() || (!batched_.empty() && !deadline_.armed())) submit();
}

}  // namespace gp::log
