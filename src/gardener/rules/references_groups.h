/// How the references of a report are grouped and ordered for a reader; shared by text and
/// Markdown.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gardener/rules/counts.h"
#include "gardener/rules/references_output.h"

namespace gp::rules {

/// A line of the report: a reference, or the names that one statement imports.
struct ShownReference {
  const refs::Reference* reference = nullptr;  ///< the first name
  std::string symbols{};                       ///< "create, Manager"
  std::uint32_t line = 0;                      ///< of the statement
  std::uint32_t column = 0;
  bool is_missing = false;  ///< one of the names is not there
};

struct ReferenceGroups {
  /// Production importers (Python and shell) outside the module: silent ones first, then by place.
  std::vector<ShownReference> production{};
  /// By class; what is in `production` is not repeated, what the module says of itself is left out.
  std::map<refs::RefClass, std::vector<ShownReference>> others{};
  std::map<refs::RefClass, Counts> counts{};              ///< of all but internal ones
  std::map<refs::FailureMode, std::size_t> statements{};  ///< import statements by failure
  std::size_t import_statements = 0;
  std::size_t files = 0;
  std::size_t internal = 0;
  std::size_t total = 0;
};

ReferenceGroups group_references(const ReferencesView& view);

/// "swallowed: a handler catches it and goes on"; "" for kNone.
std::string_view meaning_of(refs::FailureMode mode);
/// One sentence on the whole: "195 import statements …; if the module were deleted: 90 loud, …".
std::string summary_of(const ReferencesView& view, const ReferenceGroups& groups);
/// The line the reference stands on, trimmed and cut.
std::string excerpt_of(std::string_view line);

}  // namespace gp::rules
