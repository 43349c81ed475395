/// Moves: definitions of the deprecated module go to other modules with what they need.
///
/// For each destination the closure of the moved definitions is collected: helpers, constants and
/// state that only the target has go along; names with a row of their own are imported from where
/// they go; imports are added unless the destination binds the same object already. Definitions go
/// to the end (before an `if __name__` block) with their exact bytes; imports behind the last
/// import at the top. What cannot be done right is a failed check of the symbol.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gardener/plan/edit.h"
#include "gardener/plan/plan.h"
#include "gardener/plan/target_model.h"
#include "gardener/plan/workspace.h"

namespace gp::plan {

struct DestinationEdit {
  std::vector<SpanEdit> edits{};
  std::vector<std::string> imports{};   ///< lines its import table gains
  std::vector<std::string> received{};  ///< names it gets or has; sorted
};

struct MoveResult {
  std::map<graph::FileId, DestinationEdit> destinations{};
  std::map<std::string, std::vector<Check>> checks{};         ///< by symbol
  std::map<std::string, std::vector<std::string>> closure{};  ///< by symbol
  /// By name, every destination module that gets it (closure included).
  std::map<std::string, std::vector<std::string>> places{};
};

MoveResult plan_moves(const Workspace& workspace, const Plan& plan, const TargetModel& target);

}  // namespace gp::plan
