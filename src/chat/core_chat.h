/// CoreChat: everything of chat on one core, built in the order in which it depends on itself.
#pragma once

#include "chat/connection_manager.h"
#include "chat/recovery.h"

namespace gp::chat {

struct CoreChat {
  CoreChat(runtime::Core& core, log::LogStorage& storage, store::ChatStore& store,
           Agents all_agents, TokenJudge& judge, const ChatLimits& chat_limits,
           const log::LogLimits& log_limits, metrics::CoreMetrics& metrics)
      : agents(std::move(all_agents)),
        limits(chat_limits),
        logs(core, storage, log_limits, metrics),
        services{core, logs, store, agents, metrics, limits},
        runs(services),
        threads(services, runs),
        connections(services, threads, judge) {}

  Agents agents;
  ChatLimits limits;
  log::LogDirectory logs;
  ChatServices services;
  RunSupervisor runs;
  ThreadService threads;
  ConnectionManager connections;
};

}  // namespace gp::chat
