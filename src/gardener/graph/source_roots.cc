#include "gardener/graph/source_roots.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace gp::graph {
namespace {

std::string_view folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string_view last_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool is_project(const SourceTree& tree, std::string_view folder) {
  static constexpr std::array<std::string_view, 6> kFiles{
      "setup.py", "pyproject.toml", "setup.cfg", "manage.py", "requirements.txt", "Pipfile"};
  return std::any_of(kFiles.begin(), kFiles.end(), [&](std::string_view file) {
    std::string path(folder);
    if (!path.empty()) path += '/';
    return tree.find(path.append(file)) != kNoFile;
  });
}

/// What tests and examples keep as their material is no project of the tree.
bool is_material(std::string_view folder) {
  static constexpr std::array<std::string_view, 8> kNames{
      "test", "tests", "testing", "testdata", "fixtures", "example", "examples", "templates"};
  while (!folder.empty()) {
    if (std::find(kNames.begin(), kNames.end(), last_of(folder)) != kNames.end()) return true;
    folder = folder_of(folder);
  }
  return false;
}

}  // namespace

std::vector<std::string> found_roots(const SourceTree& tree) {
  std::set<std::string, std::less<>> roots;
  std::set<std::string_view> holders;  // folders that hold a package
  for (const SourceFile& file : tree.files()) {
    if (file.kind != FileKind::kPython) continue;
    const std::string_view path = file.path;
    for (std::size_t at = path.find("src/"); at != std::string_view::npos;
         at = path.find("src/", at + 1)) {
      if (at == 0 || path[at - 1] == '/') roots.emplace(path.substr(0, at + 3));
    }
    if (last_of(path) == "__init__.py" && !folder_of(path).empty())
      holders.insert(folder_of(folder_of(path)));
  }
  for (const std::string_view folder : holders) {
    const bool is_lib = last_of(folder) == "lib" && is_project(tree, folder_of(folder));
    if (!folder.empty() && !is_material(folder) && (is_lib || is_project(tree, folder)))
      roots.emplace(folder);
  }
  std::vector<std::string> all = {""};
  for (const std::string& root : roots)
    if (tree.find(root + "/__init__.py") == kNoFile) all.push_back(root);
  return all;
}

}  // namespace gp::graph
