#include "gardener/rules/gate.h"
#include "gardener/rules/gate_pages.h"

namespace gp::rules {

const Page kBannedStringPage{
    .code = "GP103",
    .name = "banned-string",
    .summary = "A string names a banned module, in a class that the ban counts.",
    .manual = R"(A string names a banned module, in a class that the ban counts.

```toml
[[ban]]
module = "pkg.old"
strings = "patch,import,container"
```

A patch of a module that is gone fails when the test runs, a registry entry when it is used. Which
classes count is the ban's `strings`; guard tests that spell the module on purpose (regex,
import-text, basename) do not count by default.

What to do: name the new home, or leave the class out of `strings`.)"};

Finding banned_string(const Ban& ban, const graph::SourceTree& tree,
                      const refs::Reference& reference) {
  Finding finding = banned_import(ban, tree, reference);
  finding.code = kBannedStringPage.code;
  finding.priority = Priority::kP1;
  finding.message = "names a banned module (" + std::string(refs::name_of(reference.kind)) + ")";
  if (ban.message.empty()) finding.advice = "name the new home";
  return finding;
}

}  // namespace gp::rules
