#include "gardener/graph/module_path.h"

#include <algorithm>

#include "gardener/python/scan.h"

namespace gp::graph {
namespace {

ModuleSource source_of(std::string_view suffix) {
  if (suffix == "py") return ModuleSource::kSource;
  if (suffix == "pyi") return ModuleSource::kStub;
  if (suffix == "pyx" || suffix == "so" || suffix == "pyd") return ModuleSource::kExtension;
  return ModuleSource::kNone;
}

}  // namespace

ModulePath module_path(std::string_view path) {
  if (path.ends_with(".pyx.in")) path.remove_suffix(3);  // a template of an extension
  const std::size_t name = path.rfind('/') + 1;
  const std::size_t dot = path.rfind('.');
  if (dot == std::string_view::npos || dot < name) return {};
  ModulePath found{source_of(path.substr(dot + 1))};
  path = path.substr(0, dot);
  // The tag of an extension: `_speedups.cpython-311-x86_64-linux-gnu.so`.
  if (found.source == ModuleSource::kExtension)
    path = path.substr(0, std::min(path.find('.', name), path.size()));
  if (found.source == ModuleSource::kNone || path.find('.') != std::string_view::npos ||
      path.size() == name)
    return {};
  if (path.substr(name) == "__init__") {
    path = path.substr(0, name == 0 ? 0 : name - 1);
    if (found.source == ModuleSource::kSource) found.source = ModuleSource::kInit;
  }
  found.dotted = path;
  std::replace(found.dotted.begin(), found.dotted.end(), '/', '.');
  return found;
}

bool is_importable(std::string_view dotted) {
  for (;;) {
    const std::size_t dot = dotted.find('.');
    if (!python::is_identifier(dotted.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    dotted.remove_prefix(dot + 1);
  }
}

}  // namespace gp::graph
