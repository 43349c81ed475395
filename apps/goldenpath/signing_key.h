/// The signing key of a server without configured keys: made once in its data directory, mode 0600.
#pragma once

#include <string>

#include "base/result.h"

namespace gp::app {

/// The key in `<directory>/signing.key`; makes directory and file if they are not there.
/// Errors: store_unavailable naming the path.
Result<std::string> data_directory_key(const std::string& directory);

}  // namespace gp::app
