#include <map>

#include "gardener/rules/counts.h"
#include "gardener/rules/rules.h"

namespace gp::rules {
namespace {

constexpr std::string_view kManual =
    R"(A module hands on names of a deprecated module, and others import them from it.

```python
# canonical.py                # looks like the new home
from old import create        # old is deprecated
__all__ = ["create"]
# service.py
from canonical import create  # depends on old without naming it
```

Such importers have no textual trace of the deprecated module: a search does not find them, and they
break when it goes.

**P1** if production code imports through it, **P2** if only tests and scripts do, **P3** if the name
is in `__all__` but nobody imports it. The score is the number of production imports.

What to do: `gardener plan OLD --to CANONICAL -o plan.toml` handles the re-exporter with its users.

Limits: a re-export at run time (`globals().update`, module `__getattr__`) is not seen.)";

struct Reexport {
  std::map<std::string, ImportSite> names{};  ///< local name to the import that binds it
  std::vector<ImportSite> users{};
};

bool in_all(const python::ModuleFacts& facts, std::string_view name) {
  for (const python::TextRef text : facts.all)
    if (facts.text(text) == name) return true;
  return false;
}

/// (re-exporter, deprecated module) to what is handed on.
using Reexports = std::map<std::pair<graph::FileId, graph::FileId>, Reexport>;

void add_exported_names(const ScanContext& context, Reexports& reexports) {
  for (const ImportSite& site : context.sites()) {
    const ImportPath& path = context.paths()[site.path];
    const graph::FileId from = context.code().find(path.module).file;
    if (!context.is_deprecated(from) || from == site.file || path.name.empty()) continue;
    if (path.resolution.kind() == graph::TargetKind::kModule) continue;
    const python::ModuleFacts& facts = context.facts(site.file);
    const python::ImportedName& name = facts.names[site.imported_name];
    const std::string local(facts.text(name.alias.empty() ? name.name : name.alias));
    if (in_all(facts, local)) reexports[{site.file, from}].names.emplace(local, site);
  }
}

/// The deprecated module that a path runs through behind its first re-exporter, or ends in.
graph::FileId deprecated_behind(const ScanContext& context, const graph::Resolution& resolution) {
  for (std::size_t i = 1; i < resolution.hops.size(); ++i)
    if (context.is_deprecated(resolution.hops[i].file)) return resolution.hops[i].file;
  for (const graph::Target& target : resolution.targets)
    if (target.kind == graph::TargetKind::kDefinition && context.is_deprecated(target.file))
      return target.file;
  return graph::kNoFile;
}

void add_users(const ScanContext& context, Reexports& reexports) {
  for (const ImportSite& site : context.sites()) {
    const ImportPath& path = context.paths()[site.path];
    if (path.resolution.hops.empty()) continue;
    const graph::Hop& first = path.resolution.hops.front();
    if (first.imported_name == python::kNone || context.is_deprecated(first.file)) continue;
    const graph::FileId old = deprecated_behind(context, path.resolution);
    if (old == graph::kNoFile || old == first.file || first.file == site.file) continue;
    Reexport& reexport = reexports[{first.file, old}];
    reexport.users.push_back(site);
    reexport.names.emplace(path.name,
                           ImportSite{.file = first.file, .imported_name = first.imported_name});
  }
}

void check(const ScanContext& context, std::vector<Finding>& findings) {
  Reexports reexports;
  add_exported_names(context, reexports);
  add_users(context, reexports);
  for (const auto& [files, reexport] : reexports) {
    if (context.population(files.first) == Population::kBackup) continue;
    Counts counts;
    for (const ImportSite& user : reexport.users) counts.add(context.population(user.file));
    const std::string old = context.module_name(files.second);
    Finding finding{.code = "GP004",
                    .priority = counts.production != 0 ? Priority::kP1
                                : counts.total() != 0  ? Priority::kP2
                                                       : Priority::kP3,
                    .score = static_cast<double>(counts.production),
                    .subject = context.module_name(files.first)};
    std::string names;
    for (const auto& [name, site] : reexport.names) {
      names.append(names.empty() ? "" : ", ").append(name);
      finding.evidence.push_back(
          {.place = context.place(site), .text = "hands on " + name + " of " + old});
    }
    finding.place = finding.evidence.front().place;
    for (const ImportSite& user : reexport.users)
      finding.evidence.push_back(
          {.place = context.place(user),
           .text =
               std::string(refs::name_of(context.population(user.file))) + " import through it"});
    finding.message = "hands on " + names + " of the deprecated " + old +
                      "; imported through it by " + counts.text();
    finding.advice = "gardener plan " + old + " --to CANONICAL -o plan.toml moves its users too";
    findings.push_back(std::move(finding));
  }
}

}  // namespace

const Rule kDeprecatedReexporter{
    .page = {.code = "GP004",
             .name = "re-exporter-of-deprecated-module",
             .summary = "A module hands on names of a deprecated module.",
             .manual = kManual},
    .check = check};

}  // namespace gp::rules
