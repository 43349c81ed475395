#include "workload.h"

#include <fmt/core.h>

namespace gp::bench {

Window::Reading Window::read(std::uint64_t messages) const {
  return {cpu_time(plan_.pids), own_cpu_nanoseconds() - swarm_.idle_nanoseconds(),
          now_nanoseconds(), messages};
}

void Window::begin(std::uint64_t messages) { begin_ = read(messages); }
void Window::end(std::uint64_t messages) { end_ = read(messages); }

std::string Window::json(std::string_view extra) const {
  const double wall = static_cast<double>(end_.at - begin_.at);
  const auto messages = static_cast<double>(end_.messages - begin_.messages);
  const auto cpu = static_cast<double>(end_.server.total - begin_.server.total);
  std::string threads;
  for (const auto& [name, time] : end_.server.by_thread) {
    const auto before = begin_.server.by_thread.find(name);
    const std::uint64_t used =
        time - (before == begin_.server.by_thread.end() ? 0 : before->second);
    if (static_cast<double>(used) < cpu / 100) continue;
    threads += fmt::format("{}\"{}\":{:.1f}", threads.empty() ? "" : ",", name,
                           static_cast<double>(used) / messages);
  }
  return fmt::format(
      R"({{"workload":"{}","messages":{},"seconds":{:.3f},"per_second":{:.0f},)"
      R"("cpu_ns":{:.1f},"threads":{{{}}},"server_busy":{:.3f},"generator_busy":{:.3f}{}}})",
      plan_.workload, messages, wall / 1e9, messages / wall * 1e9, cpu / messages, threads,
      cpu / wall, static_cast<double>(end_.own - begin_.own) / wall, extra);
}

}  // namespace gp::bench
