#include "auth/secret_file.h"

#include <fmt/core.h>

#include <cerrno>
#include <fstream>
#include <system_error>

#include "protocol/codes.h"

namespace gp::auth {
namespace {

auto unreadable(const std::string& path, int error) {
  const std::string reason = error == 0 ? "read error" : std::generic_category().message(error);
  return fail(Code::internal, fmt::format("cannot read the key file {}: {}", path, reason));
}

}  // namespace

Result<std::string> read_secret_file(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) return unreadable(path, errno);
  std::string bytes(kSecretFileBytesMax + 1, '\0');
  errno = 0;
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (file.bad()) return unreadable(path, errno);
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  if (bytes.size() > kSecretFileBytesMax)
    return fail(Code::internal, fmt::format("the key file {} is larger than {} bytes; is it the "
                                            "right file?",
                                            path, kSecretFileBytesMax));
  if (bytes.ends_with('\n')) {
    bytes.pop_back();
    if (bytes.ends_with('\r')) bytes.pop_back();
  }
  if (bytes.empty()) return fail(Code::internal, fmt::format("the key file {} is empty", path));
  return bytes;
}

}  // namespace gp::auth
