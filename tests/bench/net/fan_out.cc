// fan_out: one source, `connections` readers. The next event is published when the one `window`
// before it has arrived at every reader. Each reader checks each event.
//
// The source is a connection that publishes, or, for goldenpath, the agent of a run whose thread
// the readers follow.
#include <fmt/core.h>

#include <optional>

#include "agent_source.h"
#include "workload.h"

namespace gp::bench {
namespace {

constexpr std::uint64_t kPatience = 30'000'000'000;

class FanOut final : public Receiver {
 public:
  FanOut(const Plan& plan, const Dialect& dialect)
      : plan_(plan), text_(plan.bytes), swarm_(plan.target, dialect, *this) {}

  std::string run() {
    if (!open()) return swarm_.problem();
    const std::uint64_t begun = now_nanoseconds();
    const auto after = [&](double seconds) {
      return begun + static_cast<std::uint64_t>(seconds * 1e9);
    };
    run_until(after(plan_.warm_seconds));
    Window window(plan_, swarm_);
    window.begin(delivered_);
    const std::uint64_t frames = frames_;
    run_until(after(plan_.warm_seconds + plan_.seconds));
    window.end(delivered_);
    const std::uint64_t counted = frames_ - frames;
    settle();
    if (!swarm_.failed())
      fmt::print("{}\n", window.json(fmt::format(R"(,"frames":{},"frame_bytes":{})", counted,
                                                 frame_bytes_)));
    return swarm_.problem();
  }

  void on_message(Client& client, std::string_view message) override {
    if (client.peer.role != Role::kReader) return;
    const std::uint64_t before = client.events.tokens();
    if (!client.events.take(message, text_)) return swarm_.fail(client.events.problem());
    const std::uint64_t now = client.events.tokens();
    if (now == before) return;
    if (now > published_) return swarm_.fail("more was delivered than published");
    delivered_ += now - before;
    ++frames_;
    frame_bytes_ = message.size();
    for (std::uint64_t token = before; token < now; ++token) {
      if (++arrived_[token % arrived_.size()] < plan_.connections) continue;
      arrived_[token % arrived_.size()] = 0;
      ++complete_;
    }
  }

 private:
  bool open() {
    arrived_.assign(plan_.window, 0);
    const bool agent = plan_.source == "agent";
    if (agent) agent_.emplace(swarm_, plan_.agent_port);
    if (!swarm_.open(Role::kWriter, 0, 1)) return false;
    writer_ = swarm_.clients().front().get();
    if (agent) {
      swarm_.send(*writer_, fmt::format(R"({{"type":"user_message","message_id":"m1",)"
                                        R"("thread_id":"{}","content":"stream=0"}})",
                                        thread_of(0)));
      const std::uint64_t deadline = now_nanoseconds() + kPatience;
      while (agent_->streams() == 0 && !swarm_.failed()) {
        swarm_.turn(10);
        if (now_nanoseconds() > deadline) swarm_.fail("the agent was not asked");
      }
    }
    return swarm_.open(Role::kReader, 0, plan_.connections);
  }

  void run_until(std::uint64_t nanoseconds) {
    std::uint64_t last = complete_;
    std::uint64_t progress = now_nanoseconds();
    while (!swarm_.failed() && now_nanoseconds() < nanoseconds) {
      publish();
      swarm_.poll();
      if (complete_ != last) progress = now_nanoseconds();
      last = complete_;
      if (now_nanoseconds() > progress + kPatience) swarm_.fail("an event did not arrive");
    }
  }

  /// What was published must still arrive.
  void settle() {
    const std::uint64_t deadline = now_nanoseconds() + kPatience;
    while (!swarm_.failed() && complete_ < published_) {
      swarm_.turn(10);
      if (now_nanoseconds() > deadline) swarm_.fail("the last events did not arrive");
    }
    if (plan_.target.deflate && swarm_.compressed() == 0) swarm_.fail("nothing was compressed");
  }

  void publish() {
    for (; published_ < complete_ + plan_.window; ++published_) {
      if (agent_) {
        agent_->say(0, text_.token(published_));
        continue;
      }
      event_.clear();
      append_event(event_, 0, published_, text_.token(published_));
      swarm_.send(*writer_, event_);
    }
    if (agent_) agent_->flush();
  }

  const Plan& plan_;
  TokenText text_;
  Swarm swarm_;
  std::optional<AgentSource> agent_;
  Client* writer_ = nullptr;
  std::string event_;
  std::uint64_t published_ = 0;
  std::uint64_t complete_ = 0;          ///< events that have arrived everywhere
  std::vector<std::uint32_t> arrived_;  ///< of each event under way, at how many readers
  std::uint64_t delivered_ = 0;
  std::uint64_t frames_ = 0;
  std::size_t frame_bytes_ = 0;
};

}  // namespace

std::string run_fan_out(const Plan& plan, const Dialect& dialect) {
  return FanOut(plan, dialect).run();
}

}  // namespace gp::bench
