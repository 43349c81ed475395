/// String references: one per mention of the target's last component in a string, and the patch
/// targets that reach the target through an importer.
///
/// The class is the literal's, by the first rule that fits (classify() in the source): the order is
/// the contract of `gardener explain`.
#pragma once

#include <string>
#include <vector>

#include "gardener/refs/candidate.h"
#include "gardener/refs/reexports.h"
#include "gardener/refs/target.h"

namespace gp::refs {

struct StringSettings {
  const Target& target;
  const TargetMembers& members;
  const CandidateIndex& index;
  const ModulePaths& paths;
  const std::set<std::string, std::less<>>& namesakes;  ///< symbols the target defines that
                                                        ///< somebody imports from it
  const std::vector<std::string>& patch_callees;
};

/// Appends to the candidate; its facts are of Detail::kAll.
void add_string_references(Candidate& candidate, const StringSettings& settings);

}  // namespace gp::refs
