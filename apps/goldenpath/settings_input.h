/// Settings of a command line: --config, the environment, and flags that stand for settings.
#pragma once

#include <string>
#include <vector>

#include "config/load.h"

namespace gp::app {

struct SettingsInput {
  std::string config_file;
  std::vector<config::Flag> flags;
};

/// Errors: a sentence for the operator.
Result<config::LoadedSettings> load_settings(const SettingsInput& input);

}  // namespace gp::app
