/// Durations in settings: "20ms", "5s", "30m", "1h".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace gp::config {

/// A whole number and one of ms, s, m, h, at most one space between. Nothing for anything else or
/// over 100 years.
std::optional<Duration> parse_duration(std::string_view text);
/// In the largest unit that is exact; whole milliseconds only. 120 s is "2m".
std::string format_duration(Duration duration);

}  // namespace gp::config
