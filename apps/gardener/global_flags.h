/// GlobalFlags: what every command takes, before or after its name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace gp::app {

enum class Format : std::uint8_t { kText, kJson, kSarif, kMarkdown, kGithub };

struct GlobalFlags {
  std::string root = ".";
  std::string config{};  ///< "": gardener.toml of the root, if there is one
  std::string format = "text";
  std::string color = "auto";
  std::vector<std::string> exclude{};
  unsigned jobs = 0;
  bool quiet = false;
  bool no_cache = false;
};

/// The format asked for. Errors: the command cannot write it; the message lists what it can.
Result<Format> format_of(const GlobalFlags& flags, std::initializer_list<Format> known);
std::string_view name_of(Format format);

}  // namespace gp::app
