/// World: one schedule from its first event to its verdict: virtual time, the server, everybody's
/// tabs, the faults, and then the calm in which everything must come to rest and be judged.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "link.h"
#include "rest_checks.h"
#include "scene.h"
#include "script_agent.h"
#include "server.h"
#include "tab.h"

namespace gp::sim {

struct Outcome {
  std::string promise;  ///< empty: all were kept
  std::string what;
  std::uint64_t trace_hash = 0;
  std::vector<std::string> trace;  ///< if it was kept
};

class World final : private Server::Listener {
 public:
  World(std::uint64_t seed, std::uint64_t number, Trace::Lines lines);
  ~World();

  Outcome run();

 private:
  void flush() override;
  void on_server_gone() override;

  void plan();
  /// `what` happens at a random time of the activity.
  void sometime(runtime::Task what);
  Tab& any_tab() { return *tabs_[dice_.below(tabs_.size())]; }
  void cut_somebody();
  void freeze_somebody();
  void break_disk();
  void restart();
  /// Ends all faults.
  void calm_down();
  /// Lets time pass until nothing is under way, or fails.
  bool rest();
  bool at_rest() const;

  Dice dice_;
  Schedule schedule_;
  Trace trace_;
  Verdict verdict_;
  Disk disk_;
  runtime::ManualCore core_;
  FrameReader reader_;
  Registry registry_;
  Ledger ledger_;
  Messages messages_;
  Stage stage_;
  Server server_;
  Scene scene_;
  std::vector<std::unique_ptr<Link>> links_;
  std::vector<std::unique_ptr<Tab>> tabs_;
};

}  // namespace gp::sim
