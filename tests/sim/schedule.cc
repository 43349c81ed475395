#include "schedule.h"

namespace gp::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

void limits_from(Dice& dice, Schedule& schedule) {
  // Small hot parts and pages make readers go to the storage; small budgets pause agents.
  schedule.log.hot_bytes = dice.one_of<std::size_t>({300, 2048, 256 * kKiB, 256 * kKiB});
  schedule.log.fold_bytes = dice.one_of<std::size_t>({0, 400, 1500, 16 * kKiB});
  schedule.log.fold.text_bytes = dice.one_of<std::size_t>({30, 64 * kKiB});
  schedule.log.fold.parts = dice.one_of<std::size_t>({1, 2, 16});
  schedule.log.shared_bytes = dice.one_of<std::size_t>({0, 4 * kMiB});
  schedule.log.page_bytes = dice.one_of<std::size_t>({1, 1000, 64 * kKiB});
  schedule.log.commit_interval = milliseconds(dice.one_of<std::uint64_t>({1, 20, 90, 500}));
  schedule.log.uncommitted_bytes_max = dice.one_of<std::size_t>({700, 8 * kMiB, 8 * kMiB});
  schedule.log.idle = milliseconds(dice.one_of<std::uint64_t>({150, 700, 30'000}));

  schedule.chat.run_idle_timeout = seconds(2);
  schedule.chat.run_timeout = seconds(6);
  schedule.chat.connections_per_user = dice.percent(15) ? schedule.tabs_per_user : 10;
  schedule.chat.runs_per_user = dice.percent(15) ? 1 : 8;
  schedule.chat.queue_per_thread = dice.percent(20) ? 1 : 8;
  schedule.chat.outbox_bytes = dice.percent(10) ? 400 : 1 * kMiB;
  if (dice.percent(10)) schedule.chat.run.output_bytes_max = 3000;
  if (dice.percent(10)) schedule.chat.run.tool_calls_max = 2;
}

}  // namespace

// Each fault family is absent from most schedules: what one family breaks must not hide in the
// noise of the others, and quiet schedules are cheap.
Schedule Schedule::from(Dice& dice) {
  Schedule schedule;
  schedule.users = static_cast<std::uint32_t>(dice.one_of<std::uint64_t>({1, 1, 2, 2, 3}));
  schedule.tabs_per_user =
      static_cast<std::uint32_t>(schedule.users == 1 ? dice.from(1, 4) : dice.from(1, 2));
  schedule.threads_per_user = static_cast<std::uint32_t>(dice.from(1, 2));
  schedule.actions = static_cast<std::uint32_t>(dice.from(2, 7));
  schedule.activity = dice.milliseconds(60, 900);

  if (dice.percent(40)) schedule.cuts = static_cast<std::uint32_t>(dice.from(1, 3));
  if (dice.percent(25)) schedule.slow_links = 60;
  if (dice.percent(20)) schedule.freezes = static_cast<std::uint32_t>(dice.from(1, 2));
  if (dice.percent(30)) schedule.crashes = static_cast<std::uint32_t>(dice.from(1, 2));
  if (dice.percent(20)) schedule.disk_errors = static_cast<std::uint32_t>(dice.from(1, 2));
  if (dice.percent(15)) schedule.clock_jumps = static_cast<std::uint32_t>(dice.from(1, 2));
  schedule.slow_disk = dice.percent(45);
  schedule.drain = dice.percent(10);
  schedule.deletes = dice.percent(12);
  schedule.garbage = dice.percent(25);
  schedule.conflicts = dice.percent(20);
  schedule.misbehaving_agents = dice.percent(40);
  limits_from(dice, schedule);
  return schedule;
}

Dice dice_of(std::uint64_t seed, std::uint64_t number) {
  SeededRandom of_seed(seed);
  SeededRandom of_number(of_seed.next() ^ (number * 0x9e3779b97f4a7c15ULL));
  return Dice(of_number.next());
}

}  // namespace gp::sim
