#include "base/byte_size.h"

#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace gp {
namespace {

constexpr std::array<std::pair<std::string_view, std::size_t>, 4> kUnits{
    {{"GiB", kGiB}, {"MiB", kMiB}, {"KiB", kKiB}, {"B", 1}}};

}  // namespace

std::optional<std::size_t> parse_byte_size(std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  if (unit.empty()) return number;
  for (const auto& [name, factor] : kUnits) {
    if (unit != name) continue;
    if (number > std::numeric_limits<std::size_t>::max() / factor) return std::nullopt;
    return number * factor;
  }
  return std::nullopt;
}

std::string format_byte_size(std::size_t bytes) {
  for (const auto& [name, factor] : kUnits) {
    if (factor > 1 && bytes >= factor && bytes % factor == 0)
      return std::to_string(bytes / factor).append(name);
  }
  return std::to_string(bytes);
}

}  // namespace gp
