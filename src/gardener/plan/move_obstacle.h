/// What in the text of one definition stands against its move to another module: encodings, future
/// imports, `__file__` and other names that mean the file, imports in its body that would mean
/// something else there, and statements that use it when the module is imported.
#pragma once

#include <string>

#include "gardener/plan/target_model.h"
#include "gardener/plan/workspace.h"

namespace gp::plan {

/// A sentence; "" if nothing does. `module`, `destination`: where it is to go.
std::string move_obstacle(const Workspace& workspace, const TargetModel& target,
                          const Definition& definition, const std::string& module,
                          const refs::ScannedFile& destination);

}  // namespace gp::plan
