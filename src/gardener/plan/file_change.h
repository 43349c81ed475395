/// FileChange: what apply does to one file.
#pragma once

#include <string>
#include <vector>

#include "gardener/plan/edit.h"

namespace gp::plan {

struct FileChange {
  std::string path{};
  std::string before{};
  std::vector<SpanEdit> edits{};  ///< sorted
  bool is_deleted = false;
  bool is_python = false;
  std::vector<std::string> imports{};  ///< Python: the import table it is to have; sorted
};

/// 16 hex digits that tell changed bytes from unchanged ones (FNV-1a, 64 bits); no protection
/// against somebody who forges them.
std::string hash_of(std::string_view bytes);

}  // namespace gp::plan
