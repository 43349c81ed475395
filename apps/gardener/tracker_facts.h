/// collect_facts(): everything the tracker may tick a box from, as it is now.
///
/// References, bans, generated tests and the gate are looked at in the tree each time; what scan
/// and refs found before the removal is looked at once and kept as a result file, because
/// afterwards it cannot be seen any more; apply, verify and loop left result files of their own.
#pragma once

#include <memory>
#include <string>

#include "gardener/session.h"
#include "gardener/step_record.h"
#include "gardener/tracker/facts.h"

namespace gp::app {

struct TrackerInput {
  std::string plan_path{};
  std::string document{};  ///< path of the tracker; "" if none is written
  std::string module{};    ///< needed while there is no plan
  std::string canonical{};
  std::string date{};
};

struct CollectedFacts {
  tracker::Facts facts{};
  std::unique_ptr<PlanInput> plan{};  ///< what facts.plan points to
};

/// Errors: no plan and no --module; a plan for another module; damaged result files.
Result<CollectedFacts> collect_facts(const GlobalFlags& global, const TrackerInput& input);

}  // namespace gp::app
