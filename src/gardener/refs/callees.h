/// Callees whose string arguments name modules: mock.patch and its kind, import_module and its
/// kind.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gardener/python/facts.h"

namespace gp::refs {

/// The dotted callee; where its root is no name ("get().patch") the part behind it, with a leading
/// '?': "?.patch".
std::string callee_of(std::string_view source, const python::ModuleFacts& facts,
                      const python::Call& call);

/// `patch`, `*.patch`, `*.patch.dict`, `*.patch.multiple`, `*.setattr`, `*.delattr` with a
/// receiver, and `extra`: dotted names or last parts.
bool is_patch_callee(std::string_view callee, const std::vector<std::string>& extra);
/// Its last part is import_module, __import__, find_spec, importorskip, run_module …
bool is_import_callee(std::string_view callee);

/// True if the literal is the argument of its call that names what is patched: the first, `target`
/// or `in_dict`.
bool is_patch_argument(const python::ModuleFacts& facts, const python::StringLiteral& literal);
/// The same for imports: the first, `name`, `modname`, `module_name` or `mod_name`.
bool is_import_argument(const python::ModuleFacts& facts, const python::StringLiteral& literal);

}  // namespace gp::refs
