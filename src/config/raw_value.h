/// RawValue: a setting's value as its source gave it, before the setting's kind has read it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gp::config {

struct RawValue {
  enum class Form {
    kUntyped,  ///< from the environment or a flag: `text` is all there is
    kString,   ///< `text`
    kInteger,  ///< `integer`
    kStrings,  ///< `strings`
    kOther,    ///< a float, a boolean, a date, a table, a mixed array: no setting takes it
  };
  Form form = Form::kUntyped;
  std::string text{};  ///< for messages what was written, in every form
  std::int64_t integer = 0;
  std::vector<std::string> strings{};
};

inline constexpr std::size_t kShownCharactersMax = 60;

/// Printable ASCII on one line, cut after `characters_max`: what a message shows of something
/// foreign.
std::string shown(std::string_view text, std::size_t characters_max = kShownCharactersMax);
/// What was given, for a message: strings in quotes, other forms as written.
std::string given(const RawValue& value);
/// A TOML basic string with quotes and escapes.
std::string quote_toml(std::string_view text);

}  // namespace gp::config
