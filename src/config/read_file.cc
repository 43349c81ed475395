#include "config/read_file.h"

#include <fmt/core.h>

#include <cerrno>
#include <fstream>
#include <system_error>

#include "config/toml_document.h"
#include "protocol/codes.h"

namespace gp::config {
namespace {

auto unreadable(const std::string& path, int error) {
  const std::string reason = error == 0 ? "read error" : std::generic_category().message(error);
  return fail(error == ENOENT ? Code::not_found : Code::internal,
              fmt::format("cannot read the settings file {}: {}", path, reason));
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) return unreadable(path, errno);
  std::string text(kTomlBytesMax + 1, '\0');
  errno = 0;
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return unreadable(path, errno);
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kTomlBytesMax)
    return fail(Code::internal,
                fmt::format("the settings file {} is larger than {} bytes", path, kTomlBytesMax));
  return text;
}

}  // namespace gp::config
