#include <algorithm>
#include <map>

#include "gardener/rules/counts.h"
#include "gardener/rules/rules.h"

namespace gp::rules {
namespace {

constexpr std::string_view kManual = R"(A module that says it is deprecated is still imported.

Deprecated means: a call of `warnings.warn` with a DeprecationWarning that runs when the module is
imported, or a docstring of the module that says so: the word DEPRECATED in
capitals, `.. deprecated::`, or a line that begins with "Deprecated"; or its own name, of which one
word (between underscores) is `deprecated`, `legacy` or `obsolete`.

```python
# old.py
import warnings
warnings.warn("old is deprecated", DeprecationWarning, stacklevel=2)

# service.py
try:
    from old import create        # swallowed: deletion of old.py goes unnoticed
except ImportError:
    create = None
```

**P0** if a production module imports it in an error path (`except`, `finally`) or in a `try` whose
handler swallows the ImportError: deleting the module breaks that place silently, and tests stay
green. **P1** for other production importers, **P2** if only scripts and tests import it, **P3** if
nobody does. A name alone is a weak claim: never above **P2**. The score is the number of production imports, swallowed ones counted twice.

What to do: `gardener refs MODULE`, then `gardener plan MODULE --to CANONICAL -o plan.toml`.

Limits: a warning issued by a helper function is not seen; imports through a re-exporter are GP004.)";

struct Importer {
  ImportSite site{};
  Guard guard = Guard::kNone;
};

Evidence evidence_of(const ScanContext& context, const Importer& importer) {
  std::string text = std::string(refs::name_of(context.population(importer.site.file))) + " import";
  switch (importer.guard) {
    case Guard::kNone: break;
    case Guard::kErrorPath:
      text += " in an error path (runs only when something has failed)";
      break;
    case Guard::kSwallowed: text += ", the ImportError is swallowed"; break;
    case Guard::kReraised: text += ", the ImportError is raised as another error"; break;
  }
  return {.place = context.place(importer.site), .text = std::move(text)};
}

Finding finding_of(const ScanContext& context, const DeprecatedModule& module,
                   std::vector<Importer> importers) {
  Counts counts;
  std::size_t silent = 0;
  for (Importer& importer : importers) {
    counts.add(context.population(importer.site.file));
    if (context.population(importer.site.file) != Population::kProduction) continue;
    const python::ModuleFacts& facts = context.facts(importer.site.file);
    const auto statement = facts.names[importer.site.imported_name].statement;
    importer.guard = context.guard(importer.site.file, facts.imports[statement].block);
    if (importer.guard == Guard::kErrorPath || importer.guard == Guard::kSwallowed) ++silent;
  }
  // What a reviewer must see first: silent production importers, production, the rest.
  std::stable_sort(importers.begin(), importers.end(), [&](const Importer& a, const Importer& b) {
    const auto rank = [&](const Importer& importer) {
      const bool is_silent =
          importer.guard == Guard::kErrorPath || importer.guard == Guard::kSwallowed;
      return is_silent ? 0 : 1 + static_cast<int>(context.population(importer.site.file));
    };
    return rank(a) < rank(b);
  });
  const std::string name = context.module_name(module.file);
  Finding finding{.code = "GP001",
                  .score = static_cast<double>(counts.production + silent),
                  .place = context.place(module.file, module.line),
                  .subject = name};
  finding.message = "deprecated (" + module.reason + ") but imported by " + counts.text();
  if (silent != 0)
    finding.message += "; " + std::to_string(silent) +
                       " of the production imports would fail silently if it were deleted";
  finding.advice =
      "gardener refs " + name + "; gardener plan " + name + " --to CANONICAL -o plan.toml";
  if (importers.empty()) {
    finding.priority = Priority::kP3;
    finding.message = "deprecated (" + module.reason + ") and imported by nobody";
    finding.advice =
        "gardener refs " + name + " shows strings and documents; then delete the module";
  } else if (silent != 0) {
    finding.priority = Priority::kP0;
  } else {
    finding.priority = counts.production != 0 ? Priority::kP1 : Priority::kP2;
  }
  if (module.by_name_only) finding.priority = std::max(finding.priority, Priority::kP2);
  for (const Importer& importer : importers)
    finding.evidence.push_back(evidence_of(context, importer));
  return finding;
}

/// The deprecated file that an import path runs: the module it names, or the submodule.
graph::FileId imported_file(const ScanContext& context, const ImportPath& path) {
  if (path.name.empty() || path.resolution.kind() == graph::TargetKind::kModule) {
    const graph::Target& target = path.resolution.targets.front();
    if (target.kind == graph::TargetKind::kModule) return target.file;
  }
  return context.code().find(path.module).file;
}

void check(const ScanContext& context, std::vector<Finding>& findings) {
  std::vector<graph::FileId> files;
  files.reserve(context.paths().size());
  for (const ImportPath& path : context.paths()) {
    const graph::FileId file = imported_file(context, path);
    files.push_back(context.is_deprecated(file) ? file : graph::kNoFile);
  }
  std::map<graph::FileId, std::vector<Importer>> importers;
  for (const ImportSite& site : context.sites()) {
    const graph::FileId file = files[site.path];
    if (file == graph::kNoFile || file == site.file) continue;
    // One importer per statement, however many names it imports.
    std::vector<Importer>& known = importers[file];
    const auto statement_of = [&context](const ImportSite& of) {
      return context.facts(of.file).names[of.imported_name].statement;
    };
    if (known.empty() || known.back().site.file != site.file ||
        statement_of(known.back().site) != statement_of(site))
      known.push_back({.site = site});
  }
  for (const DeprecatedModule& module : context.deprecated()) {
    if (context.population(module.file) == Population::kBackup ||
        context.population(module.file) == Population::kTest)
      continue;
    findings.push_back(finding_of(context, module, std::move(importers[module.file])));
  }
}

}  // namespace

const Rule kDeprecatedImporters{
    .page = {.code = "GP001",
             .name = "deprecated-module-with-importers",
             .summary = "A module that says it is deprecated is still imported.",
             .manual = kManual},
    .check = check};

}  // namespace gp::rules
