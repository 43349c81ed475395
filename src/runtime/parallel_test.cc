#include "runtime/parallel.h"

#include <gtest/gtest.h>

#include <set>

namespace gp::runtime {
namespace {

TEST(ParallelFor, EveryIndexIsCalledOnce) {
  std::vector<int> calls(10'000);
  parallel_for(calls.size(), 4, [&](std::size_t i, unsigned) { ++calls[i]; });
  EXPECT_EQ(std::count(calls.begin(), calls.end(), 1), 10'000);
}

TEST(ParallelFor, WorkersHaveNumbersBelowTheJobs) {
  std::vector<unsigned> workers(1'000, 99);
  parallel_for(workers.size(), 3, [&](std::size_t i, unsigned worker) { workers[i] = worker; });
  EXPECT_LT(*std::max_element(workers.begin(), workers.end()), 3U);
}

TEST(ParallelFor, OneJobRunsOnTheCallersThreadInOrder) {
  std::vector<std::size_t> order;
  const auto caller = std::this_thread::get_id();
  bool elsewhere = false;
  parallel_for(5, 1, [&](std::size_t i, unsigned) {
    order.push_back(i);
    elsewhere = elsewhere || std::this_thread::get_id() != caller;
  });
  EXPECT_EQ(order, (std::vector<std::size_t>{0, 1, 2, 3, 4}));
  EXPECT_FALSE(elsewhere);
}

TEST(ParallelFor, NothingToDoCallsNothing) {
  bool called = false;
  parallel_for(0, 0, [&](std::size_t, unsigned) { called = true; });
  EXPECT_FALSE(called);
}

TEST(ParallelFor, ZeroJobsMeansTheCores) {
  EXPECT_GE(job_count(0), 1U);
  EXPECT_EQ(job_count(3), 3U);
}

}  // namespace
}  // namespace gp::runtime
