/// JSON that an agent sent (tool arguments, results, usage), made safe to splice into an event.
#pragma once

#include <string>
#include <string_view>

namespace gp::agent {

/// Deepest nesting of a carried value: it leaves room for the event and batch around it under
/// JsonParser::kDepthMax.
inline constexpr std::size_t kCarriedDepthMax = 48;

/// `text` on one line if it is valid JSON and not too deep; otherwise `text` as a JSON string, so
/// that nothing is lost and no reader is poisoned. Empty stays empty.
std::string carry_json(std::string text);

/// As carry_json, but what is valid and neither an object nor a string becomes a string too.
std::string carry_arguments(std::string text);

/// As carry_json, but what is not a valid object becomes empty.
std::string carry_object(std::string text);

}  // namespace gp::agent
