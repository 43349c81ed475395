#include "adapters/sqlite/directory_lock.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

#include "protocol/codes.h"

namespace gp::sqlite {
namespace {

auto refuse(const std::filesystem::path& directory, std::string_view what, int error) {
  return fail(Code::store_unavailable,
              fmt::format("data directory {}: {}: {}; name a directory this user can write",
                          directory.string(), what, std::generic_category().message(error)));
}

// The parents get the usual mode, the data directory itself is only ours.
Result<> make(const std::filesystem::path& directory) {
  std::error_code error;
  if (directory.has_parent_path())
    std::filesystem::create_directories(directory.parent_path(), error);
  if (error) return refuse(directory, "cannot make its parent directory", error.value());
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
    return refuse(directory, "cannot make it", errno);
  return ok();
}

std::string holder(int descriptor) {
  char text[32];
  const ssize_t length = ::pread(descriptor, text, sizeof(text), 0);
  std::string pid(text, length > 0 ? static_cast<std::size_t>(length) : 0);
  pid.erase(std::min(pid.find_first_not_of("0123456789"), pid.size()));
  return pid.empty() ? "unknown" : pid;
}

}  // namespace

Result<DirectoryLock> DirectoryLock::take(const std::filesystem::path& directory) {
  GP_TRY(make(directory));
  const std::filesystem::path file = directory / "LOCK";
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return refuse(directory, "cannot open its file LOCK", errno);
  DirectoryLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return refuse(directory, "cannot lock its file LOCK", errno);
    return fail(Code::store_unavailable,
                fmt::format("data directory {} is in use by the process with pid {}; stop that "
                            "process or name another directory",
                            directory.string(), holder(descriptor)));
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(descriptor, 0) != 0 || ::pwrite(descriptor, pid.data(), pid.size(), 0) < 0)
    return refuse(directory, "cannot write its file LOCK", errno);
  return lock;
}

DirectoryLock::DirectoryLock(DirectoryLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

DirectoryLock::~DirectoryLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace gp::sqlite
