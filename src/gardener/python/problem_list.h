/// ProblemList: what is wrong with a file, sorted by line when finished.
///
/// Limit: kMaxProblems are kept; a last one then says that there are more (a binary file would
/// otherwise give one per byte).
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "gardener/python/facts.h"

namespace gp::python {

class ProblemList {
 public:
  static constexpr std::size_t kMaxProblems = 50;

  explicit ProblemList(std::vector<Problem>& problems) : problems_(problems) {}

  void syntax(std::uint32_t line, const char* message) {
    add({ProblemKind::kSyntax, line, 0, message});
  }
  void encoding(std::uint32_t line, const char* message) {
    add({ProblemKind::kEncoding, line, 0, message});
  }
  /// The first place of each construct only: one is enough to need the version.
  void needs_version(std::uint32_t line, std::uint16_t minor, const char* message) {
    for (const Problem& known : problems_)
      if (known.kind == ProblemKind::kNeedsVersion && known.message == message) return;
    add({ProblemKind::kNeedsVersion, line, minor, message});
  }
  void finish() {
    std::stable_sort(problems_.begin(), problems_.end(),
                     [](const Problem& a, const Problem& b) { return a.line < b.line; });
  }

 private:
  void add(Problem problem) {
    if (problems_.size() > kMaxProblems) return;
    if (problems_.size() == kMaxProblems) {
      problem = {ProblemKind::kSyntax, problem.line, 0,
                 "more problems than are listed: the rest of the file is not judged"};
    } else if (!problems_.empty() && problems_.back().line == problem.line &&
               problems_.back().message == problem.message) {
      return;
    }
    problems_.push_back(problem);
  }

  std::vector<Problem>& problems_;
};

}  // namespace gp::python
