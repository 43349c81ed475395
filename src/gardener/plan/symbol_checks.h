/// Checks of a redirect or rename: what must hold before importers may be pointed elsewhere.
///
/// "exists": the destination has the name. "same-definition": both names end at one object
/// (redirect only). "kind", "async", "parameters": against every call the importers make (rename
/// only; a call that the old definition refuses too is told as broken before, not held against the
/// new one). "cycle": no import at module level closes a new circle.
#pragma once

#include <string>
#include <vector>

#include "gardener/plan/plan.h"
#include "gardener/plan/target_model.h"
#include "gardener/plan/usage.h"

namespace gp::plan {

class SymbolChecker {
 public:
  /// `target` may be nullptr: the module is gone already.
  SymbolChecker(const Workspace& workspace, const Plan& plan, const TargetModel* target);

  std::vector<Check> check(const SymbolRow& row, const SymbolUsage& usage) const;

 private:
  Check exists(const SymbolRow& row) const;
  Check same_definition(const SymbolRow& row) const;
  Check kind(const SymbolRow& row, const SymbolUsage& usage, const graph::Target& to) const;
  Check async(const SymbolRow& row, const SymbolUsage& usage, const graph::Target& to) const;
  Check parameters(const SymbolRow& row, const SymbolUsage& usage, const graph::Target& to) const;
  Check cycle(const SymbolRow& row, const SymbolUsage& usage) const;
  const python::Binding* old_binding(const SymbolRow& row) const;

  const Workspace& workspace_;
  const Plan& plan_;
  const TargetModel* target_;
  std::vector<bool> is_imported_;  ///< by file: some module imports it when it is imported
};

/// "a.py -> b.py" of the circle that an import of `to` in `from` would close, where there was none;
/// "" if it closes none.
std::string new_cycle(const Workspace& workspace, graph::FileId from, graph::FileId to);

/// True if one of the objects is defined in the file.
bool is_defined_in(const graph::Resolution& resolution, graph::FileId file);

/// True if the module at `file` binds the name to something it has from the deprecated module,
/// directly or through others.
bool takes_from_target(const Workspace& workspace, graph::FileId file, std::string_view name);

/// True if two names end at the same objects and all of these are known.
bool are_same(const graph::Resolution& a, const graph::Resolution& b);

}  // namespace gp::plan
