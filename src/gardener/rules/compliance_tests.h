/// compliance_tests(): pytest files that keep one source of truth: the deprecated module is
/// imported nowhere, every path leads to one object, and the canonical module shares no mutable
/// state.
///
/// The same input gives the same bytes. The files need pytest and the standard library only; the
/// first and the third read source text, the second imports the modules it compares.
#pragma once

#include <string>
#include <vector>

#include "gardener/rules/scan_context.h"

namespace gp::rules {

/// `module.name` and `other_module.other_name` must be one object.
struct SamePath {
  std::string module{};
  std::string name{};
  std::string other_module{};
  std::string other_name{};
};

struct ComplianceInput {
  std::string target{};
  std::string target_path{};     ///< of its file, also when it is gone; "" if never known
  std::string canonical{};       ///< "": only the import ban is made
  std::string canonical_path{};  ///< "": canonical has no file
  std::size_t depth = 0;         ///< folders from the root to where the files are written
  std::vector<std::string> roots{};
  std::vector<SamePath> paths{};
};

struct GeneratedFile {
  std::string name{};
  std::string text{};
};

std::vector<GeneratedFile> compliance_tests(const ComplianceInput& input);

/// Every path in use to a definition of `canonical` other than its own, those through `target` left
/// out; sorted.
std::vector<SamePath> same_paths(const ScanContext& context, std::string_view canonical,
                                 std::string_view target);

}  // namespace gp::rules
