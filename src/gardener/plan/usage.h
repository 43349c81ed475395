/// Usage: how the importers of the deprecated module use its symbols: which calls they make.
///
/// Calls are those of the imported local name where it is in scope, and of `alias.symbol`. A name
/// that is passed on, stored or subclassed is counted as a use without a call.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "gardener/plan/signature.h"
#include "gardener/plan/workspace.h"

namespace gp::plan {

struct CallSite {
  graph::FileId file = graph::kNoFile;
  std::uint32_t line = 0;
  bool is_awaited = false;
  CallShape shape{};
};

struct SymbolUsage {
  std::uint32_t imports = 0;
  std::vector<CallSite> calls{};
  std::string subclass_place{};  ///< "file:line" of a class that has it as a base; "" if none
  std::vector<const refs::Reference*> references{};  ///< those that come from outside the target
};

/// By symbol; references inside the target and in `left_out` files (they are deleted) are not
/// counted.
std::map<std::string, SymbolUsage> collect_usage(const Workspace& workspace,
                                                 const std::set<std::string>& left_out);

}  // namespace gp::plan
