#include "config/duration_text.h"

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

namespace gp::config {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr std::array<std::pair<std::string_view, milliseconds>, 4> kUnits{
    {{"h", 1h}, {"m", 1min}, {"s", 1s}, {"ms", 1ms}}};
constexpr milliseconds kLongest = 100 * 365 * 24h;

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{}) return std::nullopt;
  std::string_view unit(stopped, static_cast<std::size_t>(end - stopped));
  if (unit.starts_with(' ')) unit.remove_prefix(1);
  for (const auto& [name, length] : kUnits) {
    if (unit != name) continue;
    if (number > static_cast<std::uint64_t>(kLongest / length)) return std::nullopt;
    return Duration(length) * static_cast<std::int64_t>(number);
  }
  return std::nullopt;
}

std::string format_duration(Duration duration) {
  if (duration == Duration::zero()) return "0s";
  for (const auto& [name, length] : kUnits) {
    if (duration % length == Duration::zero()) return fmt::format("{}{}", duration / length, name);
  }
  return fmt::format("{}ms", std::chrono::duration_cast<milliseconds>(duration).count());
}

}  // namespace gp::config
