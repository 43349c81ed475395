#include <memory>

#include "gardener/commands.h"
#include "gardener/output.h"
#include "gardener/step_record.h"
#include "gardener/text_files.h"
#include "gardener/tracker/tracker.h"
#include "gardener/tracker_facts.h"
#include "protocol/codes.h"

namespace gp::app {
namespace {

struct TrackerFlags {
  TrackerInput input{};
  tracker::TrackerHead head{};
  std::string pull_request;
  bool check = false;
};

std::string steps_done(const tracker::Facts& facts) {
  std::string out;
  for (const tracker::Stage& stage : tracker::stages(facts)) {
    out += stage.is_complete() ? "done  " : "open  ";
    out += std::to_string(stage.number) + ") " + stage.title + "\n";
    for (const tracker::Box& box : stage.boxes) {
      if (!box.is_ticked) out += "      " + box.text + ": " + box.evidence + "\n";
    }
  }
  return out;
}

Result<std::string> new_document(const TrackerFlags& flags, const tracker::Facts& facts) {
  auto before = read_text_file(flags.input.document);
  if (before.has_error()) {
    if (before.error().code != Code::not_found) return std::move(before).error();
    return tracker::start_tracker(flags.head, facts);
  }
  GP_TRY(const tracker::TrackerUpdate update,
         tracker::update_tracker(std::move(before).value(), flags.input.document, facts));
  for (const std::string& part : update.missing)
    report_error({Code::bad_request, flags.input.document + ": has no part '" + part +
                                         "' any more, so it is not shown"});
  return update.text;
}

Result<void> write_pull_request(const GlobalFlags& global, const TrackerFlags& flags,
                                CollectedFacts& collected) {
  std::string patch;
  if (auto stored = read_text_file(global.root + "/" + diff_path(flags.input.plan_path)))
    patch = std::move(stored).value();
  GP_TRY(write_text_file(flags.pull_request, tracker::pull_request(collected.facts, patch)));
  if (collected.plan == nullptr) return ok();
  tracker::StepFact fact{.step = tracker::Step::kPr, .is_ok = true};
  fact.command = "gardener tracker " + flags.input.plan_path + " --pr " + flags.pull_request;
  fact.date = flags.input.date;
  record_step(global, *collected.plan, fact);
  fact.plan_hash = collected.facts.plan_hash;
  std::erase_if(collected.facts.steps,
                [](const tracker::StepFact& one) { return one.step == tracker::Step::kPr; });
  collected.facts.steps.push_back(std::move(fact));
  return ok();
}

Result<int> run(const GlobalFlags& global, TrackerFlags& flags) {
  GP_TRY(format_of(global, {Format::kText}));
  if (flags.input.date.empty()) flags.input.date = today();
  GP_TRY(CollectedFacts collected, collect_facts(global, flags.input));
  if (!flags.pull_request.empty()) {
    GP_TRY(write_pull_request(global, flags, collected));
  }
  if (!flags.input.document.empty()) {
    GP_TRY(const std::string text, new_document(flags, collected.facts));
    GP_TRY(write_text_file(flags.input.document, text));
  }
  const bool is_closed = tracker::is_closed(collected.facts);
  return write_result(steps_done(collected.facts), flags.check && !is_closed ? kFound : kClean);
}

}  // namespace

void add_tracker(CLI::App& root, const GlobalFlags& global, int& status) {
  auto flags = std::make_shared<TrackerFlags>();
  CLI::App* app =
      root.add_subcommand("tracker", "the document of the removal; boxes are ticked by facts only");
  app->fallthrough();
  app->add_option("plan", flags->input.plan_path, "the plan; it need not exist yet")
      ->required()
      ->type_name("PLAN");
  app->add_option("--update", flags->input.document,
                  "renew the parts between markers; a file that is not there is started")
      ->type_name("FILE.md");
  app->add_option("--pr", flags->pull_request, "write the text of a pull request")
      ->type_name("FILE.md");
  app->add_option("--module", flags->input.module, "the deprecated module, while there is no plan")
      ->type_name("MODULE");
  app->add_option("--to", flags->input.canonical, "the canonical one, while there is no plan")
      ->type_name("MODULE");
  app->add_option("--title", flags->head.title, "of a new tracker")->type_name("TEXT");
  app->add_option("--issue", flags->head.issue, "link, of a new tracker")->type_name("URL");
  app->add_option("--priority", flags->head.priority, "of a new tracker")->type_name("P0");
  app->add_option("--date", flags->input.date, "instead of today")->type_name("YYYY-MM-DD");
  app->add_flag("--check", flags->check, "exit with 1 while a box is open");
  app->footer(
      "Prose outside the markers is kept byte for byte. Shows what is open, and the command.");
  app->callback([flags, &global, &status] {
    const auto result = run(global, *flags);
    status = result.has_error() ? report_error(result.error()) : result.value();
  });
}

}  // namespace gp::app
