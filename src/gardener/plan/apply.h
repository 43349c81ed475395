/// apply(): the changes of a plan as a diff, or written; reverse(): back to every byte.
///
/// Writing needs: nothing refused (open rows, failed checks, what cannot be classified), every file
/// as it was when the plan was made (hash), no uncommitted change in it (git). Then all files are
/// replaced or none (file_writer.h), and the way back is stored under `.gardener/` in the root,
/// which ignores itself in git. A second apply of the same plan changes nothing.
#pragma once

#include <string>
#include <vector>

#include "gardener/plan/derive.h"

namespace gp::plan {

enum class ApplyMode : std::uint8_t { kDiff, kWrite };

struct ApplyOptions {
  ApplyMode mode = ApplyMode::kDiff;
  /// Names the stored patch: the plan file's name without its folder and suffix.
  std::string plan_name = "plan";
};

struct Applied {
  std::string diff{};
  std::vector<std::string> edited{};    ///< paths; sorted
  std::vector<std::string> deleted{};   ///< paths; sorted
  std::vector<std::string> refusals{};  ///< kDiff: what --write would refuse
  std::string patch{};                  ///< kWrite: path of the stored patch, relative to the root
};

/// `decided`: the plan as read, with the hashes it was reviewed with. Errors: kWrite and something
/// is refused (one sentence a line), or a file cannot be written.
Result<Applied> apply(const Workspace& workspace, const Plan& decided, const Derivation& derivation,
                      const ApplyOptions& options);

/// ".gardener/<name>.patch".
std::string patch_path(const std::string& plan_name);

/// Undoes what apply stored under the name, and removes the patch; the restored paths. Errors: no
/// such patch; a file is not what apply wrote; then nothing is changed.
Result<std::vector<std::string>> reverse(const std::string& root, const std::string& plan_name);

}  // namespace gp::plan
