/// Guarded: a value that any thread may use, one at a time.
///
/// For what cores must agree on and touch seldom (once per connection, not per message). Keep the
/// work short: cores wait for each other here. Thread: any.
#pragma once

#include <mutex>
#include <utility>

namespace gp::runtime {

template <class T>
class Guarded {
 public:
  template <class... Args>
  explicit Guarded(Args&&... args) : value_(std::forward<Args>(args)...) {}
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;

  /// Gives the value to `use` and returns what it returns. Do not keep references to the value.
  template <class Use>
  decltype(auto) with(Use&& use) {
    const std::lock_guard lock(mutex_);
    return std::forward<Use>(use)(value_);
  }

 private:
  std::mutex mutex_;
  T value_;
};

}  // namespace gp::runtime
