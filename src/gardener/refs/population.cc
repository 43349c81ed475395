#include "gardener/refs/population.h"

#include <array>
#include <string_view>

namespace gp::refs {

namespace {

bool has_folder(std::string_view path, std::string_view folder) {
  for (std::size_t at = path.find(folder); at != std::string_view::npos;
       at = path.find(folder, at + 1)) {
    const std::size_t end = at + folder.size();
    if ((at == 0 || path[at - 1] == '/') && end < path.size() && path[end] == '/') return true;
  }
  return false;
}

}  // namespace

Population population_of(const graph::SourceFile& file) {
  const std::string_view path = file.path;
  if (file.is_backup) return Population::kBackup;
  if (graph::is_test_path(path) || has_folder(path, "test_framework")) return Population::kTest;
  if (path.find('/') == std::string_view::npos) return Population::kScript;
  static constexpr std::array<std::string_view, 3> kFolders{"scripts", "bin", "tools"};
  for (const std::string_view folder : kFolders)
    if (has_folder(path, folder)) return Population::kScript;
  return Population::kProduction;
}

}  // namespace gp::refs
