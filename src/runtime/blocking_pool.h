/// BlockingPool: threads for libraries that block (sqlite3, file reads). Nothing else leaves the
/// cores.
///
/// Thread: post() from any. Tasks start in order; several run at once. stop() runs what is queued
/// and joins. Limit: none of its own; every user bounds what it has outstanding.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "runtime/core.h"

namespace gp::runtime {

class BlockingPool {
 public:
  explicit BlockingPool(std::size_t threads);
  ~BlockingPool() { stop(); }
  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;

  void post(Task task);
  void stop();

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace gp::runtime
