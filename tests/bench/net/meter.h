// What the kernel says that processes used: CPU time and memory. Thread: values.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace gp::bench {

/// Processor time of all threads of the processes, from /proc/PID/task/*/schedstat, nanoseconds.
/// The kernel brings a running thread's sum up to date at its next tick at the latest.
struct CpuTime {
  std::uint64_t total = 0;
  std::map<std::string, std::uint64_t> by_thread;  ///< by the threads' names
};
CpuTime cpu_time(const std::vector<pid_t>& pids);
/// Anonymous resident memory (RssAnon): what the program allocated, without its files.
std::uint64_t anonymous_bytes(const std::vector<pid_t>& pids);
/// Of this process.
std::uint64_t own_cpu_nanoseconds();
std::uint64_t now_nanoseconds();

}  // namespace gp::bench
