/// Baseline: what is wrong today and accepted, so that only new mistakes fail.
///
/// A sorted text file, one line per thing, so that merges and reviews work. Lines carry no line
/// numbers: code may move within its file. The same line twice means two such places.
///
///     # gardener baseline, kept by `gardener gate --update-baseline`; lines may only go
///     unresolved<TAB>pkg/a.py<TAB>pkg.old:create
///     import<TAB>pkg/b.py<TAB>pkg.old:create
///
/// The first word is "unresolved", or the class of a reference to a banned module. Control
/// characters and backslashes in paths are written \xNN.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace gp::rules {

/// One line of a baseline without its newline; see above.
std::string baseline_line(std::string_view kind, std::string_view path, std::string_view what);

class Baseline {
 public:
  /// Lines in any order, comments (#) and empty lines ignored. Errors: a line without two tabs, a
  /// merge marker.
  static Result<Baseline> parse(std::string_view text, std::string_view file_name);
  static Baseline of(std::vector<std::string> lines);

  const std::vector<std::string>& lines() const { return lines_; }  ///< sorted
  std::string text() const;
  /// Lines of `other` that are not here; each as often as it is missing.
  std::vector<std::string> missing_from(const Baseline& other) const;
  /// What both have: the ratchet.
  Baseline common_with(const Baseline& other) const;

 private:
  std::vector<std::string> lines_{};
};

}  // namespace gp::rules
