#include "runtime/blocking_pool.h"

#include <pthread.h>

#include "base/assert.h"

namespace gp::runtime {

BlockingPool::BlockingPool(std::size_t threads) {
  for (std::size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { work(); });
    ::pthread_setname_np(threads_.back().native_handle(), "gp-blocking");
  }
}

void BlockingPool::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    GP_ASSERT(!stopping_, "post to a stopped BlockingPool");
    queue_.push_back(std::move(task));
  }
  wake_.notify_one();
}

void BlockingPool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void BlockingPool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    Task task = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    task();
    task = Task{};
    lock.lock();
  }
}

}  // namespace gp::runtime
