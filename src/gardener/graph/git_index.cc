#include "gardener/graph/git_index.h"

#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <cstdint>

#include "gardener/graph/file_bytes.h"
#include "protocol/codes.h"

namespace gp::graph {
namespace {

bool exists(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0;
}

bool is_folder(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

std::string first_line(std::string text) {
  text.resize(std::min(text.find_first_of("\r\n"), text.size()));
  return text;
}

std::string joined(const std::string& base, const std::string& path) {
  return !path.empty() && path.front() == '/' ? path : base + "/" + path;
}

// Reads big-endian numbers; once it has run over the end it is bad and gives zeros.
class IndexBytes {
 public:
  explicit IndexBytes(std::string_view bytes) : bytes_(bytes) {}
  std::uint32_t number(std::size_t size) {
    std::uint32_t value = 0;
    for (const char c : take(size)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }
  std::string_view take(std::size_t size) {
    if (size > bytes_.size() - at_) {
      is_bad_ = true;
      at_ = bytes_.size();
      return {};
    }
    at_ += size;
    return bytes_.substr(at_ - size, size);
  }
  std::string_view until_nul() {
    const std::size_t end = bytes_.find('\0', at_);
    if (end == std::string_view::npos) {
      is_bad_ = true;
      return {};
    }
    const std::string_view text = bytes_.substr(at_, end - at_);
    at_ = end + 1;
    return text;
  }
  // The variable width number of version 4 (as offsets in pack files).
  std::size_t varint() {
    std::size_t value = 0;
    for (std::uint32_t byte = 0x80; (byte & 0x80) != 0 && !is_bad_;) {
      byte = number(1);
      value = value << 7 | (byte & 0x7f);
      if ((byte & 0x80) != 0) ++value;
    }
    return value;
  }
  std::size_t at() const { return at_; }
  bool is_bad() const { return is_bad_; }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  bool is_bad_ = false;
};

// The name of the entry that began at `begin`, into `path`, which still holds the one before.
void read_name(IndexBytes& index, std::uint32_t version, std::size_t begin, std::string& path) {
  if (version == 4) {
    const std::size_t dropped = index.varint();
    path.resize(path.size() - std::min(dropped, path.size()));
    path += index.until_nul();
    return;
  }
  path = index.until_nul();
  while ((index.at() - begin) % 8 != 0 && !index.is_bad()) index.take(1);
}

}  // namespace

GitPlace find_git(const std::string& folder) {
  for (std::string at = folder;; at.resize(at.rfind('/'))) {
    const std::string dot_git = at + "/.git";
    GitPlace place{at.empty() ? "/" : at, dot_git, dot_git};
    if (is_folder(dot_git)) {
      if (exists(dot_git + "/HEAD")) return place;
    } else if (exists(dot_git)) {
      std::string text;
      if (read_bytes(dot_git, text) == nullptr && text.starts_with("gitdir: ")) {
        place.git_dir = joined(at, first_line(text.substr(8)));
        place.common_dir = place.git_dir;
        std::string common;
        if (read_bytes(place.git_dir + "/commondir", common) == nullptr)
          place.common_dir = joined(place.git_dir, first_line(common));
        if (exists(place.git_dir + "/HEAD")) return place;
      }
    }
    if (at.find('/') == std::string::npos) return {};
  }
}

Result<std::vector<std::string>> read_git_index(std::string_view bytes, std::size_t hash_size) {
  IndexBytes index(bytes);
  const std::string_view magic = index.take(4);
  const std::uint32_t version = index.number(4);
  const std::uint32_t count = index.number(4);
  if (magic != "DIRC" || version < 2 || version > 4)
    return fail(Code::internal, "git's index has a format other than versions 2 to 4");
  std::vector<std::string> paths;
  paths.reserve(std::min<std::size_t>(count, bytes.size() / 40));
  std::string path;
  for (std::uint32_t i = 0; i < count && !index.is_bad(); ++i) {
    const std::size_t begin = index.at();
    index.take(24);
    const std::uint32_t mode = index.number(4);
    index.take(12 + hash_size);
    const std::uint32_t flags = index.number(2);
    if ((flags & 0x4000) != 0) index.take(2);
    read_name(index, version, begin, path);
    const std::uint32_t type = mode >> 12;
    if (type == 010 || type == 012) paths.push_back(path);  // no submodules, no sparse folders
  }
  while (!index.is_bad() && index.at() + hash_size + 8 <= bytes.size()) {
    if (index.take(4) == "link") {
      return fail(Code::internal,
                  "git's index is split (core.splitIndex); run `git update-index "
                  "--no-split-index`");
    }
    index.take(index.number(4));
  }
  if (index.is_bad()) return fail(Code::internal, "git's index is damaged");
  if (!std::is_sorted(paths.begin(), paths.end())) std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

std::size_t git_hash_size(std::string_view config) {
  std::string text;
  for (const char c : config)
    if (c != ' ' && c != '\t')
      text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text.find("objectformat=sha256") != std::string::npos ? 32 : 20;
}

}  // namespace gp::graph
