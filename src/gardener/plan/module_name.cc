#include "gardener/plan/module_name.h"

#include <fmt/core.h>

#include <algorithm>

namespace gp::plan {

std::string_view parent_of(std::string_view dotted) {
  const std::size_t dot = dotted.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : dotted.substr(0, dot);
}

std::string_view last_of(std::string_view dotted) { return dotted.substr(dotted.rfind('.') + 1); }

std::string_view first_of(std::string_view dotted) { return dotted.substr(0, dotted.find('.')); }

bool is_or_under(std::string_view dotted, std::string_view prefix) {
  return dotted.starts_with(prefix) &&
         (dotted.size() == prefix.size() || dotted[prefix.size()] == '.');
}

std::string relative_spelling(std::string_view package, std::string_view module) {
  std::string_view common = package;
  while (!common.empty() && !is_or_under(module, common)) common = parent_of(common);
  if (common.empty()) return {};
  const auto up =
      std::count(package.begin() + static_cast<std::ptrdiff_t>(common.size()), package.end(), '.');
  std::string spelled(static_cast<std::size_t>(up) + 1, '.');
  if (module.size() > common.size()) spelled.append(module.substr(common.size() + 1));
  return spelled;
}

std::string own_module(std::string_view dotted) {
  return fmt::format("{0} is a module of its own: plan it first (gardener plan {0} --to …)",
                     dotted);
}

Destination split_destination(std::string_view to) {
  const std::size_t colon = to.find(':');
  if (colon == std::string_view::npos) return {to, {}};
  return {to.substr(0, colon), to.substr(colon + 1)};
}

}  // namespace gp::plan
