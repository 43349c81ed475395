#include "config/settings.h"

#include "base/assert.h"
#include "config/listen_address.h"
#include "config/setting_table.h"

namespace gp::config {

Settings default_settings() {
  Settings settings;
  for (const SettingInfo& info : all_settings()) {
    const RawValue raw{.text = std::string(info.default_text)};
    GP_ASSERT(info.set(settings, raw),
              "a default in settings.def is not a value of its kind and range");
  }
  settings.agents = default_agents();
  return settings;
}

bool demo_enabled(const Settings& settings) {
  switch (settings.auth.demo) {
    case DemoMode::kOn: return true;
    case DemoMode::kOff: return false;
    case DemoMode::kAuto: break;
  }
  return settings.auth.jwt_secret_file.empty() && settings.auth.jwt_public_key_file.empty() &&
         is_loopback(settings.server.listen);
}

}  // namespace gp::config
