/// UTF-8 for what agents say: a stream may carry bytes that are none, and its tokens must not be
/// lost for it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gp::agent {

/// `text`, with each maximal invalid part replaced by U+FFFD. Source: Unicode 15 section 3.9,
/// "U+FFFD Substitution of Maximal Subparts", which is what the WHATWG decoder of Server-Sent
/// Events does too. Valid text is returned unchanged.
std::string replace_invalid_utf8(std::string text);

/// The longest beginning of valid `text` of at most `bytes_max` bytes that does not cut a
/// character.
std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max);

}  // namespace gp::agent
