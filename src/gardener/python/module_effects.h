/// What a simple statement does to a module's names other than bind them where it stands: del,
/// global, and bindings under names that are not written down.
#pragma once

#include "gardener/python/block_tracker.h"
#include "gardener/python/keyword.h"
#include "gardener/python/scan_context.h"

namespace gp::python {

/// `keyword` is the one that `tokens` begin with.
void read_module_effects(ScanContext& context, Tokens tokens, Keyword keyword,
                         const BlockTracker& blocks);

}  // namespace gp::python
