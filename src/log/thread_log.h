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
/// when a cursor needs them. More than the retention's thread_bytes or thread_events: the oldest
/// go.
#pragma once

#include <limits>
#include <utility>
#include <vector>

#include "base/ring.h"
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
  /// is called once, when the event is durable: after a failed commit that is when the storage
  /// works again (Committer::on_failure tells of the wait). Errors: thread_not_found from a removed
  /// log, which takes nothing; internal if the storage refuses the log for good.
  Seq append(const protocol::NewEvent& event, Delivery delivery,
             Completion<Result<Seq>> committed = {});
  /// Keeps what is committed up to `through` in its folded form: its run has ended. In the
  /// background.
  void fold(Seq through);
  /// Forgets the oldest events that the limits do not allow and no run under way needs. In the
  /// background.
  void trim(TrimLimits limits);

  const identity::ThreadKey& key() const { return key_; }
  const Epoch& epoch() const { return epoch_; }
  Seq last() const { return last_; }
  Seq committed() const { return committed_; }
  Seq visible() const { return visible_; }
  Seq first_retained() const { return first_retained_; }
  /// The first event that a run under way holds; beyond last() if none does.
  Seq held() const;
  bool removed() const { return removed_; }
  /// Removed, not because its thread was deleted: the storage refused it. Readers resume.
  bool abandoned() const { return abandoned_; }

  /// A run, or whoever else needs the log in memory, holds a pin; with `held`, the events from
  /// there on are not trimmed either.
  class Pin {
   public:
    explicit Pin(ThreadLog& log, Seq held = kNothing) : log_(&log), held_(held) {
      ++log.pins_;
      if (held != kNothing) log.held_.push_back(held);
    }
    Pin(Pin&& other) noexcept : log_(std::exchange(other.log_, nullptr)), held_(other.held_) {}
    Pin& operator=(Pin other) noexcept {
      std::swap(log_, other.log_);
      std::swap(held_, other.held_);
      return *this;
    }
    ~Pin() {
      if (log_ != nullptr) log_->unpin(held_);
    }
    ThreadLog& operator*() const { return *log_; }
    ThreadLog* operator->() const { return log_; }

   private:
    ThreadLog* log_;
    Seq held_;
  };

 private:
  friend class Cursor;
  friend class Committer;
  friend class LogDirectory;
  friend class Upkeep;
  static constexpr Seq kNothing{std::numeric_limits<std::uint64_t>::max()};

  void unpin(Seq held);
  /// What is not committed, up to `last`, as it is stored: deltas folded.
  std::vector<StoredEvent> uncommitted_through(Seq last) const;
  /// More was committed, which takes `bytes` and `events` in storage.
  void on_committed(std::size_t bytes, std::size_t events);
  /// The storage refuses this log for good: it leaves the memory, its readers end and resume.
  void on_abandoned(const Error& error);
  void advance_visible();
  /// The record of `seq`, or nullptr if it is not in memory.
  const Record* hot(Seq seq) const;
  /// Bytes of visible events behind `after`, which is in memory.
  std::size_t visible_bytes_after(Seq after) const;
  /// Records that follow `after`, folded, of what is in memory; none if there is nothing.
  std::vector<Record> catch_up(Seq after);
  /// Reads a page after the cursor's place, which is not in memory, and wakes it.
  void fetch(Cursor& cursor);
  void on_page(Seq after, Result<std::vector<StoredEvent>> page);
  void on_trimmed(const LogHead& head);
  void on_folded(Seq through, std::uint64_t bytes_saved, std::uint64_t events_saved);
  void trim_if_over();
  void shrink(std::size_t bytes_max);
  /// Wakes the cursors, at most `max` of them, and takes their number off it. False: there are
  /// more, go on with the next call.
  bool wake_cursors(std::size_t& max);
  bool idle() const;

  struct Waiter {
    Seq seq;
    Completion<Result<Seq>> committed;
  };

  // What every append and every reader touches stands together.
  LogDirectory& directory_;
  Cursor* cursors_ = nullptr;  ///< intrusive list
  Cursor* to_wake_ = nullptr;  ///< where waking goes on
  Seq last_;
  Seq visible_;
  Seq committed_;
  std::size_t hot_bytes_ = 0;
  std::uint64_t appended_bytes_ = 0;
  Ring<Record> hot_;  ///< one for each seq up to last_
  CommitState commit_;
  bool dirty_ = false;
  bool waking_ = false;
  bool removed_ = false;
  bool abandoned_ = false;  ///< by a storage that refuses it; removed_ too
  bool fetching_ = false;   ///< a page is being read
  std::uint32_t pins_ = 0;
  Ring<Seq> gates_;  ///< uncommitted events that must not be seen before their commit
  identity::ThreadKey key_;
  Epoch epoch_;
  Seq first_retained_;
  Seq folded_;
  std::uint64_t kept_bytes_;   ///< committed, in storage
  std::uint64_t kept_events_;  ///< committed, in storage
  std::uint64_t trim_from_bytes_ = 0;
  std::uint64_t trim_from_events_ = 0;
  Ring<Waiter> waiters_;
  Completion<Result<>> when_quiet_;  ///< of a removed log: nothing of it is uncommitted any more
  std::vector<Seq> held_;
  MonotonicTime last_use_;
  runtime::Liveness liveness_;
};

}  // namespace gp::log
