#include "config/load.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "config/nearest_name.h"
#include "config/setting_table.h"
#include "config/toml_document.h"
#include "protocol/codes.h"

namespace gp::config {
namespace {

constexpr std::string_view kEnvironmentPrefix = "GOLDENPATH_";
constexpr std::array<std::string_view, 5> kAgentKeys{"name", "kind", "url", "model",
                                                     "api_key_file"};

/// Gathers values, sources and problems; each apply_* overrides what came before it.
class Loader {
 public:
  explicit Loader(const Inputs& inputs) : inputs_(inputs), settings_(default_settings()) {
    sources_.assign(all_settings().size(), "default");
    agent_sources_.assign(settings_.agents.size(), "default");
  }

  Result<LoadedSettings> run() {
    if (inputs_.file_text.has_value()) {
      GP_TRY(const auto document, parse_toml(*inputs_.file_text, inputs_.file_name));
      apply_file(document);
    }
    apply_environment();
    apply_flags();
    check_together();
    if (!problems_.empty()) return fail(Code::internal, problems_text());
    return LoadedSettings(std::move(settings_), std::move(sources_), std::move(agent_sources_));
  }

 private:
  void apply_file(const TomlDocument& document) {
    for (const TomlEntry& entry : document.entries) {
      const std::string place = at_line(entry.line);
      if (entry.key == "agent" || entry.key.starts_with("agent.")) {
        problem(place, "agents are written as [[agent]] tables");
      } else {
        set(entry.key, entry.value, place, fmt::format("file {}", place));
      }
    }
    for (const TomlSection& section : document.empty_sections) check_empty_section(section);
    if (document.agents.empty()) return;
    clear_agents();
    for (const TomlTable& table : document.agents) add_agent_table(table);
  }

  void apply_environment() {
    for (const auto& [name, value] : inputs_.environment) {
      if (!name.starts_with(kEnvironmentPrefix)) continue;
      const std::string place = fmt::format("environment {}", shown(name));
      const SettingInfo* info = find_by_environment_name(name);
      if (info == nullptr) {
        problem(place, "no setting has this name" + suggest_environment_name(name));
      } else {
        set(info->key, RawValue{.text = value}, place, place);
      }
    }
  }

  void apply_flags() {
    bool has_agents = false;
    for (const Flag& flag : inputs_.flags) {
      const std::string place = fmt::format("flag {}", flag.name);
      if (flag.key != "agent") {
        set(flag.key, RawValue{.text = flag.value}, place, place);
        continue;
      }
      if (!has_agents) clear_agents();
      has_agents = true;
      add_agent(parse_agent_argument(flag.value), place, place);
    }
  }

  /// Checks that need more than one setting.
  void check_together() {
    const Settings::Auth& auth = settings_.auth;
    if (!auth.jwt_secret_file.empty() && !auth.jwt_public_key_file.empty())
      problem(
          place_of("auth.jwt_public_key_file"),
          "auth.jwt_secret_file and auth.jwt_public_key_file are both given; give one, for tokens "
          "are made with one key");
    if (settings_.server.proxy_protocol == Switch::kOn && settings_.server.trusted_proxies.empty())
      problem(place_of("server.proxy_protocol"),
              "server.proxy_protocol needs server.trusted_proxies: nobody else may tell addresses");
    const Settings::Tls& tls = settings_.tls;
    if (tls.certificate_file.empty() != tls.key_file.empty())
      problem(place_of(tls.certificate_file.empty() ? "tls.key_file" : "tls.certificate_file"),
              "tls.certificate_file and tls.key_file belong together; give both, or none for plain "
              "HTTP");
    if (tls.certificate_file.empty() && !tls.more_certificates.empty())
      problem(place_of("tls.more_certificates"),
              "tls.more_certificates needs tls.certificate_file, which clients get that ask for no "
              "name");
    if (settings_.limits.dead_peer <= settings_.limits.heartbeat)
      problem(
          place_of("limits.dead_peer"),
          "limits.dead_peer must be longer than limits.heartbeat, or every quiet peer is dropped");
  }

  void set(std::string_view key, const RawValue& raw, const std::string& place,
           std::string source) {
    const SettingInfo* info = find_setting(key);
    if (info == nullptr) {
      problem(place, fmt::format("unknown setting \"{}\"{}", shown(key),
                                 suggestion(key, all_setting_keys())));
    } else if (!info->set(settings_, raw)) {
      problem(place,
              fmt::format("{} is {}; allowed: {}", info->key, given(raw), allowed_values(*info)));
    } else {
      sources_[static_cast<std::size_t>(info - all_settings().data())] = std::move(source);
    }
  }

  void check_empty_section(const TomlSection& section) {
    std::vector<std::string_view> names;
    for (const SectionInfo& info : all_sections()) names.push_back(info.name);
    if (std::find(names.begin(), names.end(), section.name) != names.end()) return;
    problem(at_line(section.line), fmt::format("unknown section \"{}\"{}", shown(section.name),
                                               suggestion(section.name, names)));
  }

  void add_agent_table(const TomlTable& table) {
    AgentText text;
    const std::array<std::string*, kAgentKeys.size()> members{&text.name, &text.kind, &text.url,
                                                              &text.model, &text.api_key_file};
    bool usable = true;
    for (const TomlEntry& entry : table.entries) {
      const auto found = std::find(kAgentKeys.begin(), kAgentKeys.end(), entry.key);
      if (found == kAgentKeys.end()) {
        usable = problem(at_line(entry.line),
                         fmt::format("unknown key \"{}\" of an agent{}", shown(entry.key),
                                     suggestion(entry.key, kAgentKeys)));
      } else if (const auto value = kinds::Text::read(entry.value)) {
        *members[static_cast<std::size_t>(found - kAgentKeys.begin())] = *value;
      } else {
        usable =
            problem(at_line(entry.line), fmt::format("{} of an agent is {}; allowed: {}", *found,
                                                     given(entry.value), kinds::Text::kAllowed));
      }
    }
    const std::string place = at_line(table.line);
    if (usable) add_agent(check_agent(text), place, fmt::format("file {}", place));
  }

  void add_agent(Result<AgentSettings> agent, const std::string& place, std::string source) {
    if (!agent.has_value()) {
      problem(place, agent.error().message);
      return;
    }
    for (const AgentSettings& other : settings_.agents) {
      if (other.name != agent.value().name) continue;
      problem(place, fmt::format("two agents are called {}; names must differ", other.name));
      return;
    }
    if (settings_.agents.size() >= kAgentsMax) {
      problem(place, fmt::format("more than {} agents", kAgentsMax));
      return;
    }
    settings_.agents.push_back(std::move(agent).value());
    agent_sources_.push_back(std::move(source));
  }

  void clear_agents() {
    settings_.agents.clear();
    agent_sources_.clear();
  }

  static const SettingInfo* find_by_environment_name(std::string_view name) {
    for (const SettingInfo& info : all_settings()) {
      if (environment_name(info) == name) return &info;
    }
    return nullptr;
  }

  static std::string suggest_environment_name(std::string_view name) {
    std::vector<std::string> names;
    for (const SettingInfo& info : all_settings())
      names.push_back(environment_name(info).substr(kEnvironmentPrefix.size()));
    const std::vector<std::string_view> views(names.begin(), names.end());
    const std::string_view nearest = nearest_name(name.substr(kEnvironmentPrefix.size()), views);
    return nearest.empty() ? std::string()
                           : fmt::format("; did you mean {}{}?", kEnvironmentPrefix, nearest);
  }

  std::string at_line(std::size_t line) const {
    return fmt::format("{}:{}", inputs_.file_name, line);
  }

  /// Where the value of `key` came from, as problems begin.
  std::string place_of(std::string_view key) const {
    const SettingInfo* info = find_setting(key);
    std::string place = sources_[static_cast<std::size_t>(info - all_settings().data())];
    return place.starts_with("file ") ? place.substr(5) : place;
  }

  /// Always false, so that it can end a check.
  bool problem(std::string_view place, std::string_view text) {
    ++problem_count_;
    if (problems_.size() < kProblemsMax) problems_.push_back(fmt::format("{}: {}", place, text));
    return false;
  }

  std::string problems_text() const {
    std::string text;
    for (const std::string& line : problems_) text.append(text.empty() ? "" : "\n").append(line);
    if (problem_count_ > problems_.size())
      text.append(fmt::format("\nand {} more", problem_count_ - problems_.size()));
    return text;
  }

  const Inputs& inputs_;
  Settings settings_;
  std::vector<std::string> sources_;
  std::vector<std::string> agent_sources_;
  std::vector<std::string> problems_;
  std::size_t problem_count_ = 0;
};

}  // namespace

LoadedSettings::LoadedSettings(Settings settings, std::vector<std::string> sources,
                               std::vector<std::string> agent_sources)
    : settings_(std::move(settings)),
      sources_(std::move(sources)),
      agent_sources_(std::move(agent_sources)) {}

std::string_view LoadedSettings::source(std::string_view key) const {
  const SettingInfo* info = find_setting(key);
  if (info == nullptr) return {};
  return sources_[static_cast<std::size_t>(info - all_settings().data())];
}

Result<LoadedSettings> load(const Inputs& inputs) { return Loader(inputs).run(); }

}  // namespace gp::config
