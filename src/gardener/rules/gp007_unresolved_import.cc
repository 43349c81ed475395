#include "gardener/rules/rules.h"

namespace gp::rules {
namespace {

constexpr std::string_view kManual =
    R"(An import of the tree's own code names something that is not there.

```python
from service.manager import create_manger   # service/manager.py has no such name
```

**P1** in production code without a guard: the import fails today. **P2** in production code inside
a `try` that catches the error, or in an error path: the feature behind it is silently off. **P3** in
scripts and tests.

What to do: mend or delete the import. To accept what is there today and refuse new ones, set
`baseline` in gardener.toml and run `gardener gate --update-baseline --init`.

Limits: names made at run time (module `__getattr__`, `globals()[…]`, star imports from outside,
`sys.modules[…] = …`) are never reported; a top-level folder that shadows an installed package must
be named in `third-party`; another distribution may complete a namespace package.)";

void check(const ScanContext& context, std::vector<Finding>& findings) {
  for (const ImportSite& site : context.sites()) {
    const ImportPath& path = context.paths()[site.path];
    if (!path.resolution.is_missing()) continue;
    const Population population = context.population(site.file);
    if (population == Population::kBackup) continue;
    const python::ModuleFacts& facts = context.facts(site.file);
    const std::uint32_t statement = facts.names[site.imported_name].statement;
    const Guard guard = context.guard(site.file, facts.imports[statement].block);
    const bool has_module = static_cast<bool>(context.code().find(path.module));
    Finding finding{.code = "GP007",
                    .priority = population != Population::kProduction ? Priority::kP3
                                : guard == Guard::kNone               ? Priority::kP1
                                                                      : Priority::kP2,
                    .score = population == Population::kProduction ? 1.0 : 0.0,
                    .place = context.place(site),
                    .subject = path.name.empty() ? path.module : path.module + "." + path.name};
    if (has_module && !path.name.empty()) {
      finding.message = path.module + " has no " + path.name;
    } else {
      finding.message = "there is no module " + path.module;
    }
    switch (guard) {
      case Guard::kNone: break;
      case Guard::kErrorPath: finding.message += " (in an error path)"; break;
      case Guard::kSwallowed: finding.message += " (the ImportError is swallowed)"; break;
      case Guard::kReraised: finding.message += " (the ImportError is raised again)"; break;
    }
    finding.advice = "mend or delete the import, or accept it in the baseline";
    findings.push_back(std::move(finding));
  }
}

}  // namespace

const Rule kUnresolvedImport{
    .page = {.code = "GP007",
             .name = "unresolved-import",
             .summary = "An import of the tree's own code names something that is not there.",
             .manual = kManual},
    .check = check};

}  // namespace gp::rules
