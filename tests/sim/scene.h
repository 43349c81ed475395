/// Scene: what links and tabs of one schedule share. Built by the World; all references outlive
/// them.
#pragma once

#include "ledger.h"
#include "messages.h"
#include "registry.h"
#include "runtime/manual_core.h"
#include "schedule.h"
#include "trace.h"
#include "verdict.h"
#include "wire.h"

namespace gp::sim {

class Server;

struct Scene {
  runtime::ManualCore& core;
  const Schedule& schedule;
  Dice& dice;
  Trace& trace;
  Verdict& verdict;
  FrameReader& reader;
  Registry& registry;
  Ledger& ledger;
  Messages& messages;
  Server& server;
  /// The end of the schedule: no more faults, nobody does anything new, what failed is tried again.
  bool calm = false;
  std::vector<std::string> stopped_runs{};  ///< a stop of them was acked
};

}  // namespace gp::sim
