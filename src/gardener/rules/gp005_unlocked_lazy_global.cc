#include "gardener/rules/rules.h"

namespace gp::rules {
namespace {

constexpr std::string_view kManual =
    R"(A module-level variable is created on first use, without a lock.

```python
_manager = None

def get_manager():
    global _manager
    if _manager is None:        # two threads may both pass here
        _manager = Manager()    # and each gets its own
    return _manager
```

Two threads, or two tasks when an `await` stands between the test and the assignment, make two
objects; half of the callers keep the one that nobody else sees.

**P2** in production code, **P3** in scripts. Tests are not reported.

What to do: create it when the module is imported, hold a `threading.Lock` (`asyncio.Lock` in
`async def`) around test and assignment, or use `functools.cache` on a function without arguments.

Limits: a lock is recognised by "lock" in the expression of a `with` around or inside the `if`; one
that callers hold is not seen.)";

void check(const ScanContext& context, std::vector<Finding>& findings) {
  for (const graph::FileId file : context.code().python_files()) {
    const Population population = context.population(file);
    if (population == Population::kTest || population == Population::kBackup) continue;
    const python::ModuleFacts& facts = context.facts(file);
    for (const python::LazyGlobal& lazy : facts.lazy_globals) {
      if (lazy.locked) continue;
      const bool is_async = facts.blocks[lazy.block].kind == python::BlockKind::kAsyncFunction;
      Finding finding{
          .code = "GP005",
          .priority = population == Population::kProduction ? Priority::kP2 : Priority::kP3,
          .score = 1,
          .place = context.place(file, lazy.line),
          .subject = context.module_name(file) + "." + std::string(facts.text(lazy.name))};
      finding.message = std::string("created on first use without a lock, in ") +
                        (is_async ? "an async function" : "a function");
      finding.advice = is_async ? "create it at import, or hold an asyncio.Lock around the test"
                                : "create it at import, or hold a threading.Lock around the test";
      finding.evidence.push_back({.place = context.place(file, facts.blocks[lazy.block].line),
                                  .text = "the function that creates it"});
      findings.push_back(std::move(finding));
    }
  }
}

}  // namespace

const Rule kUnlockedLazyGlobal{
    .page = {.code = "GP005",
             .name = "unlocked-lazy-global",
             .summary = "A module-level variable is created on first use, without a lock.",
             .manual = kManual},
    .check = check};

}  // namespace gp::rules
