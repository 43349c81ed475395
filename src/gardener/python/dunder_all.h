/// `__all__` at module level: a list or tuple of strings, +=, extend, append, and sums of these.
/// Anything else makes it dynamic; the strings that are seen are kept. A plain `=` at the top
/// starts anew; under an if or try it adds, because either branch may run.
#pragma once

#include "gardener/python/block_tracker.h"
#include "gardener/python/scan_context.h"

namespace gp::python {

/// A simple statement that begins with the name __all__.
void read_dunder_all(ScanContext& context, Tokens tokens, const BlockTracker& blocks);

/// `__all__` is bound in a way that cannot be read: `a, __all__ = f()`, an import, a def.
void dunder_all_is_dynamic(ScanContext& context);

}  // namespace gp::python
