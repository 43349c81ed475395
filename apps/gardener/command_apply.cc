#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "gardener/commands.h"
#include "gardener/output.h"
#include "gardener/plan/apply.h"
#include "gardener/plan_session.h"
#include "gardener/progress.h"
#include "gardener/step_record.h"
#include "gardener/text_files.h"
#include "protocol/codes.h"

namespace gp::app {
namespace {

struct ApplyFlags {
  std::string plan;
  bool diff = false;
  bool write = false;
  bool reverse = false;
};

std::string name_of_plan(const std::string& path) {
  return std::filesystem::path(path).stem().string();
}

Result<int> take_back(const GlobalFlags& global, const ApplyFlags& flags) {
  GP_TRY(const std::vector<std::string> restored,
         plan::reverse(global.root, name_of_plan(flags.plan)));
  for (const tracker::Step step :
       {tracker::Step::kApply, tracker::Step::kVerify, tracker::Step::kLoop})
    tracker::forget_step(global.root, flags.plan, step);
  std::string out;
  for (const std::string& path : restored) out += "restored " + path + "\n";
  return write_result(out, kClean);
}

void record(const GlobalFlags& global, const PlanInput& input, const plan::Derivation& derivation,
            const plan::Applied& applied) {
  if (applied.edited.empty() && applied.deleted.empty()) return;  // the second time
  const auto edits = std::count_if(
      derivation.plan.references.begin(), derivation.plan.references.end(), [](const auto& row) {
        return row.edit == plan::Edit::kRewrite || row.edit == plan::Edit::kDelete;
      });
  tracker::StepFact fact{.step = tracker::Step::kApply, .is_ok = true};
  fact.command = "gardener apply " + input.path + " --write";
  const auto kept =
      write_text_file(global.root + "/" + diff_path(input.path), applied.diff);  // for --pr
  if (kept.has_error()) report_error(kept.error());
  fact.numbers = {{"edits", static_cast<std::uint64_t>(edits)},
                  {"files", applied.edited.size()},
                  {"deleted", applied.deleted.size()}};
  record_step(global, input, std::move(fact));
}

std::string written_text(const plan::Applied& applied) {
  if (applied.edited.empty() && applied.deleted.empty()) return "nothing to change\n";
  std::string out;
  for (const std::string& path : applied.edited) out += "edited  " + path + "\n";
  for (const std::string& path : applied.deleted) out += "deleted " + path + "\n";
  return out + "the way back: " + applied.patch + "\n";
}

Result<int> run(const GlobalFlags& global, const ApplyFlags& flags) {
  GP_TRY(format_of(global, {Format::kText}));
  if (flags.reverse) return take_back(global, flags);
  GP_TRY(const PlanInput input, read_plan_input(flags.plan));
  GP_TRY(Session session, open_session(global));
  std::unique_ptr<PlanSession> made;
  {
    const Progress progress(global, "reading the tree");
    made = std::make_unique<PlanSession>(global, std::move(session), input.plan.target);
  }
  const plan::Derivation derivation = plan::derive(made->workspace(), input.plan);
  GP_TRY(const plan::Applied applied,
         plan::apply(made->workspace(), input.plan, derivation,
                     {.mode = flags.write ? plan::ApplyMode::kWrite : plan::ApplyMode::kDiff,
                      .plan_name = name_of_plan(flags.plan)}));
  if (flags.write) {
    record(global, input, derivation, applied);
    return write_result(written_text(applied), made->is_incomplete() ? kIncomplete : kClean);
  }
  for (const std::string& refusal : applied.refusals)
    std::fprintf(stderr, "gardener: --write would refuse: %s\n", refusal.c_str());
  const bool is_empty = applied.diff.empty() && applied.refusals.empty();
  return write_result(applied.diff, made->is_incomplete() ? kIncomplete
                                    : is_empty            ? kClean
                                                          : kFound);
}

}  // namespace

void add_apply(CLI::App& root, const GlobalFlags& global, int& status) {
  auto flags = std::make_shared<ApplyFlags>();
  CLI::App* app = root.add_subcommand("apply", "carry out a plan; shows the diff unless --write");
  app->fallthrough();
  app->add_option("plan", flags->plan, "the plan file")->required()->type_name("PLAN");
  CLI::Option* diff = app->add_flag("--diff", flags->diff, "show what would change (default)");
  CLI::Option* write =
      app->add_flag("--write", flags->write, "change the files, all or none")->excludes(diff);
  app->add_flag("-R,--reverse", flags->reverse, "undo what --write did, every byte")
      ->excludes(diff)
      ->excludes(write);
  app->footer("Exit status: 1 if something would change, or --write would refuse.");
  app->callback([flags, &global, &status] {
    const auto result = run(global, *flags);
    status = result.has_error() ? report_error(result.error()) : result.value();
  });
}

}  // namespace gp::app
