#include "config/nearest_name.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>
#include <vector>

namespace gp::config {
namespace {

/// Longer texts are no typing mistakes; comparing them would only cost.
constexpr std::size_t kNameBytesMax = 100;

std::size_t edit_distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < left.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < right.size(); ++j) {
      const std::size_t replaced = diagonal + (left[i] == right[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

std::string_view after_last_dot(std::string_view name) { return name.substr(name.rfind('.') + 1); }

/// Edit distance if it is at most half of the longer text.
std::size_t near_distance(std::string_view left, std::string_view right) {
  const std::size_t distance = edit_distance(left, right);
  const bool near = distance * 2 <= std::max(left.size(), right.size());
  return near ? distance : std::numeric_limits<std::size_t>::max();
}

}  // namespace

std::string_view nearest_name(std::string_view given, std::span<const std::string_view> known) {
  if (given.empty() || given.size() > kNameBytesMax) return {};
  std::string_view nearest;
  // A likeness of whole names beats an equal one of last words.
  std::size_t best = std::numeric_limits<std::size_t>::max();
  for (const std::string_view name : known) {
    const std::size_t whole = near_distance(given, name);
    const std::size_t last = near_distance(after_last_dot(given), after_last_dot(name));
    const std::size_t last_doubled =
        last == std::numeric_limits<std::size_t>::max() ? last : last * 2 + 1;
    const std::size_t whole_doubled =
        whole == std::numeric_limits<std::size_t>::max() ? whole : whole * 2;
    const std::size_t distance = std::min(whole_doubled, last_doubled);
    if (distance < best) {
      best = distance;
      nearest = name;
    }
  }
  return nearest;
}

std::string suggestion(std::string_view given, std::span<const std::string_view> known) {
  const std::string_view nearest = nearest_name(given, known);
  return nearest.empty() ? std::string() : fmt::format("; did you mean \"{}\"?", nearest);
}

}  // namespace gp::config
