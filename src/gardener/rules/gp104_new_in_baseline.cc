#include "gardener/rules/gate_pages.h"

namespace gp::rules {

const Page kNewInBaselinePage{
    .code = "GP104",
    .name = "unresolved-name-not-in-baseline",
    .summary = "An import of the tree's own code does not resolve, and the baseline lacks it.",
    .manual = R"(An import of the tree's own code does not resolve, and the baseline lacks it.

```toml
baseline = "gardener-baseline.txt"
```

A grown code base has imports that do not resolve; the baseline lists those of today, so that only
new ones fail. Lines only go: `gardener gate --update-baseline` removes what is mended and adds
nothing. `gardener gate --update-baseline --init` writes the first one.

What to do: mend the import; GP007 says what a static look cannot know.)"};

}  // namespace gp::rules
