/// GitIndex: the paths git tracks, read from the index file itself (gitformat-index(5), versions 2
/// to 4). Git is not run.
///
/// Limits: split indexes (core.splitIndex) are an error with a sentence; the caller goes on
/// without. SHA-1 and SHA-256 repositories. Damaged files are errors, never read past their end.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace gp::graph {

/// Where a work tree keeps what we read. Empty strings if there is none.
struct GitPlace {
  std::string work_tree{};   ///< absolute
  std::string git_dir{};     ///< with the index; a linked work tree has its own
  std::string common_dir{};  ///< with info/exclude and config
};

/// The innermost work tree that holds the absolute folder; `.git` may be a file (linked work trees,
/// submodules).
GitPlace find_git(const std::string& folder);

/// Paths in the index, from the work tree's root; sorted, without duplicates. `bytes` is the file.
Result<std::vector<std::string>> read_git_index(std::string_view bytes, std::size_t hash_size);

/// 20 or 32, by the repository's config.
std::size_t git_hash_size(std::string_view config);

}  // namespace gp::graph
