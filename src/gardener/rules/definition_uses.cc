#include "gardener/rules/definition_uses.h"

#include <algorithm>
#include <map>
#include <utility>

namespace gp::rules {

std::string path_text(const ImportPath& path) {
  return path.name.empty() ? path.module : path.module + "." + path.name;
}

std::vector<DefinitionUse> definition_uses(const ScanContext& context) {
  std::vector<PathUse> by_path(context.paths().size());
  for (const ImportSite& site : context.sites()) {
    const Population population = context.population(site.file);
    if (population == Population::kBackup) continue;
    PathUse& use = by_path[site.path];
    const bool is_first = use.counts.total() == 0;
    const bool is_better = population == Population::kProduction && use.counts.production == 0;
    if (is_first || is_better) use.first = site;
    use.path = site.path;
    use.counts.add(population);
  }
  std::map<std::pair<graph::FileId, std::uint32_t>, DefinitionUse> definitions;
  for (std::uint32_t i = 0; i < by_path.size(); ++i) {
    const ImportPath& path = context.paths()[i];
    if (path.name.empty() || by_path[i].counts.total() == 0) continue;
    const graph::Target& target = path.resolution.targets.front();
    if (target.kind != graph::TargetKind::kDefinition) continue;
    DefinitionUse& definition = definitions[{target.file, target.binding}];
    definition.file = target.file;
    definition.binding = target.binding;
    definition.counts.production += by_path[i].counts.production;
    definition.counts.scripts += by_path[i].counts.scripts;
    definition.counts.tests += by_path[i].counts.tests;
    definition.paths.push_back(by_path[i]);
  }
  std::vector<DefinitionUse> result;
  result.reserve(definitions.size());
  for (auto& [key, definition] : definitions) {
    std::sort(definition.paths.begin(), definition.paths.end(),
              [&context](const PathUse& a, const PathUse& b) {
                if (a.counts.total() != b.counts.total())
                  return a.counts.total() > b.counts.total();
                return path_text(context.paths()[a.path]) < path_text(context.paths()[b.path]);
              });
    result.push_back(std::move(definition));
  }
  return result;
}

}  // namespace gp::rules
