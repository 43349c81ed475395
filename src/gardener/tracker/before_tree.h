/// BeforeTree: a copy of the tree in a temporary folder, for a run in another state of it.
///
/// Everything is copied but .git, __pycache__ and .pytest_cache; virtual environments and
/// node_modules are linked. The copy goes with the object.
/// Limits: tests that ask git see no repository; a package installed in editable mode is imported
/// from the original tree, which run_tests() notices (TestRun::foreign). For both, record the run
/// before applying.
#pragma once

#include <string>

#include "base/result.h"

namespace gp::tracker {

/// A folder of ours in $TMPDIR; removed with its content by the destructor.
class TemporaryFolder {
 public:
  static Result<TemporaryFolder> make(std::string_view purpose);
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::move(other.path_)) {
    other.path_.clear();
  }
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();

  const std::string& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

/// Errors: what cannot be read or written, with the path.
Result<TemporaryFolder> copy_tree(const std::string& root);

}  // namespace gp::tracker
