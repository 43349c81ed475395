/// What kind of file a path is, by its name; a name without a suffix by its first line.
#pragma once

#include <string_view>

#include "gardener/graph/source_tree.h"

namespace gp::graph {

/// `head` is the beginning of the file; only looked at when needs_head(path).
FileKind kind_of(std::string_view path, std::string_view head);
/// True if the name alone does not say the kind.
bool needs_head(std::string_view path);
/// A copy that someone kept: under backup(s)/, or a name with .bak, .backup, .orig, .old or ~.
bool is_backup_path(std::string_view path);

}  // namespace gp::graph
