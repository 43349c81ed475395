#include <filesystem>
#include <memory>

#include "gardener/commands.h"
#include "gardener/output.h"
#include "gardener/plan/plan_file.h"
#include "gardener/plan/planner.h"
#include "gardener/plan_session.h"
#include "gardener/plan_text.h"
#include "gardener/progress.h"
#include "gardener/step_record.h"
#include "gardener/text_files.h"
#include "protocol/codes.h"

namespace gp::app {
namespace {

struct PlanFlags {
  std::string module;
  std::string to;
  std::string output;
  bool rename_uses = false;
};

/// The plan that is there already; nothing if there is none. Errors: it is for another module.
Result<std::unique_ptr<plan::Plan>> existing_plan(const PlanFlags& flags) {
  std::error_code error;
  if (flags.output.empty() || !std::filesystem::exists(flags.output, error)) return nullptr;
  GP_TRY(PlanInput input, read_plan_input(flags.output));
  if (input.plan.target != flags.module) {
    return fail(Code::bad_request, flags.output + " is a plan for " + input.plan.target +
                                       ": name another file with -o, or delete it");
  }
  return std::make_unique<plan::Plan>(std::move(input.plan));
}

Result<int> run(const GlobalFlags& global, PlanFlags flags) {
  GP_TRY(format_of(global, {Format::kText}));
  GP_TRY(flags.module, module_argument(flags.module));
  GP_TRY(flags.to, module_argument(flags.to));
  GP_TRY(const std::unique_ptr<plan::Plan> existing, existing_plan(flags));
  GP_TRY(Session session, open_session(global));
  std::unique_ptr<PlanSession> made;
  {
    const Progress progress(global, "reading the tree");
    made = std::make_unique<PlanSession>(global, std::move(session), flags.module);
  }
  GP_TRY(const plan::Derivation derivation,
         plan::make_plan(made->workspace(), {.canonical = flags.to,
                                             .rename_uses = flags.rename_uses,
                                             .existing = existing.get()}));
  const std::string toml = plan::write_plan(derivation.plan);
  const int status = made->is_incomplete() ? kIncomplete : is_open(derivation) ? kFound : kClean;
  if (flags.output.empty()) return write_result(toml, status);
  GP_TRY(write_text_file(flags.output, toml));
  return write_result(plan_text(derivation) + "\nplan: " + flags.output + "\n", status);
}

}  // namespace

void add_plan(CLI::App& root, const GlobalFlags& global, int& status) {
  auto flags = std::make_shared<PlanFlags>();
  CLI::App* app = root.add_subcommand(
      "plan", "what becomes of every symbol of a module and of every reference to it");
  app->fallthrough();
  app->add_option("module", flags->module, "dotted name, or the path of its file")
      ->required()
      ->type_name("MODULE");
  app->add_option("--to", flags->to, "the module that stays")->required()->type_name("MODULE");
  app->add_option("-o,--output", flags->output,
                  "the plan file; if it exists, its decisions are kept. Default: stdout")
      ->type_name("FILE");
  app->add_flag("--rename-uses", flags->rename_uses,
                "rename local uses, too, instead of importing under the old name");
  app->footer("Exit status: 1 while a symbol is open or apply would refuse.");
  app->callback([flags, &global, &status] {
    const auto result = run(global, *flags);
    status = result.has_error() ? report_error(result.error()) : result.value();
  });
}

}  // namespace gp::app
