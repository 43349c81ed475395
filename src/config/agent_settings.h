/// AgentSettings: one agent that runs can be given to, from an [[agent]] table or a flag.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace gp::config {

enum class AgentKind {
  kScripted,  ///< built in, deterministic
  kOpenai,    ///< POST {url}/chat/completions
};
std::string_view to_string(AgentKind kind);

inline constexpr std::size_t kAgentNameBytesMax = 64;
inline constexpr std::size_t kAgentsMax = 64;

struct AgentSettings {
  std::string name{};
  AgentKind kind = AgentKind::kScripted;
  std::string url{};           ///< of kOpenai: the base, without a trailing slash
  std::string model{};         ///< empty: the agent's own choice
  std::string api_key_file{};  ///< empty: no key is sent

  friend bool operator==(const AgentSettings&, const AgentSettings&) = default;
};

/// An agent as written, before it is checked.
struct AgentText {
  std::string name{};
  std::string kind{};
  std::string url{};
  std::string model{};
  std::string api_key_file{};
};

/// Errors: Code::internal with a sentence (for the operator): a name that is not 1 to
/// kAgentNameBytesMax characters of A-Z a-z 0-9 . _ -, an unknown kind, openai without a URL, a bad
/// URL, scripted with a URL or key.
Result<AgentSettings> check_agent(const AgentText& text);

/// `NAME=KIND[:URL][#MODEL]`, as in `gpt=openai:https://api.example/v1#gpt-4o`. Errors: as
/// check_agent.
Result<AgentSettings> parse_agent_argument(std::string_view argument);

/// The agents when none are configured: `default`, scripted.
std::vector<AgentSettings> default_agents();

}  // namespace gp::config
