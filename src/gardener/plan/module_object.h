/// The module object: `import M as x`, `from PKG import M`, `import M`: which module takes its
/// place.
///
/// All attributes read through the name must end in one module; then the import names that module
/// and attributes with another name there are renamed in place. Uses of the object itself (passed
/// on, hasattr) go where the plan's row for the module object says. Everything else is left to a
/// person, with the reason.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "gardener/plan/plan.h"
#include "gardener/plan/rewrite_import.h"
#include "gardener/plan/workspace.h"

namespace gp::plan {

struct ModuleObjectChange {
  std::string problem{};  ///< why a person must look; "" if `fate` and `edits` do it
  NameFate fate{};
  std::vector<SpanEdit> edits{};
  std::set<std::uint32_t> uses{};  ///< indices in facts.uses that come through this import
};

ModuleObjectChange change_module_object(const Workspace& workspace, const Plan& plan,
                                        const refs::Reference& reference);

}  // namespace gp::plan
