#include "world.h"

#include <algorithm>

namespace gp::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// How long everything may take to come to rest once the faults are over: above run_timeout and all
/// retries.
constexpr Duration kRestMax = seconds(40);
/// The least that an operation of a disk takes: whoever asks for the same again and again then
/// fails to come to rest, and does not stop the virtual clock.
constexpr Duration kDiskLatencyMin = std::chrono::microseconds(50);

}  // namespace

World::World(std::uint64_t seed, std::uint64_t number, Trace::Lines lines)
    : dice_(dice_of(seed, number)),
      schedule_(Schedule::from(dice_)),
      trace_(lines),
      core_(dice_.next()),
      registry_(schedule_.users, disk_),
      ledger_(registry_, reader_, verdict_),
      messages_(registry_, reader_, verdict_),
      stage_{core_, dice_, trace_, verdict_, schedule_, {}},
      server_(core_, disk_, schedule_, stage_, *this),
      scene_{core_,   schedule_, dice_,   trace_,    verdict_,
             reader_, registry_, ledger_, messages_, server_} {}

// Connections die before the links that carry them, and what is queued before the core.
World::~World() {
  server_.crash(dice_);
  core_.run();
}

void World::flush() {
  for (std::size_t i = 0; i < links_.size(); ++i) links_[i]->flush();
}

void World::on_server_gone() {
  for (const auto& link : links_) link->on_server_gone();
}

void World::sometime(runtime::Task what) {
  core_.call_after(Duration(static_cast<Duration::rep>(
                       dice_.below(static_cast<std::uint64_t>(schedule_.activity.count())))),
                   std::move(what));
}

void World::plan() {
  for (std::uint32_t user = 0; user < schedule_.users; ++user) {
    for (std::uint32_t thread = 0; thread < schedule_.threads_per_user; ++thread)
      registry_.index_of(user, fmt::format("t{}.talk", thread));
    for (std::uint32_t tab = 0; tab < schedule_.tabs_per_user; ++tab)
      tabs_.push_back(std::make_unique<Tab>(scene_, links_, user, tab));
  }
  for (std::uint32_t i = 0; i < schedule_.actions; ++i) sometime([this] { any_tab().act(); });
  for (std::uint32_t i = 0; i < schedule_.cuts; ++i) sometime([this] { cut_somebody(); });
  for (std::uint32_t i = 0; i < schedule_.freezes; ++i) sometime([this] { freeze_somebody(); });
  for (std::uint32_t i = 0; i < schedule_.disk_errors; ++i) sometime([this] { break_disk(); });
  for (std::uint32_t i = 0; i < schedule_.crashes; ++i) {
    sometime([this] {
      if (!schedule_.deletes || dice_.percent(50)) return restart();
      any_tab().delete_thread();
      core_.call_after(dice_.milliseconds(0, 60), [this] { restart(); });
    });
  }
  for (std::uint32_t i = 0; i < schedule_.clock_jumps; ++i) {
    sometime([this] {
      const Duration by = dice_.milliseconds(1, 5'000'000);
      trace_.line(core_.now(), "the clock jumps");
      core_.manual_clock().jump_wall(dice_.percent(50) ? by : -by);
    });
  }
  if (schedule_.drain) sometime([this] { server_.drain(dice_, dice_.milliseconds(10, 700)); });
  disk_.logs.faults.latency = disk_.chat.faults.latency = kDiskLatencyMin;
  if (schedule_.slow_disk) {
    disk_.logs.faults.latency += dice_.milliseconds(0, 25);
    disk_.chat.faults.latency += dice_.milliseconds(0, 25);
  }
}

void World::cut_somebody() {
  Link* link = any_tab().link();
  if (link == nullptr) return;
  if (dice_.percent(50)) return link->cut("cut");
  link->cut_after(dice_.below(3000));
}

void World::freeze_somebody() {
  Tab& tab = any_tab();
  Link* link = tab.link();
  if (link == nullptr) return;
  trace_.line(core_.now(), "{} freezes", tab.name());
  link->freeze();
  core_.call_after(dice_.milliseconds(50, 800), [link] { link->thaw(); });
}

void World::break_disk() {
  const bool of_log = dice_.percent(50);
  const bool writes = dice_.percent(50);
  auto& faults = of_log ? disk_.logs.faults : disk_.chat.faults;
  (writes ? faults.fail_writes : faults.fail_reads) = dice_.from(1, 3);
  trace_.line(core_.now(), "the disk fails: log {} reads {} writes, store {} reads {} writes",
              disk_.logs.faults.fail_reads, disk_.logs.faults.fail_writes,
              disk_.chat.faults.fail_reads, disk_.chat.faults.fail_writes);
}

void World::restart() {
  server_.crash(dice_);
  core_.call_after(dice_.milliseconds(0, 150), [this] {
    if (!server_.up()) server_.start();
  });
}

void World::calm_down() {
  scene_.calm = stage_.calm = true;
  trace_.line(core_.now(), "calm");
  disk_.logs.faults = disk_.chat.faults = {0, 0, kDiskLatencyMin};
  for (const auto& link : links_) {
    if (link->alive()) link->heal();
  }
}

bool World::at_rest() const {
  return server_.at_rest() &&
         std::ranges::all_of(tabs_, [](const auto& tab) { return tab->at_rest(); });
}

bool World::rest() {
  const MonotonicTime until = core_.now() + kRestMax;
  Duration step = milliseconds(20);
  do {
    core_.advance(step);
    step = std::min<Duration>(step + step / 4, milliseconds(300));
    if (verdict_.failed()) return false;
    if (at_rest()) return true;
  } while (core_.now() < until);
  std::string waits;
  for (const auto& tab : tabs_) {
    if (!tab->at_rest()) waits += " " + tab->name() + ";";
  }
  verdict_.fail("everything comes to rest",
                fmt::format("still under way {} s after the last fault:{}{}",
                            std::chrono::duration_cast<seconds>(kRestMax).count(), waits,
                            server_.at_rest() ? "" : " the server"));
  return false;
}

Outcome World::run() {
  plan();
  server_.start();
  for (Duration passed{0}; passed < schedule_.activity && !verdict_.failed();
       passed += milliseconds(50))
    core_.advance(milliseconds(50));
  calm_down();
  if (rest()) {
    for (auto& tab : tabs_) {
      tab->check_live();
      tab->follow_everything();
    }
    if (rest()) {
      for (auto& tab : tabs_) {
        for (std::size_t i = 0; i < registry_.threads(tab->user()).size(); ++i) {
          if (registry_.chat(tab->user(), i) != nullptr) tab->list(i);
        }
      }
      if (rest()) RestChecks(scene_, stage_, tabs_).all();
    }
  }
  trace_.mix(static_cast<std::uint64_t>(core_.now().time_since_epoch().count()));
  Outcome outcome;
  outcome.trace_hash = trace_.hash();
  outcome.trace = trace_.lines();
  if (verdict_.failed()) {
    outcome.promise = verdict_.promise();
    outcome.what = verdict_.what();
  }
  return outcome;
}

}  // namespace gp::sim
