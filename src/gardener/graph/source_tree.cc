#include "gardener/graph/source_tree.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <utility>

#include "gardener/graph/file_bytes.h"
#include "gardener/graph/file_kind.h"
#include "gardener/graph/path_pattern.h"
#include "gardener/graph/tree_walk.h"
#include "protocol/codes.h"

namespace gp::graph {
namespace {

constexpr std::size_t kHeadBytes = 256;          ///< enough for a `#!` line
constexpr std::size_t kBinaryCheckBytes = 8192;  ///< as git and grep look

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::size_t size = byte < 0x80   ? 1
                             : byte < 0xc2 ? 0
                             : byte < 0xe0 ? 2
                             : byte < 0xf0 ? 3
                             : byte < 0xf5 ? 4
                                           : 0;
    if (size == 0 || i + size > text.size()) return false;
    for (std::size_t k = 1; k < size; ++k)
      if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return false;
    i += size;
  }
  return true;
}

const char* odd_name(std::string_view path) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::any_of(path.begin(), path.end(), is_control))
    return "its name has a control character; reports of it may be misread";
  return is_utf8(path) ? nullptr : "its name is not UTF-8; reports show it with other characters";
}

}  // namespace

Result<SourceTree> SourceTree::open(TreeOptions options) {
  struct stat info {};
  if (::stat(options.root.c_str(), &info) != 0) {
    return fail(Code::not_found,
                "the root " + options.root + " cannot be opened: " + why_unreadable(errno));
  }
  if (!S_ISDIR(info.st_mode))
    return fail(Code::not_found, "the root " + options.root + " is no folder");
  const std::unique_ptr<char, void (*)(void*)> real(::realpath(options.root.c_str(), nullptr),
                                                    &std::free);
  if (!real) {
    return fail(Code::not_found,
                "the root " + options.root + " cannot be opened: " + why_unreadable(errno));
  }
  PatternList exclude;
  for (const std::string& pattern : options.exclude) exclude.add(pattern);
  SourceTree tree(std::move(options));
  TreeListing listing = walk_tree(real.get());
  tree.problems_ = std::move(listing.problems);
  tree.files_.reserve(listing.paths.size());
  std::string head;
  for (std::string& path : listing.paths) {
    head.clear();
    if (needs_head(path)) read_bytes(tree.options_.root + "/" + path, head, kHeadBytes);
    if (const char* message = odd_name(path)) tree.problems_.push_back({path, message});
    SourceFile file;
    file.kind = kind_of(path, head);
    file.is_excluded = exclude.covers(path);
    file.is_backup = is_backup_path(path);
    file.path = std::move(path);
    tree.files_.push_back(std::move(file));
  }
  std::sort(tree.problems_.begin(), tree.problems_.end(),
            [](const TreeProblem& a, const TreeProblem& b) {
              return std::tie(a.path, a.message) < std::tie(b.path, b.message);
            });
  return tree;
}

FileId SourceTree::find(std::string_view path) const {
  const auto found = std::lower_bound(
      files_.begin(), files_.end(), path,
      [](const SourceFile& file, std::string_view wanted) { return file.path < wanted; });
  if (found == files_.end() || found->path != path) return kNoFile;
  return static_cast<FileId>(found - files_.begin());
}

Result<std::string> SourceTree::read(FileId id) const {
  std::string bytes;
  if (const char* why = read(id, bytes))
    return fail(Code::internal, files_[id].path + " cannot be read: " + why);
  return bytes;
}

const char* SourceTree::read(FileId id, std::string& bytes) const {
  return read_bytes(options_.root + "/" + files_[id].path, bytes);
}

bool is_binary(std::string_view bytes) {
  return bytes.substr(0, kBinaryCheckBytes).find('\0') != std::string_view::npos;
}

}  // namespace gp::graph
