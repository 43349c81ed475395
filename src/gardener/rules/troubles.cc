#include <algorithm>
#include <tuple>

#include "gardener/rules/finding_report.h"

namespace gp::rules {

std::vector<Trouble> troubles_of(const graph::CodeBase& code, std::uint16_t target_minor) {
  std::vector<Trouble> troubles;
  for (const graph::TreeProblem& problem : code.tree().problems())
    // What is left out by rule (a link, another repository) is no hole in the answer.
    troubles.push_back({.path = problem.path,
                        .message = problem.message,
                        .is_unread = problem.kind == graph::TreeProblemKind::kUnread});
  for (const graph::FileId file : code.python_files()) {
    for (const python::Problem& problem : code.facts(file).problems) {
      const bool needs_version = problem.kind == python::ProblemKind::kNeedsVersion;
      if (needs_version && (target_minor == 0 || problem.minor_version <= target_minor)) continue;
      std::string message = problem.message;
      if (needs_version)
        message += " (needs Python 3." + std::to_string(problem.minor_version) +
                   ", target-version is 3." + std::to_string(target_minor) + ")";
      troubles.push_back({.path = code.tree().file(file).path,
                          .line = problem.line,
                          .message = std::move(message),
                          .is_unread = problem.kind == python::ProblemKind::kUnreadable});
      break;  // the first says what is wrong; the rest often follows from it
    }
  }
  std::sort(troubles.begin(), troubles.end(), [](const Trouble& a, const Trouble& b) {
    return std::tie(a.path, a.line) < std::tie(b.path, b.line);
  });
  return troubles;
}

}  // namespace gp::rules
