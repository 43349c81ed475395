/// HeldPool: for tests that decide what gathers into one batch.
///
/// Thread: the test's.
#pragma once

#include <future>
#include <utility>

#include "runtime/blocking_pool.h"

namespace gp::sqlite {

/// Holds the only thread of a pool, so that everything asked meanwhile gathers.
class HeldPool {
 public:
  explicit HeldPool(runtime::BlockingPool& pool) {
    std::promise<void> held;
    std::future<void> is_held = held.get_future();
    pool.post([held = std::move(held), released = release_.get_future()]() mutable {
      held.set_value();
      released.wait();
    });
    is_held.wait();
  }
  ~HeldPool() { release(); }
  void release() {
    if (!std::exchange(released_, true)) release_.set_value();
  }

 private:
  std::promise<void> release_;
  bool released_ = false;
};

}  // namespace gp::sqlite
