#include "gardener/plan/file_writer.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "protocol/codes.h"

namespace gp::plan {
namespace {

auto failed(const std::string& path, std::string_view what) {
  return fail(Code::internal, fmt::format("{}: {}: {}", path, what, std::strerror(errno)));
}

std::string temporary_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::size_t name = slash == std::string::npos ? 0 : slash + 1;
  return path.substr(0, name) + ".gardener-" + path.substr(name);
}

Result<> write_temporary(const std::string& path, const std::string& bytes, unsigned mode) {
  const std::string temporary = temporary_of(path);
  std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out || chmod(temporary.c_str(), mode) != 0) {
    auto error = failed(path, "cannot be written");
    unlink(temporary.c_str());
    return error;
  }
  return ok();
}

Result<> put_in_place(const std::string& path, bool is_removed) {
  const int status =
      is_removed ? unlink(path.c_str()) : std::rename(temporary_of(path).c_str(), path.c_str());
  if (status != 0) return failed(path, is_removed ? "cannot be removed" : "cannot be replaced");
  return ok();
}

}  // namespace

Result<std::string> read_bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return failed(path, "cannot be read");
  return std::string(std::istreambuf_iterator<char>(in), {});
}

Result<unsigned> file_mode(const std::string& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) return failed(path, "cannot be read");
  if (!S_ISREG(status.st_mode)) {
    return fail(Code::internal,
                fmt::format("{}: is no regular file (a link?); edit what it points to", path));
  }
  return static_cast<unsigned>(status.st_mode & 07777);
}

Result<> write_files(const std::string& root, const std::vector<FileWrite>& writes) {
  const auto full = [&root](const FileWrite& write) { return root + "/" + write.path; };
  std::size_t prepared = 0;
  Result<> result = ok();
  for (; prepared < writes.size() && result; ++prepared) {
    const FileWrite& write = writes[prepared];
    if (!write.next) continue;
    std::error_code ignored;
    std::filesystem::create_directories(std::filesystem::path(full(write)).parent_path(), ignored);
    result = write_temporary(full(write), *write.next, write.mode);
  }
  std::size_t placed = 0;
  for (; placed < writes.size() && result; ++placed)
    result = put_in_place(full(writes[placed]), !writes[placed].next);
  if (result) return ok();
  std::string message = result.error().message;
  for (std::size_t i = 0; i + 1 < placed; ++i) {
    const FileWrite& write = writes[i];
    Result<> back = write.now ? write_temporary(full(write), *write.now, write.mode) : ok();
    if (back) back = put_in_place(full(write), !write.now);
    if (!back) message.append("; and could not be put back: ").append(back.error().message);
  }
  for (const FileWrite& write : writes)
    if (write.next) unlink(temporary_of(full(write)).c_str());
  return fail(Code::internal, message + "; nothing else is changed");
}

}  // namespace gp::plan
