/// "did you mean …?": the known name nearest to a mistyped one.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace gp::config {

/// The name with the smallest edit distance (Levenshtein) to `given`, compared as a whole and by
/// what follows its last dot; empty if none is near (more than half of the longer text would
/// change).
std::string_view nearest_name(std::string_view given, std::span<const std::string_view> known);

/// `; did you mean "server.listen"?`, or empty.
std::string suggestion(std::string_view given, std::span<const std::string_view> known);

}  // namespace gp::config
