/// Import references: the imported names that come from the target, directly or through a
/// re-exporter.
#pragma once

#include <vector>

#include "gardener/refs/candidate.h"
#include "gardener/refs/reexports.h"
#include "gardener/refs/target.h"

namespace gp::refs {

/// An imported name that means the target.
struct ImportHit {
  std::uint32_t name = 0;  ///< index in the facts
  bool is_transitive = false;
  std::string symbol{};  ///< several are joined with ','
  std::string module{};
};

/// In the order of the source. Bindings must be complete.
std::vector<ImportHit> import_hits(const Candidate& candidate, const CandidateIndex& index,
                                   const Target& target);

/// Appends a reference per hit to the candidate; `facts` must be of Detail::kAll.
void add_import_references(Candidate& candidate, const std::vector<ImportHit>& hits,
                           const TargetMembers& members);

}  // namespace gp::refs
