/// failure_at(): what happens at a place when the target is deleted.
///
/// The handlers of the tries around it in the same function, innermost first: the first handler
/// that names the error (or ImportError, Exception, BaseException, nothing) decides by the first of
/// raise, skip, fail or `assert False` in its body. A bare `raise` hands the error to the next try
/// outside. `with suppress(E)` and `with pytest.raises(E)` swallow. Handlers that name a variable
/// are taken not to match.
#pragma once

#include <string_view>

#include "gardener/python/facts.h"
#include "gardener/refs/reference.h"

namespace gp::refs {

enum class MissingError : std::uint8_t {
  kModuleNotFound,  ///< import of the module
  kImport,          ///< `from package import base`
  kAttribute,       ///< `package.base` in code, a patch of it
};

/// `block` is the place's; `facts` are of Detail::kAll.
FailureMode failure_at(std::string_view source, const python::ModuleFacts& facts,
                       std::uint32_t block, MissingError error);

/// The exceptions a try's handlers name, "ImportError|Exception"; "*" stands for a bare except.
std::string handled_by(std::string_view source, const python::ModuleFacts& facts,
                       std::uint32_t try_block);

}  // namespace gp::refs
