#include "gardener/text_files.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "protocol/codes.h"

namespace gp::app {
namespace {

struct Closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Closer>;

auto error_of(const std::string& path, Code code) {
  return fail(code, path + ": " + std::strerror(errno));
}

}  // namespace

Result<std::string> read_text_file(const std::string& path) {
  const File file(std::fopen(path.c_str(), "rb"));
  if (!file) return error_of(path, errno == ENOENT ? Code::not_found : Code::bad_request);
  std::string text;
  char buffer[65536];
  std::size_t size = 0;
  while ((size = std::fread(buffer, 1, sizeof buffer, file.get())) != 0) text.append(buffer, size);
  if (std::ferror(file.get()) != 0) return error_of(path, Code::bad_request);
  return text;
}

Result<void> write_text_file(const std::string& path, std::string_view text) {
  const std::string temporary = path + ".gardener-" + std::to_string(::getpid());
  File file(std::fopen(temporary.c_str(), "wb"));
  if (!file) return error_of(temporary, Code::bad_request);
  const bool written = std::fwrite(text.data(), 1, text.size(), file.get()) == text.size();
  const bool closed = std::fclose(file.release()) == 0;
  if (!written || !closed || std::rename(temporary.c_str(), path.c_str()) != 0) {
    auto error = error_of(path, Code::bad_request);
    std::remove(temporary.c_str());
    return error;
  }
  return ok();
}

}  // namespace gp::app
