/// The facts of a file (Detail::kGraph) as bytes, and back. For the cache of one machine and one
/// program: the layout is the compiler's, whoever reads it must be the program that wrote it.
#pragma once

#include <string>
#include <string_view>

#include "gardener/python/facts.h"

namespace gp::graph {

/// Appends `facts`, which must have no problems (they point into the program) and nothing of
/// Detail::kAll.
void append_facts(const python::ModuleFacts& facts, std::string& out);

/// `bytes` as append_facts() wrote them; false if their sizes do not add up, `facts` is of no use
/// then. What they say is not checked: the caller knows that they were not changed.
bool read_facts(std::string_view bytes, python::ModuleFacts& facts);

}  // namespace gp::graph
