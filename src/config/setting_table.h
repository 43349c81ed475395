/// The table behind settings.def at run time: one SettingInfo per line, in its order.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "config/raw_value.h"
#include "config/settings.h"

namespace gp::config {

enum class Change {
  kLive,     ///< taken on when the settings are read again
  kRestart,  ///< needs a restart
};

struct SectionInfo {
  std::string_view name;
  std::string_view doc;
};

struct SettingInfo {
  std::string_view section;
  std::string_view name;
  std::string_view key;  ///< "section.name"
  std::string_view kind;
  std::string_view default_text;
  std::string_view allowed_form;
  std::string_view least;  ///< empty if the kind has no range
  std::string_view most;
  Change change;
  std::string_view doc;
  /// Stores the value; false, and nothing stored, if it is of the wrong form or out of range.
  bool (*set)(Settings& settings, const RawValue& raw);
  /// The value as TOML.
  std::string (*print)(const Settings& settings);
};

std::span<const SectionInfo> all_sections();
std::span<const SettingInfo> all_settings();
/// "section.name" of each, for suggestions.
std::span<const std::string_view> all_setting_keys();
/// nullptr if there is none.
const SettingInfo* find_setting(std::string_view key);

/// "a byte size such as "64KiB" or 65536, from 1KiB to 64MiB".
std::string allowed_values(const SettingInfo& info);
/// "GOLDENPATH_SERVER_LISTEN" of server.listen.
std::string environment_name(const SettingInfo& info);

}  // namespace gp::config
