/// Committer: group commit of one core. Hands what its logs have in memory only to the LogStorage,
/// in batches.
///
/// Every log has a deadline: commit_interval after its first event that waits. A batch is the logs
/// whose deadline came, with those that follow soon or with those that are urgent; all of them when
/// commit_bytes wait. An urgent log takes no other along before its time. The deltas of a log that
/// waited together are stored folded: a stream of 50 deltas a second is two rows a second, not
/// fifty. Batches of one core complete in order.
/// Thread: its core. On failure: the batch is tried again every commit_retry; on_failure()
/// listeners are told each time; healthy() is false until a commit succeeds. Nothing is dropped:
/// the events stay in their logs until they are committed.
#pragma once

#include <list>
#include <vector>

#include "base/unique_function.h"
#include "log/limits.h"
#include "log/log_storage.h"
#include "metrics/core_metrics.h"
#include "runtime/core.h"

namespace gp::log {

enum class Urgency { kBatched, kNow };

class ThreadLog;

struct WaitingLog {
  ThreadLog* log;
  MonotonicTime due;
};

/// What the Committer remembers of each log; nobody else writes it. Bytes are counted as
/// ThreadLog counts what was appended.
struct CommitState {
  enum class Queue { kNone, kBatched, kUrgent };
  Queue queue = Queue::kNone;
  std::list<WaitingLog>::iterator place{};  ///< in its queue
  std::uint64_t handed_over = 0;            ///< up to here the storage has, or had, the events
  std::uint64_t committed = 0;
};

class Committer {
 public:
  Committer(runtime::Core& core, LogStorage& storage, const LogLimits& limits,
            metrics::CoreMetrics& metrics);

  /// `log` has `bytes` of events more to commit. It stays alive until it was told
  /// (ThreadLog::on_committed or on_abandoned).
  void add(ThreadLog& log, std::size_t bytes, Urgency urgency);
  /// Commits what of `log` waits for its deadline now.
  void hurry(ThreadLog& log);

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
  /// What of a log the storage has been given.
  struct Share {
    ThreadLog* log;
    Seq last;
    std::size_t stored_bytes = 0;
    std::size_t stored_events = 0;
  };

  void wait(ThreadLog& log, Urgency urgency);
  /// Gives the storage what is due, if it has nothing else to do.
  void submit();
  void take(std::list<WaitingLog>& queue);
  /// The timer for the first deadline.
  void arm();
  /// Gives the storage in_flight_.
  void hand_over();
  void on_done(Result<> result);
  void on_failed(const Error& error);
  void isolate(const Error& error);
  void put_back(ThreadLog& log);

  runtime::Core& core_;
  LogStorage& storage_;
  const LogLimits& limits_;
  metrics::CoreMetrics& metrics_;
  runtime::Timer deadline_;
  runtime::Timer retry_;
  std::list<WaitingLog> batched_ GP_GUARDED_BY(core_);  ///< in the order of their deadlines
  std::list<WaitingLog> urgent_ GP_GUARDED_BY(core_);
  std::vector<Share> in_flight_ GP_GUARDED_BY(core_);
  bool submitting_ GP_GUARDED_BY(core_) = false;
  MonotonicTime submitted_at_{};
  std::size_t uncommitted_bytes_ = 0;
  std::size_t waiting_bytes_ = 0;  ///< of them, not handed over
  bool healthy_ = true;
  UniqueFunction<void()> relief_;
  UniqueFunction<void(const Error&)> failure_;
  runtime::Liveness liveness_;
};

}  // namespace gp::log
