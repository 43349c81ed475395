// An execution draws one step at a time: a pause, then something to say. What it says goes into its
// Truth in the same moment, as the events that must come of it.
#include "script_agent.h"

#include <algorithm>

#include "registry.h"

namespace gp::sim {
namespace {

using agent::AgentEvent;

/// Bytes that are no UTF-8, and what must become of them.
constexpr std::string_view kBadByte = "\xff";
constexpr std::string_view kCutCharacter = "\xe2\x82";
constexpr std::string_view kReplacement = "\xef\xbf\xbd";

class Execution final : public agent::AgentExecution {
 public:
  Execution(Stage& stage, Truth& truth, agent::AgentSink& sink)
      : stage_(stage),
        truth_(truth),
        sink_(sink),
        timer_(stage.core),
        marker_(marker_of(truth.user)),
        left_(stage.dice.from(0, 9)),
        hasty_(stage.dice.percent(25)) {
    truth_.started_at = truth_.heard_at = stage_.core.now();
    arm();
  }
  ~Execution() override { truth_.gone_at = stage_.core.now(); }

  void pause() override {
    paused_ = truth_.paused = true;
    // "A few already read may still come."
    if (!stage_.dice.percent(30)) timer_.cancel();
  }
  void resume() override {
    paused_ = truth_.paused = false;
    truth_.heard_at = stage_.core.now();
    if (!timer_.armed() && !over_) arm();
  }

 private:
  struct Call {
    std::string id;
    bool open;
  };

  void arm() {
    Dice& dice = stage_.dice;
    Duration wait = hasty_ ? dice.milliseconds(0, 2) : dice.milliseconds(0, 40);
    if (!stage_.calm && dice.percent(1)) wait = dice.milliseconds(500, 5000);
    timer_.arm(wait, [this] { step(); });
  }

  void step() {
    const auto token = liveness_.token();
    const std::uint64_t burst = hasty_ ? stage_.dice.from(1, 4) : 1;
    for (std::uint64_t i = 0; i < burst && !over_; ++i) {
      if (left_ == 0) {
        end();
      } else {
        --left_;
        say();
      }
      if (!token.alive()) return;
    }
    if (!over_ && !paused_) arm();
  }

  // What follows a violation of the protocol or an end is not part of the truth.
  void tell(AgentEvent event) {
    truth_.heard_at = stage_.core.now();
    sink_.on_event(std::move(event));
  }
  void keep(EventKind kind, std::string key, std::string text) {
    if (truth_.end == EventKind::kUnknown)
      truth_.said.push_back({kind, std::move(key), std::move(text)});
  }

  std::string words() { return fmt::format("{} w{} ", marker_, stage_.dice.below(1000)); }

  void say() {
    const bool wild = stage_.schedule.misbehaving_agents;
    const std::uint64_t what = stage_.dice.below(wild ? 16 : 12);
    const std::string part = fmt::format("p{}", stage_.dice.below(2));
    if (what < 5) return say_text(part);
    if (what < 7) {
      std::string delta = words();
      keep(EventKind::kThinking, "t" + part, delta);
      return tell(agent::Thinking{"t" + part, std::move(delta)});
    }
    if (what < 8) {
      const std::string id = fmt::format("call{}", stage_.dice.below(3));
      std::string delta = words();
      keep(EventKind::kToolArguments, id, delta);
      return tell(agent::ToolArguments{id, "tool", std::move(delta)});
    }
    if (what < 10) return start_tool(fmt::format("call{}", stage_.dice.below(3)));
    if (what < 11) return finish_tool();
    if (what < 12) {
      keep(EventKind::kCustom, "note", "j:[1,2]");
      return tell(agent::Custom{"note", "[1,2]"});
    }
    misbehave(what);
  }

  void say_text(const std::string& part) {
    std::string delta = words();
    std::string kept = delta;
    if (stage_.schedule.misbehaving_agents && stage_.dice.percent(15)) {
      const bool cut = stage_.dice.percent(50);
      delta.append(cut ? kCutCharacter : kBadByte);
      kept.append(kReplacement);
    }
    keep(EventKind::kToken, part, kept);
    tell(agent::Text{part, std::move(delta)});
  }

  Call* call(const std::string& id) {
    const auto found = std::ranges::find(calls_, id, &Call::id);
    return found == calls_.end() ? nullptr : &*found;
  }

  void start_tool(const std::string& id) {
    Call* known = call(id);
    std::string arguments = stage_.dice.percent(70)
                                ? fmt::format("{{\"a\":\"{}\"}}", marker_)
                                : (stage_.dice.percent(50) ? "broken{" + marker_ : std::string());
    if (known == nullptr || !known->open) {
      std::string kept = arguments.empty()            ? "j:{}"
                         : arguments.starts_with("{") ? "j:" + arguments
                                                      : "s:" + arguments;
      keep(EventKind::kToolExecuting, id, std::move(kept));
      if (known == nullptr) calls_.push_back({id, true});
      if (known != nullptr) known->open = true;
    }
    tell(agent::ToolStarted{id, "tool", std::move(arguments)});
  }

  void finish_tool() {
    const bool wild = stage_.schedule.misbehaving_agents && stage_.dice.percent(30);
    const auto open = std::ranges::find(calls_, true, &Call::open);
    std::string id = "orphan";
    if (open != calls_.end() && !wild) id = open->id;
    if (open == calls_.end() && !wild) return;
    Call* known = call(id);
    const bool success = stage_.dice.percent(70);
    if (known == nullptr) {
      keep(EventKind::kToolExecuting, id, "j:{}");
      calls_.push_back({id, true});
      known = &calls_.back();
    }
    if (known->open) {
      known->open = false;
      keep(EventKind::kToolCompleted, id, (success ? "+s:" : "-s:") + marker_);
    }
    tell(agent::ToolFinished{id, "tool", success, "\"" + marker_ + "\""});
  }

  void misbehave(std::uint64_t what) {
    if (what == 12) return tell(agent::Text{"p0", ""});
    if (what == 13) return finish_tool();
    if (what == 14 && stage_.dice.percent(20)) {
      // An empty tool_call_id is against the agent's contract: the run must fail.
      finish(EventKind::kError, "agent_protocol");
      return tell(agent::ToolStarted{"", "tool", "{}"});
    }
    if (what == 15 && stage_.dice.percent(30)) end();
  }

  void finish(EventKind kind, std::string key) {
    over_ = true;
    timer_.cancel();
    if (truth_.end != EventKind::kUnknown) return;
    truth_.end = kind;
    truth_.end_key = std::move(key);
  }

  void end() {
    Dice& dice = stage_.dice;
    const auto token = liveness_.token();
    const std::uint64_t how = dice.below(10);
    if (how == 9 && !stage_.calm && dice.percent(30)) {
      over_ = true;  // silence until the timeout
      return;
    }
    stage_.trace.line(stage_.core.now(), "agent ends {}", truth_.run);
    if (how < 7) {
      finish(EventKind::kCompleted, "stop");
      sink_.on_end(agent::Ended{"stop", "", ""});
    } else if (how == 7) {
      finish(EventKind::kError, "agent_failed");
      sink_.on_end(agent::Failed{Code::agent_failed, "failed " + marker_, true});
    } else {
      finish(EventKind::kError, "agent_disconnected");
      sink_.on_end(agent::Failed{Code::agent_disconnected, "cut " + marker_, true});
    }
    if (!stage_.schedule.misbehaving_agents || !dice.percent(40)) return;
    // After its end: more words, and another end.
    if (token.alive()) sink_.on_event(agent::Text{"p0", "after the end " + marker_});
    if (token.alive()) sink_.on_end(agent::Ended{"again", "", ""});
  }

  Stage& stage_;
  Truth& truth_;
  agent::AgentSink& sink_;
  runtime::Timer timer_;
  const std::string marker_;
  std::uint64_t left_;
  const bool hasty_;
  bool paused_ = false;
  bool over_ = false;
  std::vector<Call> calls_;
  runtime::Liveness liveness_;
};

}  // namespace

std::unique_ptr<agent::AgentExecution> ScriptAgent::start(agent::AgentRequest request,
                                                          agent::AgentSink& sink) {
  const std::string run = request.context.run_id().str();
  if (stage_.find(run) != nullptr)
    stage_.verdict.fail("a run is started once", run + " was started twice");
  std::size_t user = 0;
  while (user_id_of(user) != request.context.user_id()) ++user;
  const std::string marker = marker_of(user);
  const auto foreign = [&](const std::string& text) {
    return text.find("#U") != std::string::npos && text.find(marker) == std::string::npos;
  };
  if (foreign(request.content) ||
      std::ranges::any_of(request.history, foreign, &agent::HistoryMessage::content))
    stage_.verdict.fail("nothing across users", "an agent was told another user's words: " + run);
  stage_.trace.line(stage_.core.now(), "agent starts {} for {}", run, request.message_id.str());
  Truth& truth = stage_.truths.emplace_back();
  truth.run = run;
  truth.message = request.message_id.str();
  truth.user = user;
  truth.life = stage_.life;
  for (auto& message : request.history) truth.history.push_back(std::move(message.content));
  return std::make_unique<Execution>(stage_, truth, sink);
}

}  // namespace gp::sim
