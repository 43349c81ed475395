/// TomlDocument: a TOML text (toml.io v1.0.0) flattened to keys with values and line numbers.
/// toml++ stands behind it (toml_plus.h).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/raw_value.h"

namespace gp::config {

/// Largest text read.
inline constexpr std::size_t kTomlBytesMax = 256 * 1024;
/// Most dots in a text. Each may open one more table inside another, and toml++ visits nested
/// tables by recursion without a limit of its own, so this bounds the stack. A settings file has
/// some hundreds, mostly in comments.
inline constexpr std::size_t kTomlDotsMax = 2048;

struct TomlEntry {
  std::string key;  ///< "server.listen"; "listen" at the top
  RawValue value;   ///< tables deeper than the section are Form::kOther
  std::size_t line = 0;
};

struct TomlTable {
  std::vector<TomlEntry> entries{};  ///< keys without the table's own name
  std::size_t line = 0;
};

struct TomlSection {
  std::string name;
  std::size_t line = 0;
};

struct TomlDocument {
  std::vector<TomlEntry> entries{};  ///< in the order of the file
  std::vector<TomlTable> agents{};   ///< the [[agent]] tables
  std::vector<TomlSection> empty_sections{};
};

/// Errors: Code::internal with "file_name:line: " and what is wrong (for the operator).
Result<TomlDocument> parse_toml(std::string_view text, std::string_view file_name);

}  // namespace gp::config
