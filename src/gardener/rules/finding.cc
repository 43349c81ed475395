#include "gardener/rules/finding.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace gp::rules {

std::string_view name_of(Priority priority) {
  static constexpr std::array<std::string_view, 4> kNames{"P0", "P1", "P2", "P3"};
  return kNames[static_cast<std::size_t>(priority)];
}

void sort(std::vector<Finding>& findings) {
  const auto key = [](const Finding& f) {
    return std::tuple(f.priority, -f.score, f.code, std::string_view(f.place.file), f.place.line,
                      std::string_view(f.subject), f.place.column, std::string_view(f.message));
  };
  std::sort(findings.begin(), findings.end(),
            [&key](const Finding& a, const Finding& b) { return key(a) < key(b); });
}

}  // namespace gp::rules
