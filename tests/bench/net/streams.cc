// streams: every connection gets the tokens of a stream of its own, `rate` a second.
//
// The server makes the tokens itself (goldenpath: its scripted agent), or the generator does: over
// a publishing connection per stream, or as goldenpath's agent. When the generator makes them, at
// most kUnderWay of a stream are on their way, so that a slow server is measured and not buried.
#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "agent_source.h"
#include "workload.h"

namespace gp::bench {
namespace {

constexpr std::uint64_t kUnderWay = 32;
constexpr std::uint64_t kPatience = 30'000'000'000;

class Streams final : public Receiver {
 public:
  Streams(const Plan& plan, const Dialect& dialect, bool scripted)
      : plan_(plan),
        scripted_(scripted),
        text_(plan.bytes, scripted ? TokenText::Preamble::kScripted : TokenText::Preamble::kNone),
        swarm_(plan.target, dialect, *this) {}

  std::string run() {
    if (!open()) return swarm_.problem();
    const std::uint64_t begun = now_nanoseconds();
    const auto after = [begun](double seconds) {
      return begun + static_cast<std::uint64_t>(seconds * 1e9);
    };
    run_until(after(plan_.warm_seconds));
    Window window(plan_, swarm_);
    window.begin(delivered_);
    const std::uint64_t frames = frames_;
    run_until(after(plan_.warm_seconds + plan_.seconds));
    window.end(delivered_);
    if (!swarm_.failed())
      fmt::print("{}\n",
                 window.json(fmt::format(
                     R"(,"offered_per_second":{:.0f},"frames":{},"frame_bytes":{})",
                     plan_.target.rate * plan_.connections, frames_ - frames, frame_bytes_)));
    return swarm_.problem();
  }

  void on_message(Client& client, std::string_view message) override {
    if (client.peer.role != Role::kStream) return;
    const std::uint64_t before = client.events.tokens();
    if (!client.events.take(message, text_)) return swarm_.fail(client.events.problem());
    if (client.events.tokens() == before) return;
    if (before == 0) ++begun_streams_;
    delivered_ += client.events.tokens() - before;
    ++frames_;
    frame_bytes_ = message.size();
  }

 private:
  bool open() {
    const bool agent = plan_.source == "agent";
    if (agent) agent_.emplace(swarm_, plan_.agent_port);
    if (!swarm_.open(Role::kStream, 0, plan_.connections)) return false;
    readers_ = swarm_.clients().size();
    if (plan_.source == "writer") {
      if (!swarm_.open(Role::kWriter, 1, 1 + plan_.connections)) return false;
    } else {
      tell_to_begin();
    }
    begun_ = now_nanoseconds();
    // The agent's streams have all been asked for before any says something.
    while (!swarm_.failed() && (begun_streams_ < plan_.connections || !asked())) {
      if (asked()) say_what_is_due();
      swarm_.turn(1);
      if (now_nanoseconds() > begun_ + kPatience) swarm_.fail("not all streams have begun");
    }
    return !swarm_.failed();
  }

  void tell_to_begin() {
    for (std::size_t i = 0; i < readers_; ++i) {
      Client& client = *swarm_.clients()[i];
      const std::string go = "\"go\"";
      swarm_.send(client, scripted_ || agent_ ? run_of(client.peer.index) : go);
      swarm_.turn(0);
    }
  }

  /// The user message that starts a run; the words are what the scripted agent repeats.
  std::string run_of(std::uint32_t index) const {
    std::string content = fmt::format("stream={}", index);
    if (scripted_) {
      content = fmt::format("thinking=0 tool=0 tokens=100000 rate={}", plan_.target.rate);
      for (std::uint64_t i = 0; i < TokenText::kWords; ++i)
        content += text_.token(kPreambleWords + i);
    }
    return fmt::format(
        R"({{"type":"user_message","message_id":"m{}","thread_id":"{}","content":"{}"}})", index,
        thread_of(index), content);
  }

  bool asked() const { return !agent_ || agent_->streams() == plan_.connections; }

  void run_until(std::uint64_t nanoseconds) {
    while (!swarm_.failed() && now_nanoseconds() < nanoseconds) {
      say_what_is_due();
      swarm_.poll();
    }
  }

  /// The streams are out of step, as streams are.
  void say_what_is_due() {
    if (plan_.source == "inside") return;
    const double elapsed = static_cast<double>(now_nanoseconds() - begun_) / 1e9;
    for (std::size_t i = 0; i < readers_; ++i) {
      Client& reader = *swarm_.clients()[i];
      const double phase = static_cast<double>(i) / static_cast<double>(readers_);
      const auto due = static_cast<std::uint64_t>(elapsed * plan_.target.rate + phase);
      const std::uint64_t until = std::min(due, reader.events.tokens() + kUnderWay);
      for (; reader.sent < until; ++reader.sent) {
        const std::string_view token = text_.token(reader.sent);
        if (agent_) {
          agent_->say(reader.peer.index, token);
          continue;
        }
        event_.clear();
        append_event(event_, reader.peer.index, reader.sent, token);
        swarm_.send(*swarm_.clients()[readers_ + i], event_);
      }
    }
    if (agent_) agent_->flush();
  }

  static constexpr std::uint64_t kPreambleWords = 10;

  const Plan& plan_;
  const bool scripted_;
  TokenText text_;
  Swarm swarm_;
  std::optional<AgentSource> agent_;
  std::size_t readers_ = 0;
  std::string event_;
  std::uint64_t begun_ = 0;
  std::uint32_t begun_streams_ = 0;
  std::uint64_t delivered_ = 0;
  std::uint64_t frames_ = 0;
  std::size_t frame_bytes_ = 0;
};

}  // namespace

std::string run_streams(const Plan& plan, const Dialect& dialect) {
  const bool scripted = !plan.target.secret.empty() && plan.source == "inside";
  return Streams(plan, dialect, scripted).run();
}

}  // namespace gp::bench
