/// SourceTree: which files there are, and their bytes. The only reader of the analysed files.
///
/// Files come from git's index when the root is in a git work tree (untracked ones that are not
/// ignored included), otherwise from a walk that skips hidden folders, __pycache__, node_modules
/// and virtual environments (tree_walk.h). Symbolic links to folders are not followed (a loop ends
/// nothing); links to files outside the root are not read. What cannot be read is listed in
/// problems(), never skipped silently. Paths are bytes relative to the root with '/', sorted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace gp::graph {

using FileId = std::uint32_t;
inline constexpr FileId kNoFile = 0xffffffff;

enum class FileKind : std::uint8_t {
  kPython,  ///< *.py, *.pyi, *.pyw, or no suffix and a python shebang
  kShell,   ///< *.sh, *.bash, Makefile, Dockerfile*, *.yml of CI, or a shell shebang
  kConfig,  ///< toml, ini, cfg, json, yaml, …
  kDoc,     ///< md, rst, txt, html …
  kOther,   ///< any other, binary ones too: is_binary() tells once it is read
};

struct SourceFile {
  std::string path;
  FileKind kind = FileKind::kOther;
  bool is_excluded = false;  ///< by a pattern of the settings: counted and shown, never edited
  bool is_backup = false;    ///< under backups/, *.bak, *.orig, *~ …: a class of its own
};

enum class TreeProblemKind : std::uint8_t {
  kLeftOut,  ///< by rule: a link, another repository, a device
  kUnread,   ///< it could not be read: what is in it is not known
};

struct TreeProblem {
  std::string path;
  std::string message;  ///< a sentence
  TreeProblemKind kind = TreeProblemKind::kLeftOut;
};

struct TreeOptions {
  std::string root = ".";
  std::vector<std::string>
      exclude{};  ///< globs as in .gitignore: `**`, `*`, `?`, a trailing '/' for folders
};

class SourceTree {
 public:
  /// Errors: the root is missing or no folder.
  static Result<SourceTree> open(TreeOptions options);

  const std::string& root() const { return options_.root; }
  const std::vector<SourceFile>& files() const { return files_; }
  const SourceFile& file(FileId id) const { return files_[id]; }
  /// kNoFile if the tree has no such path.
  FileId find(std::string_view path) const;
  /// The whole file. Any thread. Errors: a sentence with the path.
  Result<std::string> read(FileId id) const;
  /// The same into a buffer that is used again. nullptr, or why not: a sentence without the path.
  const char* read(FileId id, std::string& bytes) const;
  /// Sorted by path.
  const std::vector<TreeProblem>& problems() const { return problems_; }

 private:
  explicit SourceTree(TreeOptions options) : options_(std::move(options)) {}

  TreeOptions options_;
  std::vector<SourceFile> files_{};
  std::vector<TreeProblem> problems_{};
};

/// True if the first 8 KiB have a NUL.
bool is_binary(std::string_view bytes);

/// True for tests: a folder test, tests or testing, a name test_*.py, *_test(s).py or conftest.py.
bool is_test_path(std::string_view path);

}  // namespace gp::graph
