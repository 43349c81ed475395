/// DirectoryLock: makes a data directory one process's, with flock(2) on the file LOCK in it.
///
/// The kernel releases it when the process ends, however it ends; the file stays and means nothing
/// by itself. Errors: Code::store_unavailable naming the directory and the pid of the holder.
#pragma once

#include <filesystem>

#include "base/result.h"

namespace gp::sqlite {

class DirectoryLock {
 public:
  /// Creates the directory (mode 0700) if it is not there.
  static Result<DirectoryLock> take(const std::filesystem::path& directory);
  ~DirectoryLock();
  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&&) = delete;

 private:
  explicit DirectoryLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace gp::sqlite
