#include "goldenpath/signing_key.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "auth/secret_file.h"
#include "base/encoding.h"
#include "base/random.h"
#include "protocol/codes.h"

namespace gp::app {
namespace {

constexpr std::size_t kKeyBytes = 32;

auto cannot_make(const std::string& path) {
  return fail(Code::store_unavailable, "cannot make " + path + ": " + std::strerror(errno) +
                                           "; choose another --data directory");
}

std::string random_key() {
  std::string bytes(kKeyBytes, '\0');
  SystemRandom().fill(std::as_writable_bytes(std::span(bytes)));
  return base64url_encode(bytes);
}

}  // namespace

Result<std::string> data_directory_key(const std::string& directory) {
  const std::string path = directory + "/signing.key";
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return cannot_make(directory);
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 && errno == EEXIST) return auth::read_secret_file(path);
  if (fd < 0) return cannot_make(path);
  const std::string text = random_key() + "\n";
  const ssize_t written = ::write(fd, text.data(), text.size());
  const bool synced = written == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  ::close(fd);
  if (!synced) {
    ::unlink(path.c_str());
    return cannot_make(path);
  }
  return text.substr(0, text.size() - 1);
}

}  // namespace gp::app
