/// SharedBudget: what cores have outstanding with a blocking worker, in bytes and in holders, with
/// a limit and a way to wait until all of it has come back.
///
/// Thread: any. Limit: given; reaction: try_take() refuses, and its caller answers its asker.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

#include "base/assert.h"

namespace gp::runtime {

class SharedBudget {
 public:
  explicit SharedBudget(std::size_t bytes_max) : bytes_max_(bytes_max) {}
  SharedBudget(const SharedBudget&) = delete;
  SharedBudget& operator=(const SharedBudget&) = delete;

  /// Makes the caller a holder of `bytes`; false if that would exceed the limit. The first holder
  /// always fits, so that nothing is too large for ever.
  bool try_take(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    if (holders_ > 0 && (bytes > bytes_max_ || bytes_ > bytes_max_ - bytes)) return false;
    ++holders_;
    bytes_ += bytes;
    return true;
  }
  /// A holder of no bytes; never refused.
  void take() {
    const std::lock_guard lock(mutex_);
    ++holders_;
  }
  void give_back(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    GP_ASSERT(holders_ > 0 && bytes_ >= bytes,
              "more was given back to a SharedBudget than was taken");
    bytes_ -= bytes;
    if (--holders_ == 0) unused_.notify_all();
  }
  /// Blocks; not for cores that run.
  void wait_until_unused() {
    std::unique_lock lock(mutex_);
    unused_.wait(lock, [this] { return holders_ == 0; });
  }

  std::size_t bytes_max() const { return bytes_max_; }
  std::size_t bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
  }
  std::size_t holders() const {
    const std::lock_guard lock(mutex_);
    return holders_;
  }

 private:
  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  std::condition_variable unused_;
  std::size_t bytes_ = 0;
  std::size_t holders_ = 0;
};

}  // namespace gp::runtime
