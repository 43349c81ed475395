/// The stored patch: what apply did, exact to the byte, so that it can be undone and proved.
///
/// Own format, because a diff cannot carry every byte (CRLF, no newline at the end, not UTF-8).
/// Per file: mode, hashes before and after, the import table it is to have, and for each changed
/// span of the new file the old bytes. Undoing the spans must give the old hash: that proves that
/// nothing outside them changed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gardener/plan/file_change.h"

namespace gp::plan {

struct StoredEdit {
  std::uint32_t begin = 0;  ///< in the new file
  std::uint32_t end = 0;
  std::string old{};
};

struct StoredFile {
  std::string path{};
  unsigned mode = 0;
  bool is_deleted = false;
  bool is_python = false;
  std::string hash_before{};
  std::string hash_after{};
  std::vector<StoredEdit> edits{};     ///< sorted
  std::vector<std::string> imports{};  ///< sorted
};

/// `after`: the new bytes (unused for deleted files).
StoredFile store(const FileChange& change, std::string_view after, unsigned mode);
std::string write_patch(const std::vector<StoredFile>& files);
/// Errors: not a patch of gardener, or cut off; the message names `file_name`.
Result<std::vector<StoredFile>> read_patch(std::string_view text, std::string_view file_name);
/// The old bytes. Errors: `now` is not what was written, or other bytes than the spans' changed.
Result<std::string> undo(const StoredFile& file, std::string_view now);

}  // namespace gp::plan
