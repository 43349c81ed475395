#include "gardener/refs/candidate.h"

#include <algorithm>

namespace gp::refs {

void resolve_imports(Candidate& candidate, const ModulePaths& paths, const Target& target) {
  const python::ModuleFacts& facts = candidate.scanned->facts;
  candidate.names = paths.names_of(candidate.scanned->file);
  candidate.is_stub = paths.is_stub(candidate.scanned->file);
  const graph::FileId meant = paths.find_from(candidate.scanned->file, target.module);
  candidate.is_elsewhere =
      target.file != graph::kNoFile && meant != graph::kNoFile && meant != target.file;
  candidate.is_internal =
      !candidate.is_elsewhere &&
      std::any_of(candidate.names.begin(), candidate.names.end(),
                  [&](const ModuleName& name) { return is_within(name.dotted, target.module); });
  candidate.from.assign(facts.imports.size(), {});
  for (std::size_t i = 0; i < facts.imports.size(); ++i) {
    const python::ImportStatement& statement = facts.imports[i];
    if (!statement.is_from) continue;
    std::vector<std::string>& modules = candidate.from[i];
    for (const ModuleName& name : candidate.names) {
      std::optional<std::string> module =
          absolute_module(name, statement.level, facts.text(statement.module));
      if (module && std::find(modules.begin(), modules.end(), *module) == modules.end())
        modules.push_back(std::move(*module));
    }
    if (candidate.is_elsewhere) {
      std::erase_if(modules, [&](const std::string& module) {
        return is_within(module, target.module) || module == target.package;
      });
    }
  }
}

}  // namespace gp::refs
