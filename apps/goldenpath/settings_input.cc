#include "goldenpath/settings_input.h"

#include <unistd.h>

#include "config/read_file.h"

namespace gp::app {

Result<config::LoadedSettings> load_settings(const SettingsInput& input) {
  config::Inputs inputs;
  if (!input.config_file.empty()) {
    inputs.file_name = input.config_file;
    GP_TRY(inputs.file_text, config::read_file(input.config_file));
  }
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals != std::string_view::npos)
      inputs.environment.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  inputs.flags = input.flags;
  return config::load(inputs);
}

}  // namespace gp::app
