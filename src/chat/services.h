/// ChatServices: what the parts of chat on one core share. Built by CoreChat (core_chat.h); all
/// references outlive it.
#pragma once

#include <memory>
#include <unordered_map>

#include "agent/agent.h"
#include "chat/limits.h"
#include "log/log_directory.h"
#include "metrics/core_metrics.h"
#include "runtime/core.h"
#include "store/chat_store.h"

namespace gp::chat {

/// The configured agents of one core. An empty name means `default`, or the only one.
class Agents {
 public:
  void add(AgentName name, std::unique_ptr<agent::Agent> agent) {
    agents_[std::move(name)] = std::move(agent);
  }

  /// The name itself if it is known, the default's if it is empty; an empty name if there is no
  /// such agent.
  AgentName resolve(const AgentName& name) const {
    if (agents_.contains(name)) return name;
    if (!name.empty()) return AgentName();
    if (const AgentName fallback("default"); agents_.contains(fallback)) return fallback;
    return agents_.size() == 1 ? agents_.begin()->first : AgentName();
  }
  /// `name` must have come from resolve().
  agent::Agent& get(const AgentName& name) const { return *agents_.at(name); }
  bool has(const AgentName& name) const { return agents_.contains(name); }

 private:
  std::unordered_map<AgentName, std::unique_ptr<agent::Agent>> agents_;
};

struct ChatServices {
  runtime::Core& core;
  log::LogDirectory& logs;
  store::ChatStore& store;
  Agents& agents;
  metrics::CoreMetrics& metrics;
  const ChatLimits& limits;
};

}  // namespace gp::chat
