/// Byte counts in settings and limits: constants, and the text form "64KiB".
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace gp {

inline constexpr std::size_t kKiB = 1024;
inline constexpr std::size_t kMiB = 1024 * kKiB;
inline constexpr std::size_t kGiB = 1024 * kMiB;

/// "512", "64KiB", "1 MiB", "2GiB"; nothing if it is not such a text or does not fit.
std::optional<std::size_t> parse_byte_size(std::string_view text);

/// The shortest exact form: 65536 is "64KiB", 1000 is "1000".
std::string format_byte_size(std::size_t bytes);

}  // namespace gp
