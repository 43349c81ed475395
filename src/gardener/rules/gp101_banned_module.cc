#include "gardener/rules/gate.h"
#include "gardener/rules/gate_pages.h"

namespace gp::rules {

const Page kBannedModulePage{.code = "GP101",
                             .name = "banned-module-imported",
                             .summary = "A module that gardener.toml bans is imported.",
                             .manual = R"(A module that gardener.toml bans is imported.

```toml
[[ban]]
module = "pkg.old"
message = "use pkg.manager"
```

Counts the classes in `strings` that are code: import, transitive-import, attribute, module-use,
import-module, shell-import. The default bans import, patch, import-module and shell-import. Backups
and files excluded by the settings do not count.

What to do: import what the ban's message names. Remaining references can be accepted in the
baseline, from which lines only go.)"};

Finding banned_import(const Ban& ban, const graph::SourceTree& tree,
                      const refs::Reference& reference) {
  Finding finding{.code = kBannedModulePage.code,
                  .priority = Priority::kP0,
                  .place = {.file = tree.file(reference.file).path,
                            .line = reference.begin.line,
                            .column = reference.begin.column,
                            .end_line = reference.end.line,
                            .end_column = reference.end.column},
                  .subject = ban.module};
  if (!reference.symbol.empty()) finding.subject += "." + reference.symbol;
  finding.message = "the module is banned";
  if (reference.kind != refs::RefClass::kImport)
    finding.message += " (" + std::string(refs::name_of(reference.kind)) + ")";
  if (reference.kind == refs::RefClass::kTransitiveImport)
    finding.message += ", and imported through " + reference.module;
  finding.advice = ban.message.empty() ? "remove the import" : ban.message;
  return finding;
}

}  // namespace gp::rules
