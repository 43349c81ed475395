#include <algorithm>
#include <map>
#include <string>

#include "gardener/rules/definition_uses.h"
#include "gardener/rules/rules.h"
#include "gardener/rules/signature.h"

namespace gp::rules {
namespace {

constexpr std::string_view kManual =
    R"(One name has several definitions, and more than one of them is imported.

```python
# manager.py                            # utils.py
async def create_manager(user): ...     def create_manager(): ...
```

Whoever imports the wrong one gets another function: a coroutine that is never awaited, a missing
argument, a second registry. Functions are compared by async-ness, parameters and body, classes by
their body (comments, docstrings and white space do not count).

**P0** if production code imports both an `async def` and a plain one. **P1** if production code
imports two that differ. **P2** if only tests or scripts import the second. **P3** if all bodies are
identical: harmless today, and one edit away from P1. The score is production imports times
definitions.

What to do: choose the definition, and redirect the other's users with
`gardener plan OTHER_MODULE --to MODULE -o plan.toml`, which checks async-ness and every call's
arguments; or rename one of them.

Limits: names that are equal by convention (`main`, `setup`, `register`) are reported too; the score
puts them low. Definitions in tests and backups count only if they are imported.)";

bool is_definition(const python::Binding& binding) {
  return binding.kind == python::BindingKind::kFunction ||
         binding.kind == python::BindingKind::kAsyncFunction ||
         binding.kind == python::BindingKind::kClass;
}

struct Difference {
  bool in_async = false;       ///< both kinds imported in production
  bool in_production = false;  ///< two that differ are imported in production
  bool at_all = false;
};

Difference difference_of(const ScanContext& context, const std::vector<DefinitionUse>& uses) {
  Difference difference;
  const auto binding_of = [&](const DefinitionUse& use) -> const python::Binding& {
    return context.facts(use.file).bindings[use.binding];
  };
  for (std::size_t i = 1; i < uses.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const python::Binding& a = binding_of(uses[i]);
      const python::Binding& b = binding_of(uses[j]);
      const bool both_in_production =
          uses[i].counts.production != 0 && uses[j].counts.production != 0;
      const bool differ = a.kind != b.kind || a.body_hash != b.body_hash;
      difference.at_all = difference.at_all || differ;
      difference.in_production = difference.in_production || (differ && both_in_production);
      const bool functions =
          a.kind != python::BindingKind::kClass && b.kind != python::BindingKind::kClass;
      difference.in_async =
          difference.in_async || (functions && a.kind != b.kind && both_in_production);
    }
  }
  return difference;
}

Finding finding_of(const ScanContext& context, const std::string& name,
                   const std::vector<DefinitionUse>& uses) {
  const Difference difference = difference_of(context, uses);
  const DefinitionUse& most = uses.front();
  const std::string best = context.module_name(most.file);
  Finding finding{
      .code = "GP003",
      .place = context.place(most.file, context.facts(most.file).bindings[most.binding].line),
      .subject = name};
  std::size_t production = 0;
  for (const DefinitionUse& use : uses) {
    production += use.counts.production;
    const python::ModuleFacts& facts = context.facts(use.file);
    const python::Binding& binding = facts.bindings[use.binding];
    finding.evidence.push_back(
        {.place = context.place(use.file, binding.line),
         .text = signature_text(facts, binding) + " imported by " + use.counts.text()});
  }
  finding.score = static_cast<double>(production * uses.size());
  finding.message = count_text(uses.size(), "definition") + " of one name are imported; ";
  if (difference.in_async) {
    finding.priority = Priority::kP0;
    finding.message += "production uses an async one and a plain one";
  } else if (difference.in_production) {
    finding.priority = Priority::kP1;
    finding.message += "production uses different ones";
  } else if (difference.at_all) {
    finding.priority = Priority::kP2;
    finding.message += "they differ, but production uses at most one kind";
  } else {
    finding.priority = Priority::kP3;
    finding.message += "their bodies are identical";
  }
  const std::string other = context.module_name(uses[1].file);
  finding.advice = "choose one (most used: " + best + "); gardener plan " + other + " --to " +
                   best + " -o plan.toml compares every call, or rename one of them";
  return finding;
}

void check(const ScanContext& context, std::vector<Finding>& findings) {
  std::map<std::string, std::vector<DefinitionUse>> by_name;
  for (DefinitionUse& use : definition_uses(context)) {
    const python::ModuleFacts& facts = context.facts(use.file);
    const python::Binding& binding = facts.bindings[use.binding];
    if (binding.owner != python::kNone || !is_definition(binding)) continue;
    if (context.population(use.file) == Population::kBackup) continue;
    std::vector<DefinitionUse>& same = by_name[std::string(facts.text(binding.name))];
    // Two bindings in one file are versions of one thing (try/except, if/else).
    if (!same.empty() && same.back().file == use.file) continue;
    same.push_back(std::move(use));
  }
  for (auto& [name, uses] : by_name) {
    if (uses.size() < 2) continue;
    std::stable_sort(uses.begin(), uses.end(), [](const DefinitionUse& a, const DefinitionUse& b) {
      if (a.counts.production != b.counts.production)
        return a.counts.production > b.counts.production;
      return a.counts.total() > b.counts.total();
    });
    findings.push_back(finding_of(context, name, uses));
  }
}

}  // namespace

const Rule kSameName{
    .page = {.code = "GP003",
             .name = "same-name-different-definitions",
             .summary = "One name has several definitions, and more than one is imported.",
             .manual = kManual},
    .check = check};

}  // namespace gp::rules
