/// FileWriter: replaces and removes files of a tree, all or nothing.
///
/// New bytes go to temporary files beside their targets first; only when all are there they are
/// renamed into place, with the old files' modes. An error on the way puts back what was renamed.
/// A crash can leave temporary files (`.gardener-…`), never a half-written target.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace gp::plan {

struct FileWrite {
  std::string path{};                 ///< relative to the root
  std::optional<std::string> now{};   ///< nullopt: there is no such file now
  std::optional<std::string> next{};  ///< nullopt: remove it
  unsigned mode = 0644;
};

/// Errors: a sentence with the path; then nothing has changed, unless the sentence says so.
Result<> write_files(const std::string& root, const std::vector<FileWrite>& writes);

Result<std::string> read_bytes(const std::string& path);
/// The permission bits. Errors: missing, or no regular file (a symbolic link is not replaced).
Result<unsigned> file_mode(const std::string& path);

}  // namespace gp::plan
