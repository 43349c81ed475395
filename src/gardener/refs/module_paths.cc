#include "gardener/refs/module_paths.h"

#include <algorithm>
#include <array>

#include "gardener/graph/source_roots.h"

namespace gp::refs {

namespace {

/// In the order in which they win.
constexpr std::array<std::string_view, 4> kSuffixes{"/__init__.py", ".py", "/__init__.pyi", ".pyi"};

std::string_view without_suffix(std::string_view path) {
  for (const std::string_view suffix : {".pyi", ".pyw", ".py"})
    if (path.ends_with(suffix)) return path.substr(0, path.size() - suffix.size());
  return path;
}

ModuleName name_below(std::string_view path) {
  path = without_suffix(path);
  ModuleName name;
  if (path == "__init__") {
    path = {};
    name.is_package = true;
  } else if (path.ends_with("/__init__")) {
    path.remove_suffix(std::string_view("/__init__").size());
    name.is_package = true;
  }
  name.dotted = path;
  std::replace(name.dotted.begin(), name.dotted.end(), '/', '.');
  return name;
}

}  // namespace

ModulePaths::ModulePaths(const graph::SourceTree& tree, std::vector<std::string> roots)
    : tree_(tree) {
  if (roots.empty()) roots = graph::found_roots(tree);
  for (std::string& root : roots) {
    while (root.starts_with("./")) root.erase(0, 2);
    while (root.ends_with('/')) root.pop_back();
    roots_.push_back(root.empty() || root == "." ? "" : root + "/");
  }
  std::sort(roots_.begin(), roots_.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
  roots_.erase(std::unique(roots_.begin(), roots_.end()), roots_.end());
}

std::vector<ModuleName> ModulePaths::names_of(graph::FileId file) const {
  const std::string_view path = tree_.file(file).path;
  std::vector<ModuleName> names;
  for (const std::string& root : roots_)
    if (path.starts_with(root)) names.push_back(name_below(path.substr(root.size())));
  if (names.empty()) names.push_back(name_below(path));
  return names;
}

bool ModulePaths::is_inside(graph::FileId file, std::string_view module) const {
  const std::string_view path = tree_.file(file).path;
  return std::any_of(roots_.begin(), roots_.end(), [&](const std::string& root) {
    if (!path.starts_with(root)) return false;
    const std::string_view rest = path.substr(root.size());
    return rest.size() > module.size() &&
           (rest[module.size()] == '/' || rest[module.size()] == '.') &&
           std::equal(module.begin(), module.end(), rest.begin(), [](char dotted, char in_path) {
             return dotted == in_path || (dotted == '.' && in_path == '/');
           });
  });
}

graph::FileId ModulePaths::find(std::string_view dotted) const {
  std::string path(dotted);
  std::replace(path.begin(), path.end(), '.', '/');
  for (const std::string_view suffix : kSuffixes) {
    for (const std::string& root : roots_) {
      const graph::FileId file = tree_.find(root + path + std::string(suffix));
      if (file != graph::kNoFile) return file;
    }
  }
  return graph::kNoFile;
}

graph::FileId ModulePaths::find_from(graph::FileId importer, std::string_view dotted) const {
  std::string path(dotted);
  std::replace(path.begin(), path.end(), '.', '/');
  for (const std::string& root : roots_) {
    if (!tree_.file(importer).path.starts_with(root)) continue;
    for (const std::string_view suffix : kSuffixes) {
      const graph::FileId file = tree_.find(root + path + std::string(suffix));
      if (file != graph::kNoFile) return file;
    }
  }
  return graph::kNoFile;
}

std::optional<std::string> absolute_module(const ModuleName& own, std::uint8_t level,
                                           std::string_view module) {
  if (level == 0) return std::string(module);
  std::string_view base = own.is_package ? std::string_view(own.dotted) : parent_of(own.dotted);
  for (unsigned up = 1; up < level; ++up) {
    if (base.empty()) return std::nullopt;
    base = parent_of(base);
  }
  if (base.empty()) return std::nullopt;
  return join_dotted(base, module);
}

bool is_within(std::string_view dotted, std::string_view module) {
  return dotted.starts_with(module) &&
         (dotted.size() == module.size() || dotted[module.size()] == '.');
}

std::string_view last_component(std::string_view dotted) {
  const std::size_t dot = dotted.rfind('.');
  return dot == std::string_view::npos ? dotted : dotted.substr(dot + 1);
}

std::string_view parent_of(std::string_view dotted) {
  const std::size_t dot = dotted.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : dotted.substr(0, dot);
}

std::string join_dotted(std::string_view left, std::string_view right) {
  std::string joined(left);
  if (!left.empty() && !right.empty()) joined += '.';
  joined += right;
  return joined;
}

}  // namespace gp::refs
