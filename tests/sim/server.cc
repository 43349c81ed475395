#include "server.h"

namespace gp::sim {

Result<chat::Session> Server::Judge::judge(std::string_view token) {
  if (token == "expired") return fail(Code::token_expired, "expired");
  return chat::Session{UserId(std::string(token)), {}, std::nullopt};
}

Server::Server(runtime::ManualCore& core, Disk& disk, const Schedule& schedule, Stage& stage,
               Listener& listener)
    : core_(core),
      disk_(disk),
      schedule_(schedule),
      stage_(stage),
      listener_(listener),
      drain_timer_(core),
      restart_timer_(core) {}

Server::~Server() = default;

void Server::start() {
  runtime::Core::Turn turn(core_);
  ++stage_.life;
  life_ = std::make_unique<Life>(core_, disk_);
  chat::Agents agents;
  agents.add(AgentName("default"), std::make_unique<ScriptAgent>(stage_));
  life_->chat =
      std::make_unique<chat::CoreChat>(core_, life_->logs, life_->store, std::move(agents), judge_,
                                       schedule_.chat, schedule_.log, metrics_);
  // After the log's hook, which wakes the cursors.
  core_.at_turn_end([this, token = life_->liveness.token()] {
    if (token.alive()) listener_.flush();
  });
  life_->recovery =
      std::make_unique<chat::Recovery>(life_->chat->services, [](const UserId&) { return true; });
  life_->recovery->start([this, token = life_->liveness.token()](Result<std::size_t> ended) {
    if (!token.alive()) return;
    ready_ = ended.has_value();
    stage_.trace.line(core_.now(), "server: life {} {}", stage_.life,
                      ready_ ? fmt::format("is ready, {} runs recovered", ended.value())
                             : "cannot recover: " + ended.error().message);
    // A server that cannot recover is started again by its supervisor.
    if (!ready_) {
      restart_timer_.arm(std::chrono::milliseconds(50), [this] {
        crash(stage_.dice);
        start();
      });
    }
  });
}

void Server::crash(Dice& dice) {
  if (life_ == nullptr) return;
  runtime::Core::Turn turn(core_);
  const std::uint64_t logs = dice.below(life_->logs.waiting() + 1);
  const std::uint64_t store = dice.below(life_->store.waiting() + 1);
  stage_.trace.line(core_.now(),
                    "server: crash, {} of {} log writes and {} of {} store writes kept", logs,
                    life_->logs.waiting(), store, life_->store.waiting());
  life_->logs.crash(logs);
  life_->store.crash(store);
  listener_.on_server_gone();
  life_->recovery.reset();
  life_->chat.reset();
  life_.reset();
  drain_timer_.cancel();
  restart_timer_.cancel();
  ready_ = draining_ = false;
}

void Server::drain(Dice& dice, Duration patience) {
  if (life_ == nullptr || !ready()) return;
  runtime::Core::Turn turn(core_);
  stage_.trace.line(core_.now(), "server: drains");
  draining_ = true;
  life_->chat->threads.begin_drain();
  life_->chat->connections.send_goaway(std::chrono::seconds(1));
  drain_timer_.arm(patience, [this, &dice] { finish_drain(dice); });
}

void Server::finish_drain(Dice& dice) {
  stage_.trace.line(core_.now(), "server: interrupts its runs");
  life_->chat->runs.interrupt_all();
  check_drained(dice);
}

void Server::check_drained(Dice& dice) {
  drain_timer_.arm(std::chrono::milliseconds(20), [this, &dice] {
    if (life_->chat->runs.active() > 0) return check_drained(dice);
    life_->chat->connections.close_all();
    // The process ends when its last bytes are out; a storage that has not answered is not waited
    // for.
    drain_timer_.arm(std::chrono::milliseconds(60), [this, &dice] {
      crash(dice);
      start();
    });
  });
}

bool Server::at_rest() const {
  return ready() && life_->logs.waiting() == 0 && life_->store.waiting() == 0 &&
         life_->chat->logs.committer().uncommitted_bytes() == 0 && life_->chat->runs.active() == 0;
}

}  // namespace gp::sim
