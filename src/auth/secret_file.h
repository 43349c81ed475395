/// Reads a secret or key from a file.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace gp::auth {

/// Largest file read; a larger one is refused as not being a key.
inline constexpr std::size_t kSecretFileBytesMax = 64 * 1024;

/// The file's bytes without one trailing newline (LF or CRLF), which editors add. For secrets and
/// PEM keys alike. Blocks; for start-up. Errors: Code::internal naming the path: unreadable, empty,
/// or over kSecretFileBytesMax.
Result<std::string> read_secret_file(const std::string& path);

}  // namespace gp::auth
