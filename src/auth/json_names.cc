#include "auth/json_names.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace gp::auth {

bool has_duplicate_names(const simdjson::dom::object& object) {
  std::vector<std::string_view> names;
  for (const auto field : object) names.push_back(field.key);
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) != names.end();
}

}  // namespace gp::auth
