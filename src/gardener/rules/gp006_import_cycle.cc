#include <algorithm>

#include "gardener/rules/counts.h"
#include "gardener/rules/rules.h"

namespace gp::rules {
namespace {

constexpr std::string_view kManual =
    R"(Modules import each other in a circle when they are imported.

```python
# a.py                 # b.py
from b import f        from a import g   # ImportError, or not, by who is imported first
```

Whether it works depends on the order of imports; moving a definition or an import can break it in a
place that was not touched.

**P3**. The score is the number of modules in the cycle. The finding names one member; the evidence
lists all imports between members.

What to do: move what both need into a third module, or import in the function that uses it.
`gardener plan` refuses a move that would make a new cycle.

Limits: only imports that run when a module is imported count; those in functions and under
`if TYPE_CHECKING` do not, nor the implicit import of parent packages.)";

void check(const ScanContext& context, std::vector<Finding>& findings) {
  for (const std::vector<graph::FileId>& cycle : context.graph().cycles()) {
    Finding finding{.code = "GP006",
                    .priority = Priority::kP3,
                    .score = static_cast<double>(cycle.size()),
                    .subject = context.module_name(cycle.front())};
    std::string names;
    constexpr std::size_t kNamesMax = 5;
    for (std::size_t i = 0; i < cycle.size() && i < kNamesMax; ++i)
      names.append(i == 0 ? "" : ", ").append(context.module_name(cycle[i]));
    if (cycle.size() > kNamesMax)
      names.append(" and ").append(count_text(cycle.size() - kNamesMax, "more module"));
    for (const graph::Edge& edge : context.graph().edges()) {
      if (edge.time != graph::EdgeTime::kImport || edge.from == edge.to) continue;
      if (!std::binary_search(cycle.begin(), cycle.end(), edge.from) ||
          !std::binary_search(cycle.begin(), cycle.end(), edge.to))
        continue;
      const python::ImportStatement& statement = context.facts(edge.from).imports[edge.statement];
      Place place = context.place(edge.from, statement.line);
      place.column = statement.column;
      finding.evidence.push_back(
          {.place = std::move(place), .text = "imports " + context.module_name(edge.to)});
    }
    finding.place =
        finding.evidence.empty() ? context.place(cycle.front(), 1) : finding.evidence.front().place;
    finding.message =
        count_text(cycle.size(), "module") + " import each other in a circle: " + names;
    finding.advice =
        "move what both sides need into a module of its own, or import inside the function";
    findings.push_back(std::move(finding));
  }
}

}  // namespace

const Rule kImportCycle{
    .page = {.code = "GP006",
             .name = "import-cycle",
             .summary = "Modules import each other in a circle when they are imported.",
             .manual = kManual},
    .check = check};

}  // namespace gp::rules
