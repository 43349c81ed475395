#include <filesystem>
#include <memory>

#include "gardener/commands.h"
#include "gardener/output.h"
#include "gardener/plan/apply.h"
#include "gardener/step_record.h"
#include "gardener/text_files.h"
#include "gardener/tracker/before_tree.h"
#include "gardener/tracker/loop.h"
#include "gardener/tracker/run_tests.h"
#include "protocol/codes.h"

namespace gp::app {
namespace {

struct LoopFlags {
  std::string plan;
  std::vector<std::string> command{};
  std::string record;
  std::string before;
  unsigned timeout_seconds = 0;
  bool verbose = false;
};

tracker::RunOptions run_options(const GlobalFlags& global, const LoopFlags& flags) {
  return {.folder = global.root,
          .command = flags.command,
          .timeout = std::chrono::seconds(flags.timeout_seconds),
          .echo = flags.verbose ? tracker::Echo::kStderr : tracker::Echo::kNone};
}

/// The tests in a copy of the tree with the stored patch reversed.
Result<tracker::TestRun> run_before(const GlobalFlags& global, const LoopFlags& flags) {
  GP_TRY(const tracker::TemporaryFolder copy, tracker::copy_tree(global.root));
  const std::string name = std::filesystem::path(flags.plan).stem().string();
  GP_TRY(plan::reverse(copy.path(), name));
  tracker::RunOptions options = run_options(global, flags);
  options.folder = copy.path();
  options.original = global.root;
  return tracker::run_tests(options);
}

Result<tracker::TestRun> read_before(const std::string& path) {
  auto text = read_text_file(path);
  if (text.has_error()) return fail(Code::bad_request, "--before " + text.error().message);
  return tracker::read_record(text.value(), path);
}

Result<int> record(const GlobalFlags& global, const LoopFlags& flags, const PlanInput& input) {
  GP_TRY(tracker::TestRun run, tracker::run_tests(run_options(global, flags)));
  run.plan_hash = input.hash;
  GP_TRY(write_text_file(flags.record, tracker::to_json(run)));
  return write_result("recorded: " + tracker::summary(run) + "\n", kClean);
}

std::string typed(const LoopFlags& flags) {
  std::string out = "gardener loop " + flags.plan + " --";
  for (const std::string& word : flags.command) out += " " + word;
  return out;
}

Result<int> run(const GlobalFlags& global, const LoopFlags& flags) {
  GP_TRY(const Format format, format_of(global, {Format::kText, Format::kJson}));
  GP_TRY(const PlanInput input, read_plan_input(flags.plan));
  if (!flags.record.empty()) return record(global, flags, input);
  tracker::TestRun before;
  if (flags.before.empty()) {
    GP_TRY(before, run_before(global, flags));
  } else {
    GP_TRY(before, read_before(flags.before));
  }
  GP_TRY(const tracker::TestRun after, tracker::run_tests(run_options(global, flags)));
  const tracker::LoopReport report = tracker::compare(before, after, input.plan);
  tracker::StepFact fact{.step = tracker::Step::kLoop, .is_ok = report.passes};
  fact.command = typed(flags);
  std::uint64_t bad = 0;
  for (const tracker::Difference& one : report.differences) bad += tracker::is_bad(one.change);
  fact.numbers = {{"collected_before", report.collected_before},
                  {"collected_after", report.collected_after},
                  {"differences", report.differences.size()},
                  {"bad", bad}};
  fact.notes = {"before: " + report.before, "after: " + report.after};
  record_step(global, input, std::move(fact));
  return write_result(format == Format::kJson ? tracker::to_json(report) : tracker::to_text(report),
                      report.passes ? kClean : kFound);
}

}  // namespace

void add_loop(CLI::App& root, const GlobalFlags& global, int& status) {
  auto flags = std::make_shared<LoopFlags>();
  CLI::App* app = root.add_subcommand("loop", "the tests before and after, compared one by one");
  app->fallthrough();
  app->add_option("plan", flags->plan, "the plan that was applied")->required()->type_name("PLAN");
  app->add_option("command", flags->command, "after `--`: the test command, such as pytest -q")
      ->required()
      ->type_name("COMMAND");
  app->add_option("--record", flags->record, "only run, and keep the result for --before")
      ->type_name("FILE");
  app->add_option("--before", flags->before,
                  "a recorded run, instead of running in a copy with the patch reversed")
      ->type_name("FILE");
  app->add_option("--timeout", flags->timeout_seconds, "for each run; default none")
      ->type_name("SECONDS");
  app->add_flag("--verbose", flags->verbose, "the command's output on stderr as it comes");
  app->footer(
      "Exit status: 0 nothing that worked is lost; 1 a test fails, is skipped or is gone that was "
      "not.\npytest is told apart test by test; of other commands only the exit status is known.");
  app->callback([flags, &global, &status] {
    const auto result = run(global, *flags);
    status = result.has_error() ? report_error(result.error()) : result.value();
  });
}

}  // namespace gp::app
