#include "gardener/tracker/file_bytes.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "protocol/codes.h"

namespace gp::tracker {
namespace {

auto failed(std::string_view what, const std::string& path, int error) {
  const std::string reason = error == 0 ? "read error" : std::generic_category().message(error);
  return fail(error == ENOENT ? Code::not_found : Code::internal,
              fmt::format("cannot {} {}: {}", what, path, reason));
}

}  // namespace

Result<std::string> read_bytes(const std::string& path) {
  std::error_code is_no_folder;
  if (std::filesystem::is_directory(path, is_no_folder)) return failed("read", path, EISDIR);
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) return failed("read", path, errno);
  std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (file.bad()) return failed("read", path, errno);
  return bytes;
}

Result<void> write_bytes(const std::string& path, std::string_view bytes) {
  const std::filesystem::path target(path);
  std::error_code error;
  if (target.has_parent_path()) std::filesystem::create_directories(target.parent_path(), error);
  if (error) return failed("make the folder of", path, error.value());
  const std::string temporary = fmt::format("{}.{}.tmp", path, ::getpid());
  errno = 0;
  std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  const int written = file.fail() ? (errno == 0 ? EIO : errno) : 0;
  struct stat before {};
  if (written == 0 && ::stat(path.c_str(), &before) == 0)
    ::chmod(temporary.c_str(), before.st_mode & 07777);
  if (written == 0 && std::rename(temporary.c_str(), path.c_str()) == 0) return ok();
  const int reason = written != 0 ? written : errno;
  ::unlink(temporary.c_str());
  return failed("write", path, reason);
}

}  // namespace gp::tracker
