#include "config/setting_table.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>

namespace gp::config {
namespace {

template <class Kind>
bool within(const typename Kind::Value& value, std::string_view least, std::string_view most) {
  if constexpr (Kind::kRanged) {
    return value >= *Kind::read(RawValue{.text = std::string(least)}) &&
           value <= *Kind::read(RawValue{.text = std::string(most)});
  } else {
    return true;
  }
}

template <class Kind>
bool store(typename Kind::Value& member, const RawValue& raw, std::string_view least,
           std::string_view most) {
  std::optional<typename Kind::Value> value = Kind::read(raw);
  if (!value.has_value() || !within<Kind>(*value, least, most)) return false;
  member = std::move(*value);
  return true;
}

constexpr SectionInfo kSections[] = {
#define GP_SECTION(name, Type, doc) {#name, doc},
#define GP_SETTING(section, name, Kind, default_text, least, most, change, doc)
#define GP_SECTION_END(name, Type)
#include "config/settings.def"
#undef GP_SECTION
#undef GP_SETTING
#undef GP_SECTION_END
};

#define GP_SECTION(name, Type, doc)
#define GP_SECTION_END(name, Type)

constexpr SettingInfo kSettings[] = {
#define GP_SETTING(section_, name_, Kind, default_text_, least_, most_, change_, doc_) \
  {.section = #section_,                                                               \
   .name = #name_,                                                                     \
   .key = #section_ "." #name_,                                                        \
   .kind = kinds::Kind::kName,                                                         \
   .default_text = default_text_,                                                      \
   .allowed_form = kinds::Kind::kAllowed,                                              \
   .least = least_,                                                                    \
   .most = most_,                                                                      \
   .change = Change::change_,                                                          \
   .doc = doc_,                                                                        \
   .set =                                                                              \
       [](Settings& settings, const RawValue& raw) {                                   \
         return store<kinds::Kind>(settings.section_.name_, raw, least_, most_);       \
       },                                                                              \
   .print = [](const Settings& settings) { return kinds::Kind::write(settings.section_.name_); }},
#include "config/settings.def"
#undef GP_SETTING
};

constexpr std::string_view kKeys[] = {
#define GP_SETTING(section, name, Kind, default_text, least, most, change, doc) #section "." #name,
#include "config/settings.def"
#undef GP_SETTING
};

#undef GP_SECTION
#undef GP_SECTION_END

}  // namespace

std::span<const SectionInfo> all_sections() { return kSections; }
std::span<const SettingInfo> all_settings() { return kSettings; }
std::span<const std::string_view> all_setting_keys() { return kKeys; }

const SettingInfo* find_setting(std::string_view key) {
  const auto* const found = std::find(std::begin(kKeys), std::end(kKeys), key);
  return found == std::end(kKeys) ? nullptr : &kSettings[found - std::begin(kKeys)];
}

std::string allowed_values(const SettingInfo& info) {
  if (info.least.empty()) return std::string(info.allowed_form);
  return fmt::format("{}, from {} to {}", info.allowed_form, info.least, info.most);
}

std::string environment_name(const SettingInfo& info) {
  std::string name = fmt::format("GOLDENPATH_{}_{}", info.section, info.name);
  for (char& c : name) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return name;
}

}  // namespace gp::config
