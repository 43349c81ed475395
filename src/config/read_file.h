/// Reads the settings file: the only I/O of this room.
#pragma once

#include <string>

#include "base/result.h"

namespace gp::config {

/// The whole file, at most kTomlBytesMax. Blocks; for start-up. Errors: Code::internal naming the
/// path and the reason; Code::not_found if there is no such file.
Result<std::string> read_file(const std::string& path);

}  // namespace gp::config
