#include "config/agent_settings.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "config/nearest_name.h"
#include "config/raw_value.h"
#include "config/url_check.h"
#include "protocol/codes.h"

namespace gp::config {
namespace {

constexpr std::array<std::string_view, 2> kKinds{"scripted", "openai"};

auto refuse(std::string message) { return fail(Code::internal, std::move(message)); }

bool is_name_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kAgentNameBytesMax &&
         std::all_of(name.begin(), name.end(), is_name_character);
}

}  // namespace

std::string_view to_string(AgentKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

Result<AgentSettings> check_agent(const AgentText& text) {
  if (!is_name(text.name))
    return refuse(fmt::format("agent name \"{}\" is not 1 to {} characters of A-Z a-z 0-9 . _ -",
                              shown(text.name), kAgentNameBytesMax));
  const auto kind = std::find(kKinds.begin(), kKinds.end(), text.kind);
  if (kind == kKinds.end())
    return refuse(fmt::format("agent {}: unknown kind \"{}\"{}; kinds are scripted and openai",
                              text.name, shown(text.kind), suggestion(text.kind, kKinds)));
  AgentSettings agent{.name = text.name,
                      .kind = static_cast<AgentKind>(kind - kKinds.begin()),
                      .url = text.url,
                      .model = text.model,
                      .api_key_file = text.api_key_file};
  if (agent.kind == AgentKind::kScripted) {
    if (!agent.url.empty() || !agent.api_key_file.empty())
      return refuse(fmt::format(
          "agent {}: the scripted agent is built in and takes no url or api_key_file", text.name));
    return agent;
  }
  if (agent.url.empty())
    return refuse(fmt::format(
        "agent {}: kind openai needs a url, such as http://127.0.0.1:11434/v1", text.name));
  // The URL is not quoted: it may hold a password.
  if (const std::string problem = url_problem(agent.url); !problem.empty())
    return refuse(fmt::format("agent {}: its url {}", text.name, problem));
  while (agent.url.ends_with('/')) agent.url.pop_back();
  return agent;
}

Result<AgentSettings> parse_agent_argument(std::string_view argument) {
  const std::size_t equals = argument.find('=');
  if (equals == std::string_view::npos)
    return refuse(
        fmt::format("agent \"{}\" is not of the form NAME=KIND[:URL][#MODEL]", shown(argument)));
  AgentText text;
  text.name = argument.substr(0, equals);
  std::string_view rest = argument.substr(equals + 1);
  if (const std::size_t hash = rest.find('#'); hash != std::string_view::npos) {
    text.model = rest.substr(hash + 1);
    rest = rest.substr(0, hash);
  }
  if (const std::size_t colon = rest.find(':'); colon != std::string_view::npos) {
    text.url = rest.substr(colon + 1);
    rest = rest.substr(0, colon);
  }
  text.kind = rest;
  return check_agent(text);
}

std::vector<AgentSettings> default_agents() {
  return {AgentSettings{.name = "default", .kind = AgentKind::kScripted}};
}

}  // namespace gp::config
