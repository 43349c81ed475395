#include "gardener/rules/definition_uses.h"
#include "gardener/rules/rules.h"

namespace gp::rules {
namespace {

constexpr std::string_view kManual = R"(One definition is imported by more than one path.

```python
# core.py
class Manager: ...
# compat.py
from core import Manager
# a.py                            # b.py
from core import Manager          from compat import Manager
```

Every further path is a second source of truth in waiting: a patch of `compat.Manager` does not
reach users of `core.Manager`, and one day somebody defines it anew in `compat`.

**P2** if production code uses more than one path, **P3** if the further paths are used by tests and
scripts only. The score is production imports times paths. A package that re-exports from its own
submodules (`pkg.Manager` for `pkg.core.Manager`) is a public interface and still counted, because
both spellings are in use; choose one.

What to do: keep one path; `gardener plan OTHER_MODULE --to MODULE -o plan.toml` moves the users.

Limits: star imports and `import x` followed by `x.name` are not counted as paths; a name that is
bound conditionally counts for its first definition.)";

void check(const ScanContext& context, std::vector<Finding>& findings) {
  for (const DefinitionUse& use : definition_uses(context)) {
    if (use.paths.size() < 2) continue;
    const python::ModuleFacts& facts = context.facts(use.file);
    const python::Binding& binding = facts.bindings[use.binding];
    const std::string module = context.module_name(use.file);
    std::size_t production_paths = 0;
    for (const PathUse& path : use.paths) production_paths += path.counts.production != 0;
    Finding finding{.code = "GP002",
                    .priority = production_paths > 1 ? Priority::kP2 : Priority::kP3,
                    .score = static_cast<double>(use.counts.production * use.paths.size()),
                    .place = context.place(use.file, binding.line),
                    .subject = module + "." + std::string(facts.text(binding.name))};
    finding.message = "one definition, " + count_text(use.paths.size(), "import path") +
                      ", imported " + with_commas(use.counts.total()) + " times (" +
                      use.counts.text() + ")";
    std::string other;
    for (const PathUse& path : use.paths) {
      const ImportPath& text = context.paths()[path.path];
      if (other.empty() && text.module != module) other = text.module;
      finding.evidence.push_back({.place = context.place(path.first),
                                  .text = path_text(text) + ": " + path.counts.text()});
    }
    finding.advice = "choose one path; for each other: gardener plan " +
                     (other.empty() ? "OTHER" : other) + " --to " + module + " -o plan.toml";
    findings.push_back(std::move(finding));
  }
}

}  // namespace

const Rule kDualPaths{.page = {.code = "GP002",
                               .name = "dual-import-paths",
                               .summary = "One definition is imported by more than one path.",
                               .manual = kManual},
                      .check = check};

}  // namespace gp::rules
