/// The import table of a file: what its import statements bind, one line per name, as written.
///
/// The planner says which lines a file will have; verify() scans the file and compares.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gardener/python/facts.h"

namespace gp::plan {

/// "from .a import b as c"; `from` is "" for a plain import, `alias` "" if there is none.
std::string import_line(std::string_view from, std::string_view name, std::string_view alias);
/// The module of a `from` statement with its dots.
std::string from_spelling(const python::ModuleFacts& facts,
                          const python::ImportStatement& statement);
std::string import_line(const python::ModuleFacts& facts, const python::ImportedName& name);
/// Sorted.
std::vector<std::string> import_table(const python::ModuleFacts& facts);

}  // namespace gp::plan
