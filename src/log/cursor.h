/// Cursor: a reader's position in one ThreadLog. Replay and live are the same code: next().
///
/// Owner:      one Connection or one HTTP stream; dies with it, before the log.
/// Thread:     the log's core.
/// Invariants: (1) delivered() never decreases; (2) the records handed out cover 1 … delivered()
/// after the start exactly once, in order. On limit:   at most one page (page_bytes) is held for a
/// reader that is behind, however far.
#pragma once

#include <deque>
#include <memory>

#include "log/record.h"
#include "log/thread_log.h"

namespace gp::log {

/// Is told that a cursor which had nothing more to give has something again (or must be dropped).
class CursorOwner {
 public:
  virtual void on_cursor_ready(Cursor& cursor) = 0;

 protected:
  ~CursorOwner() = default;
};

class Cursor {
 public:
  Cursor(ThreadLog& log, Seq after, CursorOwner& owner);
  ~Cursor();
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  enum class State {
    kRecord,     ///< `record` is the next one
    kWaiting,    ///< nothing now; the owner will be called
    kTruncated,  ///< the log no longer holds delivered()+1: send a snapshot, then move_to()
    kRemoved,    ///< the thread was deleted: drop the cursor
    kFailed,     ///< the storage could not be read: try again later or close
  };
  struct Next {
    State state;
    Record record{};
  };
  Next next();

  /// Everything up to here was handed out.
  Seq delivered() const { return delivered_; }
  /// delivered() is all that readers may see now.
  bool at_head() const { return delivered_ >= log_.visible(); }
  ThreadLog& log() const { return log_; }
  /// Goes on after `seq`.
  void move_to(Seq seq);

 private:
  friend class ThreadLog;
  void wake() { owner_.on_cursor_ready(*this); }
  void read_page();

  ThreadLog& log_;
  CursorOwner& owner_;
  Seq delivered_;
  Cursor* next_ = nullptr;
  Cursor* previous_ = nullptr;
  struct Behind {
    std::deque<Record> page;
    bool reading = false;
    bool failed = false;
    runtime::Liveness liveness;
  };
  std::unique_ptr<Behind> behind_;  ///< only while reading from storage
};

}  // namespace gp::log
