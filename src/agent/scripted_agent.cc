#include "agent/scripted_agent.h"

#include <algorithm>
#include <utility>

#include "agent/script.h"

namespace gp::agent {
namespace {

constexpr Duration kTickMin = std::chrono::milliseconds(1);

class ScriptedExecution final : public AgentExecution {
 public:
  ScriptedExecution(runtime::Core& core, Script script, AgentSink& sink)
      : core_(core), script_(std::move(script)), sink_(sink), timer_(core), origin_(core.now()) {
    go_on(origin_);
  }

  void pause() override {
    if (paused_) return;
    paused_ = true;
    paused_at_ = core_.now();
    timer_.cancel();
  }

  void resume() override {
    if (!paused_) return;
    paused_ = false;
    const MonotonicTime now = core_.now();
    origin_ += now - paused_at_;
    go_on(now);
  }

 private:
  void go_on(MonotonicTime now) {
    if (paused_ || position_ == script_.size()) return;
    const Duration wait = origin_ + script_.due(position_) - now;
    if (wait > Duration::zero()) {
      timer_.arm(std::max(wait, kTickMin), [this] { play(); });
    } else if (!posted_) {
      posted_ = true;
      core_.post([this, token = liveness_.token()] {
        if (!token.alive()) return;
        posted_ = false;
        play();
      });
    }
  }

  // The sink may pause or destroy this execution in any call.
  void play() {
    const auto token = liveness_.token();
    const MonotonicTime now = core_.now();
    for (std::uint64_t i = 0; i < kStepsPerTurnMax && position_ < script_.size(); ++i) {
      if (paused_ || origin_ + script_.due(position_) > now) break;
      Script::Step step = script_.step(position_++);
      if (auto* end = std::get_if<AgentEnd>(&step))
        sink_.on_end(std::move(*end));
      else
        sink_.on_event(std::get<AgentEvent>(std::move(step)));
      if (!token.alive()) return;
    }
    go_on(now);
  }

  runtime::Core& core_;
  Script script_;
  AgentSink& sink_;
  runtime::Timer timer_;
  runtime::Liveness liveness_;
  MonotonicTime origin_;
  MonotonicTime paused_at_{};
  std::uint64_t position_ = 0;
  bool paused_ = false;
  bool posted_ = false;
};

}  // namespace

std::unique_ptr<AgentExecution> ScriptedAgent::start(AgentRequest request, AgentSink& sink) {
  core_.assert_here();
  return std::make_unique<ScriptedExecution>(core_, Script(request.content), sink);
}

}  // namespace gp::agent
