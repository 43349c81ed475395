/// Schedule: everything that a seed decides before the first event: who is there, the limits, and
/// which faults come. What is decided later (which tab acts, what an agent says) comes from the
/// same Dice, in an order that virtual time alone determines.
#pragma once

#include <cstdint>

#include "base/clock.h"
#include "base/random.h"
#include "chat/limits.h"
#include "log/limits.h"

namespace gp::sim {

/// The one source of chance of a schedule.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  std::uint64_t next() { return random_.next(); }
  /// Uniform in [0, bound).
  std::uint64_t below(std::uint64_t bound) { return random_.below(bound); }
  /// Uniform in [low, high].
  std::uint64_t from(std::uint64_t low, std::uint64_t high) { return low + below(high - low + 1); }
  bool percent(std::uint64_t chance) { return below(100) < chance; }
  Duration milliseconds(std::uint64_t low, std::uint64_t high) {
    return std::chrono::microseconds(from(low * 1000, high * 1000));
  }
  template <class T, std::size_t N>
  T one_of(const T (&choices)[N]) {
    return choices[below(N)];
  }

 private:
  SeededRandom random_;
};

struct Schedule {
  std::uint32_t users = 1;
  std::uint32_t tabs_per_user = 1;
  std::uint32_t threads_per_user = 1;
  std::uint32_t actions = 4;  ///< of all users together
  Duration activity{};        ///< actions and faults happen in this time

  std::uint32_t cuts = 0;
  std::uint32_t slow_links = 0;  ///< of a hundred
  std::uint32_t freezes = 0;
  std::uint32_t crashes = 0;
  std::uint32_t disk_errors = 0;
  std::uint32_t clock_jumps = 0;
  bool slow_disk = false;
  bool drain = false;
  bool deletes = false;
  bool garbage = false;    ///< malformed commands and foreign ids
  bool conflicts = false;  ///< one message_id, two contents
  bool misbehaving_agents = false;

  chat::ChatLimits chat;
  log::LogLimits log;

  static Schedule from(Dice& dice);
};

/// The dice of schedule `number` under `seed`.
Dice dice_of(std::uint64_t seed, std::uint64_t number);

}  // namespace gp::sim
