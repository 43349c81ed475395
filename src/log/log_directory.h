/// LogDirectory: the ThreadLogs of one core that are in memory, and the only way to one.
///
/// Thread: its core. A log is opened by its first user, from storage, and leaves the memory when
/// nobody has used it for LogLimits::idle. Its turn-end hook wakes the cursors of every log that
/// grew, 64 in a round; register it before the hook that writes to sockets.
#pragma once

#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "log/committer.h"
#include "log/limits.h"
#include "log/record_cache.h"
#include "log/thread_log.h"
#include "log/upkeep.h"
#include "metrics/core_metrics.h"
#include "runtime/core.h"

namespace gp::log {

class LogDirectory {
 public:
  LogDirectory(runtime::Core& core, LogStorage& storage, LogLimits limits,
               metrics::CoreMetrics& metrics);
  ~LogDirectory();
  LogDirectory(const LogDirectory&) = delete;
  LogDirectory& operator=(const LogDirectory&) = delete;

  /// The thread's log, which is made if there is none. The pointer is good for the turn; keep it
  /// longer with a Pin or a Cursor. Errors: store_unavailable. `done` may be called before open()
  /// returns if the log is in memory.
  void open(const identity::ThreadKey& key, Completion<Result<ThreadLog*>> done);
  /// The log if it is in memory, else nullptr.
  ThreadLog* find(const identity::ThreadKey& key);
  /// The owner's logs that are in memory.
  std::span<ThreadLog* const> of_owner(const UserId& owner) const;
  /// Forgets the log's events, here and in storage. Its cursors end with State::kRemoved.
  void remove(const identity::ThreadKey& key, Completion<Result<>> done);

  /// Is told of every log that comes into memory, before its opener is: a connection that reads all
  /// threads adds a cursor.
  void on_opened(UniqueFunction<void(ThreadLog&)> listener) { opened_ = std::move(listener); }

  runtime::Core& core() const { return core_; }
  LogStorage& storage() const { return storage_; }
  Committer& committer() { return committer_; }
  Upkeep& upkeep() { return upkeep_; }
  /// Frames of catch-ups, shared by readers.
  RecordCache& shared() { return shared_; }
  /// The records as a reader that is behind gets them: deltas merged.
  std::vector<Record> fold(const std::vector<Record>& records);
  std::vector<Record> fold(const std::vector<StoredEvent>& events);
  const LogLimits& limits() const { return limits_; }
  metrics::CoreMetrics& metrics() const { return metrics_; }
  std::size_t logs_in_memory() const {
    core_.assert_here();
    return logs_.size();
  }

 private:
  friend class ThreadLog;
  void mark_dirty(ThreadLog& log);
  void wake_dirty();
  void sweep();
  /// The log takes nothing more and leaves the directory; it lives until nobody holds it.
  void drop(ThreadLog& log);
  void unlist(const ThreadLog& log);
  void finish_open(const identity::ThreadKey& key, Result<LogHead> head);

  runtime::Core& core_;
  LogStorage& storage_;
  const LogLimits limits_;
  metrics::CoreMetrics& metrics_;
  Committer committer_;
  RecordCache shared_;
  std::unordered_map<identity::ThreadKey, std::unique_ptr<ThreadLog>> logs_ GP_GUARDED_BY(core_);
  std::unordered_map<identity::ThreadKey, std::vector<Completion<Result<ThreadLog*>>>> opening_
      GP_GUARDED_BY(core_);
  std::unordered_map<UserId, std::vector<ThreadLog*>> by_owner_ GP_GUARDED_BY(core_);
  std::vector<std::unique_ptr<ThreadLog>> removed_ GP_GUARDED_BY(core_);
  std::vector<ThreadLog*> dirty_ GP_GUARDED_BY(core_);
  std::size_t woken_ GP_GUARDED_BY(core_) = 0;  ///< of dirty_, in the rounds of this turn's end
  Upkeep upkeep_;                               ///< holds pins
  UniqueFunction<void(ThreadLog&)> opened_;
  std::string json_;  ///< of the event being appended: one buffer for all
  runtime::Timer sweep_timer_;
  runtime::Liveness liveness_;
};

}  // namespace gp::log
