// gp_sim: runs schedules of the simulator and reports the first broken promise.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include <unistd.h>

#include "hunt.h"

namespace {

using gp::sim::Outcome;

/// Lines of the trace shown with a violation.
constexpr std::size_t kLinesShown = 40;
constexpr std::size_t kLineBytesShown = 200;

struct Options {
  std::uint64_t seed = 0;
  std::uint64_t schedules = 2000;
  std::optional<std::uint64_t> schedule;
  std::string planted_bug;
  bool verbose = false;
  bool keep_going = false;
};

void show_trace(const Outcome& outcome, std::size_t lines_max) {
  const std::size_t count = outcome.trace.size();
  const std::size_t from = count > lines_max ? count - lines_max : 0;
  if (from > 0) fmt::print("  … {} lines before (--verbose shows them)\n", from);
  for (std::size_t i = from; i < count; ++i) {
    const std::string& line = outcome.trace[i];
    const bool cut = lines_max < count && line.size() > kLineBytesShown;
    fmt::print("  {}{}\n", line.substr(0, cut ? kLineBytesShown : line.size()), cut ? "…" : "");
  }
}

void report(const Options& options, std::uint64_t number) {
  const Outcome outcome = gp::sim::replay(options.seed, number, gp::sim::Trace::Lines::kKept);
  show_trace(outcome, options.verbose ? outcome.trace.size() : kLinesShown);
  if (outcome.promise.empty()) return;
  fmt::print("\nbroken promise: {}\n  {}\n", outcome.promise, outcome.what);
  fmt::print("schedule {} of seed {}; reproduce with:\n  ./dev sim --seed {} --schedule {}{}\n",
             number, options.seed, options.seed, number,
             options.planted_bug.empty() ? "" : " --planted-bug " + options.planted_bug);
}

/// Every promise that any schedule breaks: how often, and where first.
int survey(const Options& options) {
  std::map<std::string, std::pair<std::uint64_t, gp::sim::Find>> broken;
  for (std::uint64_t next = 0; next < options.schedules;) {
    auto found = gp::sim::hunt(options.seed, next, options.schedules - next);
    if (!found) break;
    next = found->schedule + 1;
    const std::string promise = found->outcome.promise;
    ++broken.try_emplace(promise, 0, std::move(*found)).first->second.first;
  }
  for (const auto& [promise, finds] : broken) {
    fmt::print("{} broken in {} schedules, first in --schedule {}:\n  {}\n", promise, finds.first,
               finds.second.schedule, finds.second.outcome.what);
  }
  fmt::print("{} schedules, {} promises broken\n", options.schedules, broken.size());
  return broken.empty() ? 0 : 1;
}

std::uint64_t seed_under_way = 0;

// An assertion or a wild pointer of the code under test is a find too: it says where, then dies.
void tell_of_crash(int signal) {
  std::array<char, 256> text;
  const auto end = fmt::format_to_n(
      text.data(), text.size(),
      "\nthe code under test died (signal {}) in schedule {} of seed {}; reproduce "
      "with:\n  ./dev sim --seed {} --schedule {}\n",
      signal, gp::sim::schedule_under_way(), seed_under_way, seed_under_way,
      gp::sim::schedule_under_way());
  const auto written = ::write(STDERR_FILENO, text.data(), std::min(end.size, text.size()));
  (void)written;
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

int run(const Options& options) {
  using Clock = std::chrono::steady_clock;
  fmt::print("seed {}\n", options.seed);
  std::fflush(stdout);
  seed_under_way = options.seed;
  for (const int signal : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE}) std::signal(signal, tell_of_crash);
  if (options.schedule) {
    const Outcome outcome =
        gp::sim::replay(options.seed, *options.schedule, gp::sim::Trace::Lines::kNone);
    fmt::print("schedule {}, trace {:016x}\n", *options.schedule, outcome.trace_hash);
    if (options.verbose || !outcome.promise.empty()) report(options, *options.schedule);
    return outcome.promise.empty() ? 0 : 1;
  }
  if (options.keep_going) return survey(options);
  const Clock::time_point begin = Clock::now();
  const auto found = gp::sim::hunt(options.seed, 0, options.schedules);
  const std::uint64_t done = found ? found->schedule + 1 : options.schedules;
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  if (found) report(options, found->schedule);
  fmt::print("{} schedules, {} broken, {:.1f} s, {:.0f} schedules/s\n", done, found ? 1 : 0,
             seconds, static_cast<double>(done) / seconds);
  return found ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  options.seed = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                                std::chrono::system_clock::now().time_since_epoch())
                                                .count());
  CLI::App app{"The deterministic simulator: real chat, log and protocol code, a virtual world."};
  app.add_option("--seed", options.seed, "everything follows from it; default: the clock");
  app.add_option("--schedules", options.schedules, "how many to run");
  app.add_option("--schedule", options.schedule, "run only this one");
  app.add_option("--planted-bug", options.planted_bug, "switch on a bug; `list` names them");
  app.add_flag("--keep-going", options.keep_going,
               "run all schedules and list every promise that one of them breaks");
  app.add_flag("--verbose", options.verbose, "the whole trace");
  CLI11_PARSE(app, argc, argv);
  if (options.planted_bug == "list") {
    for (const auto name : gp::sim::planted_bugs()) fmt::print("{}\n", name);
    return 0;
  }
  if (!gp::sim::plant(options.planted_bug)) {
    fmt::print(stderr, "gp_sim: no planted bug is named {}; see --planted-bug list\n",
               options.planted_bug);
    return 2;
  }
  return run(options);
}
