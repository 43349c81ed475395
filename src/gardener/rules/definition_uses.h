/// DefinitionUses: which definitions the tree imports, and by which paths.
#pragma once

#include <cstdint>
#include <vector>

#include "gardener/rules/counts.h"
#include "gardener/rules/scan_context.h"

namespace gp::rules {

/// One path to a definition, with the imports that take it.
struct PathUse {
  std::uint32_t path = 0;  ///< in ScanContext::paths()
  Counts counts{};
  ImportSite first{};  ///< the first one, production before others
};

struct DefinitionUse {
  graph::FileId file = graph::kNoFile;
  std::uint32_t binding = python::kNone;
  std::vector<PathUse> paths{};  ///< most used first, then by name
  Counts counts{};               ///< of all paths
};

/// Every first-party definition that a from-import reaches as its first target; sorted by file and
/// binding. `import x` and stars take no path to a definition. Backup copies do not count.
std::vector<DefinitionUse> definition_uses(const ScanContext& context);

/// "module.name".
std::string path_text(const ImportPath& path);

}  // namespace gp::rules
