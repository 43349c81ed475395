// idle: connections that are there. Memory of the server per connection, as growth from the first
// kFirst to all, so that what is paid once is left out; and processor time per connection opened,
// login included.
#include <fmt/core.h>

#include "workload.h"

namespace gp::bench {
namespace {

constexpr std::uint32_t kFirst = 1000;

class Idle final : public Receiver {
 public:
  Idle(const Plan& plan, const Dialect& dialect)
      : plan_(plan), swarm_(plan.target, dialect, *this) {}

  std::string run() {
    if (!swarm_.open(Role::kIdle, 0, kFirst)) return swarm_.problem();
    settle();
    Window window(plan_, swarm_);
    const std::uint64_t before = anonymous_bytes(plan_.pids);
    window.begin(0);
    (void)swarm_.open(Role::kIdle, kFirst, plan_.connections);
    window.end(plan_.connections - kFirst);
    settle();
    const std::uint64_t after = anonymous_bytes(plan_.pids);
    const double each = (static_cast<double>(after) - static_cast<double>(before)) /
                        static_cast<double>(plan_.connections - kFirst);
    if (!swarm_.failed())
      fmt::print("{}\n", window.json(fmt::format(R"(,"bytes_per_connection":{:.0f})", each)));
    return swarm_.problem();
  }

  void on_message(Client&, std::string_view) override {}

 private:
  /// Half a second in which a server may free what the handshakes needed.
  void settle() { swarm_.run_until(now_nanoseconds() + 500'000'000); }

  const Plan& plan_;
  Swarm swarm_;
};

}  // namespace

std::string run_idle(const Plan& plan, const Dialect& dialect) { return Idle(plan, dialect).run(); }

}  // namespace gp::bench
