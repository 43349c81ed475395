/// Texts made from the table of settings: what `goldenpath config` prints, the sample file,
/// docs/settings.md.
#pragma once

#include <string>

#include "config/load.h"

namespace gp::config {

/// One line `section.key = value   # source` per setting, then the agents. It is TOML that loads to
/// the same settings. Secrets are never in it: settings hold the paths of secret files, not their
/// contents.
std::string describe(const LoadedSettings& loaded);

/// A settings file with every setting at its default, what it means and what is allowed.
std::string sample_file();

/// docs/settings.md: one table per section.
std::string settings_markdown();

}  // namespace gp::config
