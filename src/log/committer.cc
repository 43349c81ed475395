#include "log/committer.h"

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
      interval_(core),
      retry_(core) {}

void Committer::add(ThreadLog& log, StoredEvent event, Urgency urgency) {
  core_.assert_here();
  const std::size_t bytes = event.json.size();
  // Consecutive events of one thread share an entry; with many threads interleaved a few extra
  // entries cost little.
  if (waiting_.logs.empty() || waiting_.logs.back() != &log) {
    waiting_.logs.push_back(&log);
    waiting_.appends.push_back(LogAppend{log.key(), {}});
  }
  waiting_.appends.back().events.push_back(std::move(event));
  waiting_.bytes += bytes;
  uncommitted_bytes_ += bytes;
  if (urgency == Urgency::kNow || waiting_.bytes >= limits_.commit_bytes) {
    urgent_ = true;
    submit();
  } else if (!interval_.armed() && !submitting_) {
    interval_.arm(limits_.commit_interval, [this] { flush(); });
  }
}

void Committer::flush() {
  core_.assert_here();
  urgent_ = true;
  submit();
}

void Committer::submit() {
  core_.assert_here();
  if (submitting_ || waiting_.appends.empty()) return;
  interval_.cancel();
  urgent_ = false;
  submitting_ = true;
  in_flight_ = std::exchange(waiting_, Batch{});
  submitted_at_ = core_.now();
  resubmit();
}

// The storage refused what it was given, and always will. One thread's mistake must not stop the
// others: the batch is tried again with one thread at a time, and one that is refused alone is
// given up.
void Committer::isolate(const Error& error) {
  core_.assert_here();
  if (in_flight_.logs.size() > 1) {
    Batch first = take_first(in_flight_);
    for (std::size_t i = 0; i < waiting_.logs.size(); ++i) {
      in_flight_.logs.push_back(waiting_.logs[i]);
      in_flight_.appends.push_back(std::move(waiting_.appends[i]));
    }
    in_flight_.bytes += waiting_.bytes;
    waiting_ = std::exchange(in_flight_, std::move(first));
    return resubmit();
  }
  GP_LOG_ERROR("log", "events of one thread are given up: {}", error.message);
  metrics_.log_commit_failures.add();
  const Batch given_up = std::exchange(in_flight_, Batch{});
  uncommitted_bytes_ -= given_up.bytes;
  ThreadLog& log = *given_up.logs.front();
  forget(log);
  log.on_abandoned(error);
  submit();
}

// Nothing of it waits any longer: it may be freed.
void Committer::forget(const ThreadLog& log) {
  core_.assert_here();
  Batch kept;
  for (std::size_t i = 0; i < waiting_.logs.size(); ++i) {
    std::size_t bytes = 0;
    for (const StoredEvent& event : waiting_.appends[i].events) bytes += event.json.size();
    if (waiting_.logs[i] == &log) {
      uncommitted_bytes_ -= bytes;
      continue;
    }
    kept.bytes += bytes;
    kept.logs.push_back(waiting_.logs[i]);
    kept.appends.push_back(std::move(waiting_.appends[i]));
  }
  waiting_ = std::move(kept);
}

Committer::Batch Committer::take_first(Batch& batch) {
  Batch first;
  first.logs.push_back(batch.logs.front());
  first.appends.push_back(std::move(batch.appends.front()));
  for (const StoredEvent& event : first.appends.front().events) first.bytes += event.json.size();
  batch.logs.erase(batch.logs.begin());
  batch.appends.erase(batch.appends.begin());
  batch.bytes -= first.bytes;
  return first;
}

void Committer::resubmit() {
  core_.assert_here();
  submitting_ = true;
  in_flight_.tallies.clear();
  for (const LogAppend& append : in_flight_.appends) {
    Tally tally{append.events.back().seq, 0, append.events.size()};
    for (const StoredEvent& event : append.events) tally.bytes += event.bytes();
    in_flight_.tallies.push_back(tally);
  }
  storage_.append(
      std::exchange(in_flight_.appends, {}),
      [this, token = liveness_.token()](Result<> again) {
        if (token.alive()) on_done(std::move(again));
      },
      [this, token = liveness_.token()](std::vector<LogAppend> back) {
        if (!token.alive()) return;
        core_.assert_here();
        in_flight_.appends = std::move(back);
      });
}

void Committer::on_done(Result<> result) {
  core_.assert_here();
  submitting_ = false;
  if (GP_PLANTED(failed_commit_dropped)) result = ok();
  if (result.has_error() && result.error().code == Code::internal) return isolate(result.error());
  if (result.has_error()) {
    if (healthy_)
      GP_LOG_ERROR("log", "events cannot be committed, trying again: {}", result.error().message);
    healthy_ = false;
    metrics_.log_commit_failures.add();
    retry_.arm(limits_.commit_retry, [this] {
      core_.assert_here();
      resubmit();
    });
    submitting_ = true;  // nothing overtakes the batch that is to be tried again
    if (failure_) failure_(result.error());
    return;
  }
  if (!healthy_) GP_LOG_INFO("log", "events are committed again");
  healthy_ = true;
  metrics_.log_commits.add();
  metrics_.log_commit_seconds.observe(core_.now() - submitted_at_);
  const bool was_over = over_limit();
  const Batch batch = std::exchange(in_flight_, Batch{});
  uncommitted_bytes_ -= batch.bytes;
  for (std::size_t i = 0; i < batch.logs.size(); ++i) {
    const Tally& tally = batch.tallies[i];
    metrics_.log_events_committed.add(tally.events);
    batch.logs[i]->on_committed(tally.last, tally.bytes, tally.events);
  }
  if (was_over && !over_limit() && relief_) relief_();
  if (waiting_.appends.empty()) return;
  if (urgent_) {
    submit();
  } else if (!interval_.armed()) {
    interval_.arm(limits_.commit_interval, [this] { flush(); });
  }
}

}  // namespace gp::log
