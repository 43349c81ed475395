/// Mailbox: how other threads reach a core. Many producers, one consumer, lock-free push.
///
/// How it works: producers push onto an atomic stack; the consumer takes the whole stack at once
/// and reverses it, so order per producer is kept. The eventfd is written only by the push that
/// finds no wake-up under way (27 ns a push when busy, network_measurements.md section 3f). Limit:
/// `entries_max` applies to try_push only; push() is for answers to what the core itself asked for.
#pragma once

#include <atomic>
#include <cstddef>

#include "runtime/core.h"

namespace gp::runtime {

class Mailbox {
 public:
  static constexpr std::size_t kEntriesMax = 65'536;

  Mailbox();
  ~Mailbox();
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  /// Thread: any.
  void push(Task task);
  /// False, and nothing queued, if kEntriesMax are waiting. Thread: any.
  bool try_push(Task task);

  /// Readable when entries wait. Thread: the core.
  int event_fd() const { return event_fd_; }
  /// Runs everything that was queued when it began. Thread: the core.
  void drain();

 private:
  struct Node {
    Task task;
    Node* next;
  };
  Node* take_all();

  std::atomic<Node*> top_{nullptr};
  std::atomic<bool> notified_{false};
  std::atomic<std::size_t> size_{0};
  int event_fd_;
};

}  // namespace gp::runtime
