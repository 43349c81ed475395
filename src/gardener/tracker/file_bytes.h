/// Whole files as bytes: what this room reads and writes of its own (results, trackers, plugins).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace gp::tracker {

/// Errors: Code::not_found, or Code::internal with the reason; both name the path.
Result<std::string> read_bytes(const std::string& path);
/// Through a temporary file beside it and rename: never half a file. Makes missing folders.
/// Keeps the mode of a file that exists. Errors: the path and the reason.
Result<void> write_bytes(const std::string& path, std::string_view bytes);

}  // namespace gp::tracker
