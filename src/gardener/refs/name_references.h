/// Name references: identifiers and comments that hold the target's last component, and the uses of
/// the module object (`alias.symbol`, `hasattr(alias, …)`).
///
/// An alias bound by an import in a function is seen there and in nested functions only; a
/// parameter or an assignment of its name in between hides it. Order of statements is not looked
/// at.
#pragma once

#include "gardener/refs/candidate.h"
#include "gardener/refs/import_references.h"

namespace gp::refs {

/// Appends to the candidate; its facts are of Detail::kAll.
void add_name_references(Candidate& candidate, const std::vector<ImportHit>& hits,
                         const Target& target);

}  // namespace gp::refs
