/// ThreadLog: the append-only list of one thread's events, and the only thing that assigns their
/// seqs.
///
/// Owner:      the LogDirectory of the thread's home core. Thread: that core.
/// Invariants: (1) seqs are 1, 2, 3 … without gaps; (2) visible() never decreases, and what lies at
/// or below it never changes its
///             meaning; (3) committed() ≤ last(); (4) an event appended with
///             Delivery::kAfterCommit, and everything behind it, becomes visible only when it is
///             committed; (5) everything above the hot part is committed.
/// On limit:   more than hot_bytes in memory: committed events leave it and are read from storage
/// when a cursor needs them.
#pragma once

#include <deque>

#include "base/unique_function.h"
#include "log/committer.h"
#include "log/limits.h"
#include "log/log_storage.h"
#include "log/record.h"

namespace gp::log {

class Cursor;
class LogDirectory;

/// When readers may see an event: user messages and terminal events after their commit, deltas up
/// to one commit interval before.
enum class Delivery { kAtOnce, kAfterCommit };

class ThreadLog {
 public:
  ThreadLog(LogDirectory& directory, identity::ThreadKey key, LogHead head);
  ~ThreadLog();
  ThreadLog(const ThreadLog&) = delete;
  ThreadLog& operator=(const ThreadLog&) = delete;

  /// Assigns the next seq, writes the event's JSON once, and hands it to the committer. `committed`
  /// is called when it is durable, or with store_unavailable when the first try to commit it failed
  /// (it is still tried again). A removed log takes nothing: thread_not_found.
  Seq append(const protocol::NewEvent& event, Delivery delivery,
             Completion<Result<Seq>> committed = {});

  const identity::ThreadKey& key() const { return key_; }
  const Epoch& epoch() const { return epoch_; }
  Seq last() const { return last_; }
  Seq committed() const { return committed_; }
  Seq visible() const { return visible_; }
  Seq first_retained() const { return first_retained_; }
  bool removed() const { return removed_; }

  /// A run, or whoever else needs the log in memory, holds a pin.
  class Pin {
   public:
    explicit Pin(ThreadLog& log) : log_(&log) { ++log.pins_; }
    Pin(Pin&& other) noexcept : log_(std::exchange(other.log_, nullptr)) {}
    Pin& operator=(Pin other) noexcept {
      std::swap(log_, other.log_);
      return *this;
    }
    ~Pin() {
      if (log_ != nullptr) --log_->pins_;
    }
    ThreadLog& operator*() const { return *log_; }
    ThreadLog* operator->() const { return log_; }

   private:
    ThreadLog* log_;
  };

 private:
  friend class Cursor;
  friend class Committer;
  friend class LogDirectory;

  void on_committed(Seq seq);
  void on_commit_failed(const Error& error);
  /// The storage refuses this log for good: it leaves the memory, its readers end and resume.
  void on_abandoned(const Error& error);
  void advance_visible();
  /// The record that covers `seq`, or nullptr if it is not in memory.
  const Record* hot(Seq seq) const;
  void shrink(std::size_t bytes_max);
  void wake_cursors();
  bool idle() const;

  struct Waiter {
    Seq seq;
    Completion<Result<Seq>> committed;
  };

  LogDirectory& directory_;
  identity::ThreadKey key_;
  Epoch epoch_;
  Seq first_retained_;
  Seq last_;
  Seq committed_;
  Seq visible_;
  std::deque<Record> hot_;
  std::size_t hot_bytes_ = 0;
  std::deque<Seq> gates_;  ///< uncommitted events that must not be seen before their commit
  std::deque<Waiter> waiters_;
  Completion<Result<>> when_quiet_;  ///< of a removed log: nothing of it is uncommitted any more
  Cursor* cursors_ = nullptr;        ///< intrusive list
  std::uint32_t pins_ = 0;
  bool dirty_ = false;
  bool removed_ = false;
  MonotonicTime last_use_;
};

}  // namespace gp::log
