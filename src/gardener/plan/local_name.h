/// Local names: where in a file the name an import binds is used.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "gardener/python/facts.h"

namespace gp::plan {

/// The uses whose first part is the name imported name `index` binds, where that binding is seen:
/// in its scope and those inside that do not bind the name themselves. Indices into facts.uses.
/// Two imports of one name in one scope share their uses.
std::vector<std::uint32_t> uses_of(const python::ModuleFacts& facts, std::uint32_t index);

/// The line behind the import where its scope binds the name to something else (an assignment, a
/// comprehension's or lambda's variable; not what stands in for it in an `except` or `else`); 0 if
/// nowhere. Then not every use of uses_of() is one.
std::uint32_t rebinding_of(const python::ModuleFacts& facts, std::uint32_t index);

/// The name that imported name `index` binds; "" for a star.
std::string_view local_name(const python::ModuleFacts& facts, std::uint32_t index);

}  // namespace gp::plan
