#include "config/settings_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "config/raw_value.h"
#include "config/setting_table.h"

namespace gp::config {
namespace {

constexpr std::size_t kCommentColumns = 100;

/// "# " and the text, broken between words.
std::string comment(std::string_view text) {
  std::string lines;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (column == 0 || column + 1 + word.size() > kCommentColumns) {
      lines.append(lines.empty() ? "#" : "\n#");
      column = 1;
    }
    lines.append(" ").append(word);
    column += 1 + word.size();
  }
  return lines + "\n";
}

std::string_view takes_effect(const SettingInfo& info) {
  return info.change == Change::kLive ? "live" : "restart";
}

/// An [[agent]] table; `note` follows its header.
std::string agent_text(const AgentSettings& agent, std::string_view note) {
  std::string text = fmt::format("[[agent]]{}\nname = {}\nkind = {}\n", note,
                                 quote_toml(agent.name), quote_toml(to_string(agent.kind)));
  if (!agent.url.empty()) text.append(fmt::format("url = {}\n", quote_toml(agent.url)));
  if (!agent.model.empty()) text.append(fmt::format("model = {}\n", quote_toml(agent.model)));
  if (!agent.api_key_file.empty())
    text.append(fmt::format("api_key_file = {}\n", quote_toml(agent.api_key_file)));
  return text;
}

constexpr std::string_view kAgentsMarkdown = R"(
## agent

Agents are `[[agent]]` tables in the file, or flags `--agent NAME=KIND[:URL][#MODEL]`, which
replace the file's. Without any there is one, `default`, of kind `scripted`. The first one answers
messages that name no agent.

| key | meaning |
|---|---|
| `name` | 1 to 64 characters of A-Z a-z 0-9 . _ -; names must differ |
| `kind` | `scripted` (built in, deterministic) or `openai` (an OpenAI-compatible server) |
| `url` | of `openai`, required: a base such as `https://api.example/v1`, no user name or query |
| `model` | the model asked for; empty leaves the choice to the agent |
| `api_key_file` | of `openai`: the file with the API key; empty sends none |
)";

constexpr std::string_view kSampleAgents = R"(
# Agents, any number; without any there is "default", scripted. The first answers messages that
# name none.
[[agent]]
name = "default"
kind = "scripted"

# [[agent]]
# name = "gpt"
# kind = "openai"
# url = "https://api.example/v1"
# model = "gpt-4o"
# api_key_file = "/etc/goldenpath/openai.key"
)";

}  // namespace

std::string describe(const LoadedSettings& loaded) {
  std::string text;
  for (const SettingInfo& info : all_settings())
    text.append(fmt::format("{} = {}   # {}\n", info.key, info.print(loaded.settings()),
                            loaded.source(info.key)));
  const auto& agents = loaded.settings().agents;
  for (std::size_t i = 0; i < agents.size(); ++i)
    text.append("\n").append(
        agent_text(agents[i], fmt::format("   # {}", loaded.agent_sources()[i])));
  return text;
}

std::string sample_file() {
  const Settings defaults = default_settings();
  std::string text =
      "# Settings of goldenpath. Every setting is here at its default; remove what you do not "
      "change.\n"
      "# An environment variable GOLDENPATH_SECTION_KEY overrides the file, a flag overrides "
      "both.\n";
  for (const SectionInfo& section : all_sections()) {
    text.append("\n").append(comment(section.doc)).append(fmt::format("[{}]\n", section.name));
    for (const SettingInfo& info : all_settings()) {
      if (info.section != section.name) continue;
      text.append("\n")
          .append(comment(info.doc))
          .append(comment(fmt::format("Allowed: {}. Takes effect: {}.", allowed_values(info),
                                      takes_effect(info))))
          .append(fmt::format("{} = {}\n", info.name, info.print(defaults)));
    }
  }
  return text.append(kSampleAgents);
}

std::string settings_markdown() {
  const Settings defaults = default_settings();
  std::string text =
      "# Settings\n\n"
      "Made from `src/config/settings.def`. Order of sources, the later wins: default, file "
      "(`goldenpath.toml`), environment\n(`GOLDENPATH_SECTION_KEY`), flags. `goldenpath config` "
      "prints "
      "every value in force and where it came from. An unknown\nsetting or `GOLDENPATH_` variable "
      "is an "
      "error.\n";
  for (const SectionInfo& section : all_sections()) {
    text.append(fmt::format("\n## {}\n\n{}\n\n", section.name, section.doc));
    text.append("| setting | kind | default | allowed | takes effect | meaning |\n");
    text.append("|---|---|---|---|---|---|\n");
    for (const SettingInfo& info : all_settings()) {
      if (info.section != section.name) continue;
      text.append(fmt::format("| `{}` | {} | `{}` | {} | {} | {} |\n", info.key, info.kind,
                              info.print(defaults), allowed_values(info), takes_effect(info),
                              info.doc));
    }
  }
  return text.append(kAgentsMarkdown);
}

}  // namespace gp::config
