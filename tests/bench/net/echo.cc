// echo: every connection keeps `window` messages under way; each must come back as it was sent.
#include <fmt/core.h>

#include "workload.h"

namespace gp::bench {
namespace {

class Echo final : public Receiver {
 public:
  Echo(const Plan& plan, const Dialect& dialect)
      : plan_(plan), swarm_(plan.target, dialect, *this) {}

  std::string run() {
    if (!swarm_.open(Role::kEcho, 0, plan_.connections)) return swarm_.problem();
    for (const auto& client : swarm_.clients())
      for (std::uint32_t i = 0; i < plan_.window; ++i) send(*client);
    const std::uint64_t begun = now_nanoseconds();
    const auto after = [&](double seconds) {
      return begun + static_cast<std::uint64_t>(seconds * 1e9);
    };
    swarm_.run_until(after(plan_.warm_seconds));
    Window window(plan_, swarm_);
    window.begin(received_);
    swarm_.run_until(after(plan_.warm_seconds + plan_.seconds));
    window.end(received_);
    for (const auto& client : swarm_.clients())
      if (client->received == 0) swarm_.fail("a connection that got nothing");
    if (!swarm_.failed()) fmt::print("{}\n", window.json(""));
    return swarm_.problem();
  }

  void on_message(Client& client, std::string_view message) override {
    write(client, client.received++);
    if (message != expected_)
      return swarm_.fail(fmt::format("echo {}: {}", expected_, message.substr(0, 200)));
    ++received_;
    send(client);
  }

 private:
  void send(Client& client) {
    write(client, client.sent++);
    swarm_.send(client, expected_);
  }

  /// A JSON string, so that it can be a value wherever a server speaks JSON.
  void write(const Client& client, std::uint64_t number) {
    expected_.clear();
    fmt::format_to(std::back_inserter(expected_), "\"{:08}-{:020}-", client.peer.index, number);
    expected_.resize(plan_.bytes - 1, 'x');
    expected_ += '"';
  }

  const Plan& plan_;
  Swarm swarm_;
  std::string expected_;
  std::uint64_t received_ = 0;
};

/// blast: the server sends the same frames as fast as they are read. It shows what the generator
/// can check when nothing else limits it.
class Blast final : public Receiver {
 public:
  Blast(const Plan& plan, const Dialect& dialect)
      : plan_(plan), text_(plan.bytes), swarm_(plan.target, dialect, *this) {}

  std::string run() {
    if (!swarm_.open(Role::kBlast, 0, plan_.connections)) return swarm_.problem();
    const std::uint64_t begun = now_nanoseconds();
    swarm_.run_until(begun + static_cast<std::uint64_t>(plan_.warm_seconds * 1e9));
    Window window(plan_, swarm_);
    window.begin(received_);
    swarm_.run_until(begun +
                     static_cast<std::uint64_t>((plan_.warm_seconds + plan_.seconds) * 1e9));
    window.end(received_);
    if (!swarm_.failed()) fmt::print("{}\n", window.json(""));
    return swarm_.problem();
  }

  // The work of the other workloads: every event is read and its token compared.
  void on_message(Client& client, std::string_view message) override {
    client.events = EventReader();
    if (!client.events.take(message, text_)) return swarm_.fail(client.events.problem());
    ++received_;
  }

 private:
  const Plan& plan_;
  TokenText text_;
  Swarm swarm_;
  std::uint64_t received_ = 0;
};

}  // namespace

std::string run_echo(const Plan& plan, const Dialect& dialect) { return Echo(plan, dialect).run(); }
std::string run_blast(const Plan& plan, const Dialect& dialect) {
  return Blast(plan, dialect).run();
}

}  // namespace gp::bench
