/// Files that gardener itself reads and writes: baselines, plans, generated tests.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace gp::app {

/// Errors: Code::not_found if there is no such file, Code::bad_request with path and reason else.
Result<std::string> read_text_file(const std::string& path);
/// Replaces the file in one step (a temporary file beside it is renamed), so that a reader never
/// sees half of it. Errors: path and reason.
Result<void> write_text_file(const std::string& path, std::string_view text);

}  // namespace gp::app
