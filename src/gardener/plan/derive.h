/// derive(): from the decisions of a plan to its checks, its reference rows and the bytes to
/// change.
///
/// The one road from a plan to edits: `plan`, `apply` and `verify` all take it, so what is reviewed
/// is what is written. It never fails; what stands in the way is told in `refusals`.
#pragma once

#include <string>
#include <vector>

#include "gardener/plan/file_change.h"
#include "gardener/plan/plan.h"
#include "gardener/plan/workspace.h"

namespace gp::plan {

struct Derivation {
  Plan plan{};                          ///< with checks, references and files computed anew
  std::vector<FileChange> changes{};    ///< sorted by path
  std::vector<std::string> refusals{};  ///< "plan.toml:12: …": why apply must not write; sorted
};

Derivation derive(const Workspace& workspace, const Plan& decided);

}  // namespace gp::plan
