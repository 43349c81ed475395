/// Cursor: a reader's position in one ThreadLog. Replay and live are the same code: next().
///
/// Owner:      one Connection or one HTTP stream; dies with it, before the log.
/// Thread:     the log's core.
/// Invariants: (1) delivered() never decreases; (2) the records handed out cover 1 … delivered()
/// after the start exactly once, in order.
/// On limit:   a reader that is fold_bytes behind gets deltas merged. Records wait here only while
/// their owner writes; rest() lets them go, so a reader that does not read costs nothing.
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
    kRemoved,    ///< the thread was deleted, there is nothing more: drop the cursor
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
  /// The owner cannot write more for now: holds nothing until next() is called again.
  void rest();

 private:
  friend class ThreadLog;
  void wake() { owner_.on_cursor_ready(*this); }
  Next hand_out();
  /// A page of the log was read, or could not be: look again.
  void on_page(bool failed);

  ThreadLog& log_;
  CursorOwner& owner_;
  Seq delivered_;
  Cursor* next_ = nullptr;
  Cursor* previous_ = nullptr;
  bool fetching_ = false;                     ///< waits for a page
  bool failed_ = false;                       ///< the page could not be read
  std::unique_ptr<std::deque<Record>> page_;  ///< what is to be handed out next; only while behind
};

}  // namespace gp::log
