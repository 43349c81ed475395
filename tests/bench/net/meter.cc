#include "meter.h"

#include <fmt/core.h>
#include <time.h>

#include <filesystem>
#include <fstream>

namespace gp::bench {
namespace {

std::uint64_t clock_nanoseconds(clockid_t clock) {
  timespec time{};
  (void)::clock_gettime(clock, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(time.tv_nsec);
}

}  // namespace

CpuTime cpu_time(const std::vector<pid_t>& pids) {
  CpuTime sum;
  for (const pid_t pid : pids) {
    // A thread may end while we look: then it is not counted, here and later.
    std::error_code error;
    for (const auto& task :
         std::filesystem::directory_iterator(fmt::format("/proc/{}/task", pid), error)) {
      std::ifstream stat(task.path() / "schedstat");
      std::ifstream name_file(task.path() / "comm");
      std::uint64_t time = 0;
      std::string name;
      if (!(stat >> time) || !std::getline(name_file, name)) continue;
      sum.total += time;
      sum.by_thread[name] += time;
    }
  }
  return sum;
}

std::uint64_t anonymous_bytes(const std::vector<pid_t>& pids) {
  std::uint64_t sum = 0;
  for (const pid_t pid : pids) {
    std::ifstream status(fmt::format("/proc/{}/status", pid));
    for (std::string word; status >> word;) {
      if (word != "RssAnon:") continue;
      std::uint64_t kibibytes = 0;
      status >> kibibytes;
      sum += kibibytes * 1024;
      break;
    }
  }
  return sum;
}

std::uint64_t own_cpu_nanoseconds() { return clock_nanoseconds(CLOCK_PROCESS_CPUTIME_ID); }
std::uint64_t now_nanoseconds() { return clock_nanoseconds(CLOCK_MONOTONIC); }

}  // namespace gp::bench
