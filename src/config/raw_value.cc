#include "config/raw_value.h"

#include <fmt/core.h>

namespace gp::config {

std::string shown(std::string_view text, std::size_t characters_max) {
  std::string result;
  for (const char c : text.substr(0, characters_max))
    result.push_back(c >= 0x20 && c <= 0x7e ? c : '?');
  if (text.size() > characters_max) result.append("...");
  return result;
}

std::string given(const RawValue& value) {
  const bool is_text =
      value.form == RawValue::Form::kUntyped || value.form == RawValue::Form::kString;
  return is_text ? fmt::format("\"{}\"", shown(value.text)) : shown(value.text);
}

std::string quote_toml(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted.append({'\\', c});
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      quoted.append(fmt::format("\\u{:04X}", static_cast<unsigned>(c)));
    } else {
      quoted.push_back(c);
    }
  }
  quoted.push_back('"');
  return quoted;
}

}  // namespace gp::config
