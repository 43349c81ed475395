/// Server: one goldenpath process over the disk: the real chat and log on the schedule's core, with
/// its lives: start (recovery first), crash, drain.
///
/// A crash lets a random number of the oldest disk operations take effect and forgets everything
/// else, for the log and the store independently: they may be different systems. Whoever carries a
/// connection is told by `on_gone`.
#pragma once

#include <memory>

#include "chat/core_chat.h"
#include "registry.h"
#include "runtime/manual_core.h"
#include "schedule.h"
#include "script_agent.h"

namespace gp::sim {

class Server {
 public:
  /// `flush` writes to the links that are dirty; `gone`: all connections are dead.
  struct Listener {
    virtual void flush() = 0;
    virtual void on_server_gone() = 0;

   protected:
    ~Listener() = default;
  };

  Server(runtime::ManualCore& core, Disk& disk, const Schedule& schedule, Stage& stage,
         Listener& listener);
  ~Server();

  void start();
  void crash(Dice& dice);
  /// No new messages; ends, as if by its supervisor, when its runs are over or `patience` is.
  void drain(Dice& dice, Duration patience);

  bool up() const { return life_ != nullptr; }
  /// Takes connections.
  bool ready() const { return ready_ && !draining_; }
  bool draining() const { return draining_; }
  /// Nothing is under way.
  bool at_rest() const;
  chat::CoreChat& chat() { return *life_->chat; }

 private:
  struct Judge final : chat::TokenJudge {
    Result<chat::Session> judge(std::string_view token) override;
  };
  struct Life {
    Life(runtime::ManualCore& core, Disk& disk) : logs(core, disk.logs), store(core, disk.chat) {}
    log::MemoryLogStorage logs;
    store::MemoryChatStore store;
    std::unique_ptr<chat::CoreChat> chat;
    std::unique_ptr<chat::Recovery> recovery;
    runtime::Liveness liveness;
  };
  void finish_drain(Dice& dice);
  void check_drained(Dice& dice);

  runtime::ManualCore& core_;
  Disk& disk_;
  const Schedule& schedule_;
  Stage& stage_;
  Listener& listener_;
  metrics::CoreMetrics metrics_;
  Judge judge_;
  std::unique_ptr<Life> life_;
  runtime::Timer drain_timer_;
  runtime::Timer restart_timer_;
  bool ready_ = false;
  bool draining_ = false;
};

}  // namespace gp::sim
