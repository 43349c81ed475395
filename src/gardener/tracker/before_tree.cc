#include "gardener/tracker/before_tree.h"

#include <fmt/core.h>
#include <stdlib.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "protocol/codes.h"

namespace gp::tracker {
namespace {

namespace fs = std::filesystem;

/// The copy itself is left out, too: $TMPDIR may lie inside the tree.
bool is_left_out(const std::string& name, const fs::path& copy) {
  return name == ".git" || name == "__pycache__" || name == ".pytest_cache" ||
         name == copy.filename().string();
}

bool is_linked(const fs::path& folder) {
  std::error_code error;
  return folder.filename() == "node_modules" || fs::exists(folder / "pyvenv.cfg", error);
}

auto failed(std::string_view what, const fs::path& path, const std::error_code& error) {
  return fail(Code::internal,
              fmt::format("cannot {} {}: {}", what, path.string(), error.message()));
}

Result<void> copy_folder(const fs::path& from, const fs::path& to, const fs::path& copy);

Result<void> copy_entry(const fs::directory_entry& entry, const fs::path& to,
                        const fs::path& copy) {
  std::error_code error;
  if (entry.is_symlink(error)) {
    fs::copy_symlink(entry.path(), to, error);
  } else if (entry.is_directory(error)) {
    if (!is_linked(entry.path())) {
      fs::create_directory(to, entry.path(), error);
      if (error) return failed("make", to, error);
      return copy_folder(entry.path(), to, copy);
    }
    fs::create_directory_symlink(fs::absolute(entry.path(), error), to, error);
  } else if (entry.is_regular_file(error)) {
    fs::copy_file(entry.path(), to, error);
  }  // sockets, pipes and devices belong to running programs, not to the tree
  if (error) return failed("copy", entry.path(), error);
  return ok();
}

// Recursion is as deep as the tree's folders, which PATH_MAX bounds.
Result<void> copy_folder(const fs::path& from, const fs::path& to, const fs::path& copy) {
  std::error_code error;
  auto entries = fs::directory_iterator(from, error);
  while (!error && entries != fs::directory_iterator()) {
    const std::string name = entries->path().filename().string();
    if (!is_left_out(name, copy)) {
      GP_TRY(copy_entry(*entries, to / name, copy));
    }
    entries.increment(error);
  }
  if (error) return failed("list", from, error);
  return ok();
}

}  // namespace

Result<TemporaryFolder> TemporaryFolder::make(std::string_view purpose) {
  const char* set = ::getenv("TMPDIR");
  std::string path =
      fmt::format("{}/gardener-{}-XXXXXX", set == nullptr || *set == '\0' ? "/tmp" : set, purpose);
  if (::mkdtemp(path.data()) == nullptr) {
    return failed("make the temporary folder", path,
                  std::error_code(errno, std::generic_category()));
  }
  return TemporaryFolder(std::move(path));
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;  // nobody to tell; the folder is in $TMPDIR
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

Result<TemporaryFolder> copy_tree(const std::string& root) {
  GP_TRY(TemporaryFolder copy, TemporaryFolder::make("before"));
  GP_TRY(copy_folder(root, copy.path(), copy.path()));
  return copy;
}

}  // namespace gp::tracker
