/// Core: one thread's event loop, seen as a capability.
///
/// Everything that belongs to a core is touched only on its thread. Root objects take a `Core&`,
/// mark their members GP_GUARDED_BY(core_) and begin each entry point with core_.assert_here();
/// clang proves the rest.
///
/// A **turn** is one wake-up of the loop: a batch of ready sockets, one timer, one mailbox drain.
/// Work done in a turn marks things dirty; when the turn ends the at_turn_end() hooks run, round
/// after round until nothing is dirty, and that is where bytes are written. Every entry from
/// outside (socket, timer, mailbox, curl) opens a Turn.
///
/// Implementations: AsioCore (production), ManualCore (virtual time, for tests and simulation).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/random.h"
#include "base/thread_annotations.h"
#include "base/unique_function.h"

namespace gp::runtime {

using Task = UniqueFunction<void()>;

/// Identifies a pending timer; the default one names none.
struct TimerId {
  std::uint64_t value = 0;
  explicit operator bool() const { return value != 0; }
};

class GP_CAPABILITY("core") Core {
 public:
  virtual ~Core() = default;
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  /// 0 … number of cores - 1.
  virtual std::uint32_t index() const = 0;
  virtual const Clock& clock() const = 0;
  virtual Random& random() = 0;
  IdSource& ids() { return ids_; }
  MonotonicTime now() const { return clock().now(); }

  /// Stops the process unless called on the core's thread (or before it runs).
  virtual void assert_here() const GP_ASSERT_CAPABILITY(this) = 0;

  /// Runs `task` on this core in a later turn. Thread: any. Never refused; use try_post for what
  /// can be turned away.
  virtual void post(Task task) = 0;
  /// As post, but refuses (false) when the mailbox holds its limit. Thread: any.
  virtual bool try_post(Task task) = 0;

  /// Runs `task` once, after `delay`, on this core. Thread: this core.
  virtual TimerId call_after(Duration delay, Task task) = 0;
  /// The task will not run. Nothing happens if it has run or `timer` names none. Thread: this core.
  virtual void cancel(TimerId timer) = 0;

  /// `hook` runs at the end of every turn in which request_turn_end() was called, and again as long
  /// as a hook calls it. Hooks run in order of registration and live as long as the core. Thread:
  /// this core, before it runs or on it.
  void at_turn_end(UniqueFunction<void()> hook) { turn_end_hooks_.push_back(std::move(hook)); }
  /// Something became dirty. Must be called inside a turn.
  void request_turn_end();
  bool in_turn() const { return turn_depth_ > 0; }

  /// One entry into the core from outside. The outermost one runs the hooks.
  class Turn {
   public:
    explicit Turn(Core& core) : core_(core) { ++core_.turn_depth_; }
    ~Turn() {
      if (--core_.turn_depth_ == 0 && core_.turn_end_requested_) core_.run_turn_end();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Core& core_;
  };

 protected:
  Core(const Clock& clock, Random& random) : ids_(clock, random) {}

 private:
  friend class Turn;
  void run_turn_end();

  IdSource ids_;
  std::vector<UniqueFunction<void()>> turn_end_hooks_;
  std::uint32_t turn_depth_ = 0;
  bool turn_end_requested_ = false;
};

/// A timer that is cancelled with its owner. Re-arming cancels the earlier one. Thread: its core.
class Timer {
 public:
  explicit Timer(Core& core) : core_(core) {}
  ~Timer() { cancel(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void arm(Duration delay, Task task) {
    core_.cancel(id_);
    task_ = std::move(task);
    id_ = core_.call_after(delay, [this] {
      id_ = TimerId{};
      // It may arm this timer again, or destroy it.
      Task now = std::move(task_);
      now();
    });
  }
  void cancel() {
    core_.cancel(std::exchange(id_, {}));
    task_ = {};
  }
  bool armed() const { return static_cast<bool>(id_); }

 private:
  Core& core_;
  TimerId id_;
  Task task_;
};

/// Lets callbacks find out that their owner is gone: hold a Liveness, capture its token(), ask
/// alive() first. Thread: one core (the count behind it is not atomic by contract, only by
/// library).
class Liveness {
 public:
  class Token {
   public:
    bool alive() const { return !flag_.expired(); }

   private:
    friend class Liveness;
    std::weak_ptr<int> flag_;
  };
  Token token() const {
    if (flag_ == nullptr) flag_ = std::make_shared<int>(0);
    Token made;
    made.flag_ = flag_;
    return made;
  }

 private:
  mutable std::shared_ptr<int> flag_;  ///< made with the first token: most connections need none
};

}  // namespace gp::runtime
