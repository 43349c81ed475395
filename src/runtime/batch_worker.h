/// BatchWorker<T>: the way from cores to one serial worker on the BlockingPool, which takes
/// everything queued at once.
///
/// How it works: push() queues an item and, if no worker is under way, posts one; the worker takes
/// all items that are queued, hands them to the handler in order, and repeats until it finds none.
/// While the handler is slow (an fsync), items gather, and the next call gets them all: group
/// commit without a timer.
///
/// Thread: push() from any; the handler runs on pool threads, never two at a time.
/// Lifetime: must outlive its items; ~BatchWorker waits for the worker under way. The pool outlives
/// it.
#pragma once

#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

#include "runtime/blocking_pool.h"

namespace gp::runtime {

template <class T>
class BatchWorker {
 public:
  using Handler = UniqueFunction<void(std::vector<T>&)>;

  BatchWorker(BlockingPool& pool, Handler handler) : pool_(pool), handler_(std::move(handler)) {}
  ~BatchWorker() {
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return !running_; });
  }
  BatchWorker(const BatchWorker&) = delete;
  BatchWorker& operator=(const BatchWorker&) = delete;

  void push(T item) {
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(std::move(item));
      if (std::exchange(running_, true)) return;
    }
    pool_.post([this] { work(); });
  }

 private:
  void work() {
    std::vector<T> batch;
    while (true) {
      {
        const std::lock_guard lock(mutex_);
        batch.clear();
        std::swap(batch, queue_);
        if (batch.empty()) {
          running_ = false;
          idle_.notify_all();
          return;
        }
      }
      handler_(batch);
    }
  }

  BlockingPool& pool_;
  Handler handler_;
  std::mutex mutex_;
  std::condition_variable idle_;
  std::vector<T> queue_;
  bool running_ = false;
};

}  // namespace gp::runtime
