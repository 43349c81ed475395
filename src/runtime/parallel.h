/// parallel_for(): one call per index on a few threads, and back when all are done.
///
/// Indices are handed out one by one, so uneven work balances itself. Results belong in a place per
/// index: then nothing is shared and the outcome does not depend on the threads. With one job
/// everything runs on the caller's thread. A thread the system refuses is done without.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <system_error>
#include <thread>
#include <vector>

namespace gp::runtime {

/// 0: one per core.
inline unsigned job_count(unsigned jobs) {
  return jobs != 0 ? jobs : std::max(1U, std::thread::hardware_concurrency());
}

/// Calls function(index, worker) for every index below `count`; worker is below job_count(jobs) and
/// names the thread, for buffers that are reused. `function` must not throw.
template <class Function>
void parallel_for(std::size_t count, unsigned jobs, const Function& function) {
  const auto workers = static_cast<unsigned>(std::min<std::size_t>(job_count(jobs), count));
  std::atomic<std::size_t> next{0};
  const auto work = [&](unsigned worker) {
    for (std::size_t i = next.fetch_add(1, std::memory_order_relaxed); i < count;
         i = next.fetch_add(1, std::memory_order_relaxed)) {
      function(i, worker);
    }
  };
  std::vector<std::thread> threads;
  threads.reserve(workers);
  for (unsigned worker = 1; worker < workers; ++worker) {
    try {
      threads.emplace_back(work, worker);
    } catch (const std::system_error&) {
      break;
    }
  }
  work(0);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace gp::runtime
