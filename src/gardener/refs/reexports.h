/// Re-exports: which candidates bind the target or its symbols at module level, so that others can
/// import or patch them there.
///
/// A binding is an import of the target or of a symbol, `a = b` or `a = b.c` of such a name, or an
/// import (a star too) of another candidate's binding; to a fixpoint. Conditional bindings count.
/// The target's own files bind nothing.
#pragma once

#include <functional>
#include <unordered_map>
#include <vector>

#include "gardener/refs/candidate.h"

namespace gp::refs {

/// Which candidates a dotted name is. Candidates must stay where they are.
class CandidateIndex {
 public:
  /// A stub (.pyi) beside its module is not indexed: it binds nothing at run time.
  void add(const Candidate& candidate, const ModulePaths& paths);
  /// Empty if none.
  const std::vector<const Candidate*>& find(std::string_view module) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  std::unordered_map<std::string, std::vector<const Candidate*>, Hash, std::equal_to<>> modules_{};
};

/// Fills `bound` of every candidate.
void bind_reexports(Candidates& candidates, const CandidateIndex& index, const Target& target);

/// Of the candidate's bindings, those a star import of it brings.
bool is_exported(const Candidate& candidate, std::string_view local);

/// The candidates that bind symbols of the target; sorted by module.
std::vector<Reexporter> reexporters_of(const Candidates& candidates);

}  // namespace gp::refs
