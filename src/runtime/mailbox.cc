#include "runtime/mailbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <memory>

#include "base/assert.h"

namespace gp::runtime {

Mailbox::Mailbox() : event_fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  GP_ASSERT(event_fd_ >= 0, "eventfd failed: is the limit of open files too low?");
}

Mailbox::~Mailbox() {
  for (Node* node = take_all(); node != nullptr;) {
    const std::unique_ptr<Node> dead(std::exchange(node, node->next));
  }
  ::close(event_fd_);
}

void Mailbox::push(Task task) {
  auto* node = new Node{std::move(task), top_.load(std::memory_order_relaxed)};
  size_.fetch_add(1, std::memory_order_relaxed);
  while (!top_.compare_exchange_weak(node->next, node, std::memory_order_release,
                                     std::memory_order_relaxed)) {
  }
  if (notified_.exchange(true, std::memory_order_acq_rel)) return;
  const std::uint64_t one = 1;
  // Cannot block: the counter would have to reach 2^64 - 2.
  [[maybe_unused]] const ssize_t written = ::write(event_fd_, &one, sizeof(one));
}

bool Mailbox::try_push(Task task) {
  if (size_.load(std::memory_order_relaxed) >= kEntriesMax) return false;
  push(std::move(task));
  return true;
}

Mailbox::Node* Mailbox::take_all() {
  Node* newest_first = top_.exchange(nullptr, std::memory_order_acquire);
  Node* oldest_first = nullptr;
  while (newest_first != nullptr) {
    Node* next = newest_first->next;
    newest_first->next = oldest_first;
    oldest_first = newest_first;
    newest_first = next;
  }
  return oldest_first;
}

void Mailbox::drain() {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t got = ::read(event_fd_, &count, sizeof(count));
  // Cleared before taking: a push after this line writes the eventfd again, so none is forgotten.
  notified_.exchange(false, std::memory_order_acq_rel);
  for (Node* node = take_all(); node != nullptr;) {
    const std::unique_ptr<Node> current(std::exchange(node, node->next));
    size_.fetch_sub(1, std::memory_order_relaxed);
    current->task();
  }
}

}  // namespace gp::runtime
