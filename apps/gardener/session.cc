#include "gardener/session.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "config/read_file.h"
#include "gardener/python/scan.h"
#include "protocol/codes.h"

namespace gp::app {
namespace {

constexpr std::string_view kSettingsFile = "gardener.toml";

Result<rules::Settings> read_settings(const GlobalFlags& flags) {
  const std::string path =
      flags.config.empty() ? flags.root + "/" + std::string(kSettingsFile) : flags.config;
  auto text = config::read_file(path);
  if (text.has_error()) {
    if (flags.config.empty() && text.error().code == Code::not_found) return rules::Settings{};
    return fail(Code::bad_request, text.error().message);
  }
  const std::string shown = flags.config.empty() ? std::string(kSettingsFile) : flags.config;
  return rules::parse_settings(text.value(), shown);
}

/// As the XDG base directory specification says; "" without a home.
std::string cache_folder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && cache[0] == '/') return std::string(cache) + "/gardener";
  const char* home = std::getenv("HOME");
  return home != nullptr && home[0] == '/' ? std::string(home) + "/.cache/gardener" : std::string();
}

bool is_dotted(std::string_view text) {
  std::size_t begin = 0;
  for (;;) {
    const std::size_t dot = std::min(text.find('.', begin), text.size());
    if (!python::is_identifier(text.substr(begin, dot - begin))) return false;
    if (dot == text.size()) return true;
    begin = dot + 1;
  }
}

}  // namespace

graph::CodeBaseOptions Session::code_options(const GlobalFlags& flags) const {
  return {.roots = settings.roots,
          .third_party = settings.third_party,
          .jobs = flags.jobs,
          .cache = flags.no_cache ? std::string() : cache_folder()};
}

refs::RefsOptions Session::refs_options(const GlobalFlags& flags) const {
  return {.roots = settings.roots, .patch_callees = settings.patch_callees, .jobs = flags.jobs};
}

Result<Session> open_session(const GlobalFlags& flags) {
  std::error_code error;
  if (!std::filesystem::is_directory(flags.root, error))
    return fail(Code::bad_request, "--root " + flags.root + ": is no folder");
  GP_TRY(rules::Settings settings, read_settings(flags));
  graph::TreeOptions options{.root = flags.root, .exclude = settings.exclude};
  options.exclude.insert(options.exclude.end(), flags.exclude.begin(), flags.exclude.end());
  GP_TRY(graph::SourceTree tree, graph::SourceTree::open(std::move(options)));
  return Session{.settings = std::move(settings), .tree = std::move(tree)};
}

Result<std::string> module_argument(std::string text) {
  if (is_dotted(text)) return text;
  std::string as_module = text;
  if (as_module.starts_with("./")) as_module.erase(0, 2);
  if (as_module.ends_with(".py")) as_module.resize(as_module.size() - 3);
  if (as_module.ends_with("/__init__")) as_module.resize(as_module.size() - 9);
  while (as_module.ends_with('/')) as_module.pop_back();
  std::replace(as_module.begin(), as_module.end(), '/', '.');
  if (as_module != text && is_dotted(as_module)) return as_module;
  // Folders above the packages may have any name: some-project/package/module.py.
  const std::size_t slash = text.rfind('/');
  for (std::size_t dot = 0; slash != std::string::npos && dot != std::string::npos;
       dot = as_module.find('.')) {
    if (is_dotted(as_module)) return as_module;
    as_module.erase(0, as_module.find('.') + 1);
  }
  return fail(Code::bad_request,
              "MODULE " + text + ": write a dotted name, such as package.module");
}

}  // namespace gp::app
