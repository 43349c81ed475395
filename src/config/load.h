/// load(): default < file < environment < flags, checked together, each value with its source.
///
/// Pure: no file, no environment, no clock. read_file() (config/read_file.h) and main() gather the
/// Inputs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "config/settings.h"

namespace gp::config {

/// Most problems named in one error; the rest is counted.
inline constexpr std::size_t kProblemsMax = 20;

struct Flag {
  std::string key;  ///< "server.listen"; "agent" for NAME=KIND[:URL][#MODEL], any number of times
  std::string value;
  std::string name;  ///< as the user typed it, "--listen"
};

struct Inputs {
  std::string file_name{"goldenpath.toml"};  ///< for messages
  std::optional<std::string> file_text{};    ///< absent: no file
  /// Name and value. Only names beginning with GOLDENPATH_ are looked at; an unknown one of these
  /// is an error.
  std::vector<std::pair<std::string, std::string>> environment{};
  std::vector<Flag> flags{};  ///< of one key the last counts; agents add up and replace the file's
};

/// Settings and where each came from. Immutable.
class LoadedSettings {
 public:
  LoadedSettings(Settings settings, std::vector<std::string> sources,
                 std::vector<std::string> agent_sources);

  const Settings& settings() const { return settings_; }
  /// "default", "file goldenpath.toml:12", "environment GOLDENPATH_…" or "flag --listen"; empty for
  /// an unknown key.
  std::string_view source(std::string_view key) const;
  /// Of settings().agents, in their order.
  const std::vector<std::string>& agent_sources() const { return agent_sources_; }

 private:
  Settings settings_;
  std::vector<std::string> sources_;  ///< in the order of all_settings()
  std::vector<std::string> agent_sources_;
};

/// Errors: Code::internal (for the operator); one line per problem with its place, what was given
/// and what is allowed.
Result<LoadedSettings> load(const Inputs& inputs);

}  // namespace gp::config
