/// Planner: proposes what becomes of every symbol of a deprecated module.
///
/// A symbol is redirected when it is the same object elsewhere (the canonical module first), moved
/// to the canonical module when only the target defines it, broken-before when the target lacks it,
/// dropped when nobody asks for it, and otherwise left to a person, with both places shown. A
/// proposal whose checks fail becomes manual, and says why. Renames are never proposed.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "gardener/plan/derive.h"
#include "gardener/plan/plan.h"
#include "gardener/plan/workspace.h"

namespace gp::plan {

struct PlanRequest {
  std::string canonical{};  ///< dotted name of the module that stays
  bool rename_uses = false;
  /// The plan that exists: a person's rows (all that are not manual) are kept.
  const Plan* existing = nullptr;
};

/// Errors: the canonical module does not exist, or lies in the target; the target is not there.
Result<Derivation> make_plan(const Workspace& workspace, const PlanRequest& request);

/// "file: module:name" of every imported name that does not resolve; sorted.
std::vector<std::string> unresolved_imports(const graph::Resolver& resolver);

}  // namespace gp::plan
