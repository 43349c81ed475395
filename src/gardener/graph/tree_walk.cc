#include "gardener/graph/tree_walk.h"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "gardener/graph/file_bytes.h"
#include "gardener/graph/git_index.h"
#include "gardener/graph/path_pattern.h"

namespace gp::graph {
namespace {

enum class EntryType : std::uint8_t { kFile, kFolder, kLink, kOther, kGone };

struct Entry {
  std::string name;
  EntryType type = EntryType::kOther;
};

struct Listed {
  std::vector<Entry> entries{};
  bool has_git = false;
  bool is_environment = false;  ///< a Python virtual environment
};

EntryType type_of(mode_t mode) {
  if (S_ISREG(mode)) return EntryType::kFile;
  if (S_ISDIR(mode)) return EntryType::kFolder;
  return S_ISLNK(mode) ? EntryType::kLink : EntryType::kOther;
}

EntryType type_of(const std::string& folder, const dirent& entry) {
  switch (entry.d_type) {
    case DT_REG: return EntryType::kFile;
    case DT_DIR: return EntryType::kFolder;
    case DT_LNK: return EntryType::kLink;
    case DT_UNKNOWN: break;
    default: return EntryType::kOther;
  }
  struct stat info {};
  if (::lstat((folder + "/" + entry.d_name).c_str(), &info) != 0) return EntryType::kGone;
  return type_of(info.st_mode);
}

// nullptr, or why the folder cannot be read.
const char* list_folder(const std::string& path, Listed& listed) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), &::closedir);
  if (!folder) return why_unreadable(errno);
  for (errno = 0; const dirent* entry = ::readdir(folder.get()); errno = 0) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (name == ".git") {
      listed.has_git = true;
      continue;
    }
    if (name == "pyvenv.cfg") listed.is_environment = true;
    listed.entries.push_back({std::string(name), type_of(path, *entry)});
  }
  return errno == 0 ? nullptr : why_unreadable(errno);
}

// What git knows of the work tree. Paths are relative to the walked root.
struct GitView {
  static constexpr std::uint32_t kFolder = 0xffffffff;
  static constexpr std::uint32_t kUntracked = 0xfffffffe;

  std::string prefix{};                ///< of the walked root in the work tree: "" or "sub/folder/"
  std::vector<std::string> tracked{};  ///< sorted
  std::unordered_map<std::string_view, std::uint32_t> indices{};  ///< and kFolder: their folders
  std::vector<bool> is_there{};                                   ///< on disk, by index
  PatternList exclude{};
  bool is_on = false;

  std::uint32_t index_of(std::string_view path) const {
    const auto found = indices.find(path);
    return found == indices.end() ? kUntracked : found->second;
  }
  void take(std::vector<std::string> index) {
    tracked = std::move(index);
    if (!prefix.empty()) {
      std::erase_if(tracked, [&](const std::string& path) { return !path.starts_with(prefix); });
      for (std::string& path : tracked) path.erase(0, prefix.size());
    }
    is_there.assign(tracked.size(), false);
    indices.reserve(tracked.size() * 5 / 4);
    for (std::uint32_t i = 0; i < tracked.size(); ++i) {
      const std::string_view path = tracked[i];
      indices.emplace(path, i);
      for (std::size_t end = path.rfind('/'); end != std::string_view::npos && end > 0;
           end = path.rfind('/', end - 1)) {
        if (!indices.emplace(path.substr(0, end), kFolder).second) break;
      }
    }
  }
};

class Walk {
 public:
  explicit Walk(std::string root) : root_(std::move(root)) {}
  TreeListing run();

 private:
  struct Folder {
    std::string path{};     ///< relative to the root, with '/' at the end; empty: the root
    std::size_t rules = 0;  ///< how many of rules_ were there when its parent was read
    bool is_tracked = false;
    std::optional<bool> is_ignored{};  ///< asked only where something is not tracked
  };
  struct Rules {
    std::string folder{};  ///< relative to the work tree, with '/' at the end
    PatternList patterns{};
  };

  void find_git_view();
  void outer_rules();
  bool root_is_ignored() const;
  void folder(Folder& at);
  void entry(Folder& at, const Entry& entry, const std::string& path);
  void subfolder(Folder& at, const Entry& entry, const std::string& path, bool tracked);
  bool is_readable_link(const std::string& path);
  bool is_left_out(Folder& at, const std::string& path, bool is_folder) const;
  bool is_ignored(std::string_view work_tree_path, bool is_folder) const;
  void add_rules(const std::string& folder, const std::string& file);
  void left_out(std::string path, std::string message) {
    listing_.problems.push_back({std::move(path), std::move(message), TreeProblemKind::kLeftOut});
  }
  void unread(std::string path, std::string message) {
    listing_.problems.push_back({std::move(path), std::move(message), TreeProblemKind::kUnread});
  }

  std::string root_;
  GitView git_{};
  std::vector<Rules> rules_{};  ///< of the folders on the way to the current one
  std::vector<Folder> open_{};
  TreeListing listing_{};
};

TreeListing Walk::run() {
  find_git_view();
  open_.push_back({"", rules_.size(), true, false});
  while (!open_.empty()) {
    Folder next = std::move(open_.back());
    open_.pop_back();
    folder(next);
  }
  // Most paths are tracked and thereby in order.
  std::vector<std::string> others = std::move(listing_.paths);
  std::sort(others.begin(), others.end());
  listing_.paths.clear();
  listing_.paths.reserve(others.size() + git_.tracked.size());
  auto other = others.begin();
  for (std::uint32_t i = 0; i < git_.tracked.size(); ++i) {
    if (!git_.is_there[i]) continue;
    for (; other != others.end() && *other < git_.tracked[i]; ++other)
      listing_.paths.push_back(std::move(*other));
    listing_.paths.push_back(std::move(git_.tracked[i]));
  }
  listing_.paths.insert(listing_.paths.end(), std::move_iterator(other),
                        std::move_iterator(others.end()));
  return std::move(listing_);
}

void Walk::find_git_view() {
  const GitPlace place = find_git(root_);
  if (place.work_tree.empty()) return;
  git_.is_on = true;
  if (root_ != place.work_tree)
    git_.prefix = root_.substr(place.work_tree == "/" ? 1 : place.work_tree.size() + 1) + "/";
  std::string bytes;
  std::string text;
  read_bytes(place.common_dir + "/config", text);
  const std::size_t hash_size = git_hash_size(text);
  if (const char* why = read_bytes(place.git_dir + "/index", bytes)) {
    struct stat info {};
    if (::stat((place.git_dir + "/index").c_str(), &info) == 0)
      unread("", "git's index cannot be read (" + std::string(why) +
                     "); files that are ignored but tracked are missing");
  } else if (Result<std::vector<std::string>> tracked = read_git_index(bytes, hash_size)) {
    git_.take(std::move(tracked).value());
  } else {
    unread("", tracked.error().message + "; files that are ignored but tracked are missing");
  }
  if (read_bytes(place.common_dir + "/info/exclude", text) == nullptr) git_.exclude.add_text(text);
  outer_rules();
  if (root_is_ignored()) {
    git_ = {};
    rules_.clear();
  }
}

// The .gitignore files above the root.
void Walk::outer_rules() {
  const std::string above = root_.substr(0, root_.size() - git_.prefix.size());
  for (std::size_t at = 0; at < git_.prefix.size(); at = git_.prefix.find('/', at) + 1) {
    add_rules(git_.prefix.substr(0, at),
              above + (above.ends_with('/') ? "" : "/") + git_.prefix.substr(0, at) + ".gitignore");
  }
}

bool Walk::root_is_ignored() const {
  if (git_.prefix.empty() || !git_.tracked.empty()) return false;
  for (std::size_t end = git_.prefix.find('/'); end != std::string::npos;
       end = git_.prefix.find('/', end + 1)) {
    if (is_ignored(git_.prefix.substr(0, end), true)) return true;
  }
  return false;
}

void Walk::add_rules(const std::string& folder, const std::string& file) {
  std::string text;
  if (read_bytes(file, text) != nullptr) return;
  rules_.push_back({folder, {}});
  rules_.back().patterns.add_text(text);
}

bool Walk::is_ignored(std::string_view work_tree_path, bool is_folder) const {
  for (auto rules = rules_.rbegin(); rules != rules_.rend(); ++rules) {
    if (!work_tree_path.starts_with(rules->folder)) continue;
    const auto decision =
        rules->patterns.decides(work_tree_path.substr(rules->folder.size()), is_folder);
    if (decision) return *decision;
  }
  return git_.exclude.decides(work_tree_path, is_folder).value_or(false);
}

// What is not tracked is left out if git's rules ignore it, or a folder above it.
bool Walk::is_left_out(Folder& at, const std::string& path, bool is_folder) const {
  if (!git_.is_on) return false;
  if (!at.is_ignored) {
    at.is_ignored = false;
    const std::string folder = git_.prefix + at.path;
    for (std::size_t end = folder.find('/', git_.prefix.size()); end != std::string::npos;
         end = folder.find('/', end + 1)) {
      if (is_ignored(std::string_view(folder).substr(0, end), true)) at.is_ignored = true;
    }
  }
  return *at.is_ignored || is_ignored(git_.prefix + path, is_folder);
}

void Walk::folder(Folder& at) {
  Listed listed;
  const std::string full = at.path.empty() ? root_ : root_ + "/" + at.path;
  if (const char* why = list_folder(full, listed))
    unread(at.path, "the folder cannot be read: " + std::string(why));
  if (!at.is_tracked && listed.is_environment) return;
  if (git_.is_on && listed.has_git && !at.is_tracked) {
    left_out(at.path, "it is another git repository; look at it on its own");
    return;
  }
  rules_.resize(at.rules);
  const auto is_rules_file = [](const Entry& entry) { return entry.name == ".gitignore"; };
  if (git_.is_on && std::any_of(listed.entries.begin(), listed.entries.end(), is_rules_file)) {
    add_rules(git_.prefix + at.path, full + "/.gitignore");
  }
  for (const Entry& one : listed.entries) entry(at, one, at.path + one.name);
}

void Walk::entry(Folder& at, const Entry& entry, const std::string& path) {
  const std::uint32_t tracked = git_.index_of(path);
  if (entry.type == EntryType::kFolder) {
    subfolder(at, entry, path, tracked != GitView::kUntracked);
    return;
  }
  if (entry.type == EntryType::kGone ||
      (tracked == GitView::kUntracked && is_left_out(at, path, false)))
    return;
  if (entry.type == EntryType::kOther) {
    left_out(path, "it is neither a file nor a folder and is not read");
  } else if (entry.type == EntryType::kFile || is_readable_link(path)) {
    if (tracked < git_.is_there.size()) {
      git_.is_there[tracked] = true;
    } else {
      listing_.paths.push_back(path);
    }
  }
}

void Walk::subfolder(Folder& at, const Entry& entry, const std::string& path, bool tracked) {
  const bool is_ours =
      tracked || (entry.name != "__pycache__" && entry.name != "node_modules" &&
                  (git_.is_on || entry.name.front() != '.') && !is_left_out(at, path, true));
  if (is_ours) open_.push_back({path + "/", rules_.size(), tracked, {}});
}

bool Walk::is_readable_link(const std::string& path) {
  struct stat info {};
  const std::string full = root_ + "/" + path;
  if (::stat(full.c_str(), &info) != 0) {
    left_out(path, errno == ELOOP ? "it is a symbolic link in a loop"
                                  : "it is a symbolic link to nothing that can be reached");
    return false;
  }
  if (S_ISDIR(info.st_mode)) {
    left_out(path, "it is a symbolic link to a folder and is not followed");
    return false;
  }
  const std::unique_ptr<char, void (*)(void*)> target(::realpath(full.c_str(), nullptr),
                                                      &std::free);
  const std::string_view real = target ? std::string_view(target.get()) : std::string_view();
  if (!real.starts_with(root_ == "/" ? root_ : root_ + "/")) {
    left_out(path, "it is a symbolic link to a file outside the tree and is not read");
    return false;
  }
  if (!S_ISREG(info.st_mode)) left_out(path, "it is neither a file nor a folder and is not read");
  return S_ISREG(info.st_mode);
}

}  // namespace

TreeListing walk_tree(const std::string& root) { return Walk(root).run(); }

}  // namespace gp::graph
