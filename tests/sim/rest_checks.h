/// RestChecks: what must hold when everything is at rest: the faults are over, everybody is
/// connected and has read everything. One function per promise; the oracle is what was sent, what
/// the agents said, and the disk.
#pragma once

#include <memory>
#include <vector>

#include "scene.h"
#include "script_agent.h"
#include "tab.h"

namespace gp::sim {

class RestChecks {
 public:
  RestChecks(Scene& scene, const Stage& stage, std::vector<std::unique_ptr<Tab>>& tabs)
      : scene_(scene), stage_(stage), tabs_(tabs) {}

  void all();

 private:
  /// Of one thread, as stored.
  struct RunInLog {
    std::string run;
    const Event* message = nullptr;
    const Event* started = nullptr;
    const Event* end = nullptr;
    std::vector<const Event*> events;  ///< between started and end
    std::string answer;
    bool folded = false;  ///< then the order of words of different parts is the agent's secret
  };
  struct ThreadInLog {
    std::size_t user;
    std::size_t thread;
    std::vector<const Event*> events;
    std::vector<RunInLog> runs;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> folds;  ///< first and last seq
  };

  void check_thread(std::size_t user, std::size_t thread);
  /// Seqs are gapless.
  bool read(ThreadInLog& log);
  /// The run contract of docs/protocol.md section 1.
  void check_contract(ThreadInLog& log);
  void take_run_event(ThreadInLog& log, const Event& event);
  void order_answer(RunInLog& run);
  void check_tools(const RunInLog& run);
  /// What the agents said is what the log holds.
  void check_truth(const ThreadInLog& log);
  /// What an agent was told of its thread, when it was asked, and that it was let go.
  void check_agent(const RunInLog& run, const Truth& truth, const ThreadInLog& log);
  /// Every tab holds what the log holds.
  void check_tab(Tab& tab, const ThreadInLog& log);
  void check_snapshot(Tab& tab, const View& view, const ThreadInLog& log);
  /// The store agrees with the log.
  void check_store(const ThreadInLog& log);
  void check_history(Tab& tab, const ThreadInLog& log);
  bool fail(const char* promise, const ThreadInLog& log, std::string what);

  Scene& scene_;
  const Stage& stage_;
  std::vector<std::unique_ptr<Tab>>& tabs_;
};

}  // namespace gp::sim
