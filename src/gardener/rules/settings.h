/// Settings: gardener.toml. Everything has a default; unknown tables and keys are refused with
/// file:line and the nearest known name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gardener/refs/reference.h"

namespace gp::rules {

/// [[ban]]: what must not come back.
struct Ban {
  std::string module{};
  bool file = false;                      ///< the module's file itself is banned too
  std::vector<refs::RefClass> classes{};  ///< `strings`; default: import, patch, import-module,
                                          ///< shell-import
  std::string message{};                  ///< shown with each finding: what to use instead
  std::size_t line = 0;
};

struct Settings {
  std::uint16_t target_minor = 0;          ///< target-version "3.11" is 11; 0: any version
  std::vector<std::string> roots{};        ///< source roots; empty: found
  std::vector<std::string> third_party{};  ///< top-level names that are not ours
  std::vector<std::string> exclude{};
  std::string baseline{};       ///< relative to the root; "": none
  std::string tests = "tests";  ///< where `tests --write` puts files by default
  std::vector<std::string> patch_callees{};
  std::vector<Ban> bans{};
};

/// Errors: Code::bad_request, "gardener.toml:7: unknown key "fiel"; did you mean "file"?".
Result<Settings> parse_settings(std::string_view text, std::string_view file_name);

/// "import,patch" as classes. Errors: the unknown name with the nearest; nothing between commas.
Result<std::vector<refs::RefClass>> parse_classes(std::string_view text);

}  // namespace gp::rules
