/// Settings: every setting of goldenpath, typed: settings.server.listen, settings.limits.heartbeat
/// …
///
/// The members come from settings.def, which also holds their defaults, ranges and meaning. Values
/// made by load() or default_settings() are valid; code that gets a Settings does not check it
/// again. Thread: a value; immutable once loaded, so every core may read one copy.
#pragma once

#include <vector>

#include "config/agent_settings.h"
#include "config/setting_kinds.h"

namespace gp::config {

struct Settings {
#define GP_SECTION(name, Type, doc) struct Type {
#define GP_SETTING(section, name, Kind, default_text, least, most, change, doc) \
  kinds::Kind::Value name{};
#define GP_SECTION_END(name, Type)                            \
  friend bool operator==(const Type&, const Type&) = default; \
  }                                                           \
  name{};
#include "config/settings.def"
#undef GP_SECTION
#undef GP_SETTING
#undef GP_SECTION_END

  std::vector<AgentSettings> agents{};  ///< at least one; names differ; the first is the default

  friend bool operator==(const Settings&, const Settings&) = default;
};

/// What an empty file, an empty environment and no flags give.
Settings default_settings();

/// Whether anybody may get a demo session: auth.demo, where `auto` means no key file and a loopback
/// address.
bool demo_enabled(const Settings& settings);

}  // namespace gp::config
