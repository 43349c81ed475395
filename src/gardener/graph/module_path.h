/// The dotted name that a path stands for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gp::graph {

/// What a file gives a module; the higher wins where two give the same one.
enum class ModuleSource : std::uint8_t {
  kNone,       ///< no module: another suffix, or a dot inside a name
  kStub,       ///< .pyi
  kExtension,  ///< .pyx, .pyx.in, .so, .pyd
  kSource,     ///< .py
  kInit,       ///< __init__.py
};

struct ModulePath {
  ModuleSource source = ModuleSource::kNone;
  std::string dotted{};  ///< "" for an __init__.py in the root itself
};

/// `path` relative to the source root.
ModulePath module_path(std::string_view path);

/// True if every part can stand in an import statement.
bool is_importable(std::string_view dotted);

}  // namespace gp::graph
