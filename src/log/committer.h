/// Committer: group commit of one core. Collects appended events and hands them to the LogStorage
/// in batches.
///
/// A batch starts when an urgent event is added (at once, with all that waits), when the interval
/// since the first waiting event is over, or when commit_bytes wait. Batches of one core complete
/// in order. Thread: its core. On failure: the batch is kept and tried again every commit_retry;
/// on_failure() listeners are told each time; healthy() is false until a commit succeeds. Nothing
/// is dropped.
#pragma once

#include <deque>
#include <vector>

#include "base/unique_function.h"
#include "log/limits.h"
#include "log/log_storage.h"
#include "metrics/core_metrics.h"
#include "runtime/core.h"

namespace gp::log {

enum class Urgency { kBatched, kNow };

class ThreadLog;

class Committer {
 public:
  Committer(runtime::Core& core, LogStorage& storage, const LogLimits& limits,
            metrics::CoreMetrics& metrics);

  /// `log` stays alive until it was told (ThreadLog::on_committed or on_abandoned).
  void add(ThreadLog& log, StoredEvent event, Urgency urgency);

  bool healthy() const { return healthy_; }
  /// More than uncommitted_bytes_max wait: producers should pause.
  bool over_limit() const { return uncommitted_bytes_ > limits_.uncommitted_bytes_max; }
  std::size_t uncommitted_bytes() const { return uncommitted_bytes_; }
  /// Called when over_limit() becomes false again. One listener: the RunSupervisor.
  void on_relief(UniqueFunction<void()> listener) { relief_ = std::move(listener); }
  /// Called whenever a try to commit failed: what waits, waits on. One listener: the ThreadService.
  void on_failure(UniqueFunction<void(const Error&)> listener) { failure_ = std::move(listener); }
  /// Commits what waits.
  void flush();

 private:
  struct Tally {
    Seq last;
    std::size_t bytes;
    std::size_t events;
  };
  struct Batch {
    std::vector<LogAppend> appends;
    std::vector<ThreadLog*> logs;  ///< one per append
    std::vector<Tally> tallies;    ///< one per append, while the storage has them
    std::size_t bytes = 0;
  };

  void submit();
  /// Hands in_flight_ to the storage, which gives the appends back if it fails.
  void resubmit();
  void isolate(const Error& error);
  void forget(const ThreadLog& log);
  static Batch take_first(Batch& batch);
  void on_done(Result<> result);

  runtime::Core& core_;
  LogStorage& storage_;
  const LogLimits& limits_;
  metrics::CoreMetrics& metrics_;
  runtime::Timer interval_;
  runtime::Timer retry_;
  Batch waiting_ GP_GUARDED_BY(core_);
  Batch in_flight_ GP_GUARDED_BY(core_);
  bool submitting_ GP_GUARDED_BY(core_) = false;
  bool urgent_ GP_GUARDED_BY(core_) = false;
  MonotonicTime submitted_at_{};
  std::size_t uncommitted_bytes_ = 0;
  bool healthy_ = true;
  UniqueFunction<void()> relief_;
  UniqueFunction<void(const Error&)> failure_;
  runtime::Liveness liveness_;
};

}  // namespace gp::log
