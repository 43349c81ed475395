#include "gardener/graph/file_bytes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace gp::graph {
namespace {

const char* read_open(int file, std::string& bytes, std::size_t limit) {
  struct stat info {};
  if (::fstat(file, &info) != 0) return why_unreadable(errno);
  if (!S_ISREG(info.st_mode)) return "it is no regular file";
  const auto size = static_cast<std::size_t>(info.st_size);
  if (size >= 0xffffffff) return "it is 4 GiB or larger";
  bytes.resize(std::min(size, limit));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::read(file, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return why_unreadable(errno);
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  bytes.resize(done);
  return nullptr;
}

}  // namespace

const char* why_unreadable(int error) {
  switch (error) {
    case ENOENT: return "it is gone";
    case EACCES:
    case EPERM: return "permission denied";
    case ELOOP: return "it is a symbolic link in a loop";
    case ENAMETOOLONG: return "its path is longer than the system takes";
    case EISDIR: return "it is a folder";
    case ENOTDIR: return "a part of its path is no folder";
    case EMFILE:
    case ENFILE: return "too many files are open";
    case ENOMEM: return "there is not enough memory";
    default: return "reading it failed";
  }
}

const char* read_bytes(const std::string& path, std::string& bytes, std::size_t limit) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (file < 0) return why_unreadable(errno);
  const char* why = read_open(file, bytes, limit);
  ::close(file);
  return why;
}

}  // namespace gp::graph
