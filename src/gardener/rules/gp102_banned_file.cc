#include "gardener/rules/gate.h"
#include "gardener/rules/gate_pages.h"

namespace gp::rules {

const Page kBannedFilePage{.code = "GP102",
                           .name = "banned-file-is-back",
                           .summary = "The file of a removed module is in the tree again.",
                           .manual = R"(The file of a removed module is in the tree again.

```toml
[[ban]]
module = "pkg.old"
file = true
```

A deleted module comes back with a merge, a revert or a helpful repair of a broken import. No
baseline accepts it.

What to do: delete the file, and mend what imports it (`gardener refs MODULE`).)"};

Finding banned_file(const Ban& ban, const std::string& path) {
  return {.code = kBannedFilePage.code,
          .priority = Priority::kP0,
          .place = {.file = path},
          .subject = ban.module,
          .message = "the file of a banned module is in the tree again",
          .advice = ban.message.empty()
                        ? "delete it; gardener refs " + ban.module + " shows what wants it back"
                        : "delete it; " + ban.message};
}

}  // namespace gp::rules
