// What the workloads share: the plan from the command line, the measured window, and the result.
//
// A workload brings its connections up, runs for a while to warm up, and then measures one window:
// processor time of the server and messages, both taken at the same moments.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "dialect.h"
#include "meter.h"
#include "swarm.h"

namespace gp::bench {

struct Plan {
  Target target;
  std::string workload;
  /// The server's processes.
  std::vector<pid_t> pids;
  std::uint32_t connections = 1000;
  /// Messages of a connection (echo) or events (fan-out) under way at once.
  std::uint32_t window = 1;
  /// Bytes of a message (echo) or of a token's text.
  std::uint32_t bytes = 4;
  double seconds = 1.5;
  double warm_seconds = 0.3;
  /// Who makes the tokens: the server itself ("inside"), a connection of ours that publishes
  /// ("writer"), or we as the agent that goldenpath asks ("agent").
  std::string source = "inside";
  std::uint16_t agent_port = 0;
};

/// One window between begin() and end().
class Window {
 public:
  Window(const Plan& plan, const Swarm& swarm) : plan_(plan), swarm_(swarm) {}
  void begin(std::uint64_t messages);
  void end(std::uint64_t messages);
  /// One line of JSON; `extra` are further members, each with a leading comma.
  std::string json(std::string_view extra) const;

 private:
  struct Reading {
    CpuTime server;
    std::uint64_t own = 0;  ///< processor time of the generator, without what it only waited
    std::uint64_t at = 0;
    std::uint64_t messages = 0;
  };
  Reading read(std::uint64_t messages) const;

  const Plan& plan_;
  const Swarm& swarm_;
  Reading begin_;
  Reading end_;
};

/// Each runs to its end, prints its line, and returns the problem; empty: none.
std::string run_echo(const Plan& plan, const Dialect& dialect);
std::string run_fan_out(const Plan& plan, const Dialect& dialect);
std::string run_streams(const Plan& plan, const Dialect& dialect);
std::string run_idle(const Plan& plan, const Dialect& dialect);
std::string run_blast(const Plan& plan, const Dialect& dialect);

}  // namespace gp::bench
