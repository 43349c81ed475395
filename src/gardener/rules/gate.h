/// check_gate(): what must not be in the tree, for CI. Bans of gardener.toml, and new lines beside
/// the baseline.
#pragma once

#include <string>
#include <vector>

#include "gardener/graph/source_tree.h"
#include "gardener/refs/find_references.h"
#include "gardener/rules/baseline.h"
#include "gardener/rules/finding.h"
#include "gardener/rules/finding_report.h"
#include "gardener/rules/settings.h"

namespace gp::rules {

/// A finding that a baseline can accept: by its line.
struct GateFinding {
  Finding finding{};
  std::string line{};  ///< baseline_line(); "" for what no baseline accepts (GP102)
};

struct GateResult {
  std::vector<GateFinding> findings{};
  std::vector<Trouble> unreadable{};
  bool is_incomplete = false;  ///< a file that mentions a banned module could not be understood
};

/// The bans: GP101, GP102, GP103. References in backups and in excluded files do not count.
GateResult check_bans(const graph::SourceTree& tree, const std::vector<Ban>& bans,
                      const refs::RefsOptions& options);
/// GP104: every first-party import name that does not resolve, backups and excluded files left out.
void check_unresolved(const graph::CodeBase& code, std::uint16_t target_minor, GateResult& result);

/// Every line that a baseline of this tree would have.
Baseline baseline_of(const GateResult& result);
/// The findings that `accepted` does not cover, sorted. Of places with the same line the first ones
/// are taken as accepted.
std::vector<Finding> new_findings(const GateResult& result, const Baseline& accepted);

/// One ban, one code each: gp101_banned_module.cc …
Finding banned_import(const Ban& ban, const graph::SourceTree& tree,
                      const refs::Reference& reference);
Finding banned_file(const Ban& ban, const std::string& path);
Finding banned_string(const Ban& ban, const graph::SourceTree& tree,
                      const refs::Reference& reference);

}  // namespace gp::rules
