/// verify(): the proof that a plan was carried out, from the files as they are now.
///
/// Nothing of the analysed code is run. Each fact says what was looked at; a failed one lists
/// where. Python's own opinion (`ast.parse` of the edited files) is asked by the caller.
#pragma once

#include <string>
#include <vector>

#include "gardener/plan/patch.h"
#include "gardener/plan/plan.h"
#include "gardener/plan/workspace.h"

namespace gp::plan {

struct Fact {
  std::string name{};  ///< "bytes", "imports", "resolved", "unresolved", "patches", "references",
                       ///< "deleted"
  bool holds = false;
  std::string summary{};  ///< "133 files: every byte outside the planned spans is as it was"
  std::vector<std::string> evidence{};  ///< of what does not hold: "file:line: …"; sorted
};

struct Verification {
  std::vector<Fact> facts{};
  std::vector<std::string> edited{};  ///< Python files, for a check by Python itself
  bool holds() const;
};

/// `plan`: as it was applied, with its baseline. `workspace`: of the tree after apply. Errors: the
/// stored patch is missing or damaged.
Result<Verification> verify(const Workspace& workspace, const Plan& plan,
                            const std::string& plan_name);

}  // namespace gp::plan
