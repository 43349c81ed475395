#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "gardener/commands.h"
#include "gardener/output.h"
#include "gardener/plan/verify.h"
#include "gardener/plan_session.h"
#include "gardener/progress.h"
#include "gardener/step_record.h"
#include "gardener/tracker/process.h"
#include "protocol/json_writer.h"

namespace gp::app {
namespace {

struct VerifyFlags {
  std::string plan;
  std::string python;
};

/// Python's own opinion: compiled, never run or imported.
Result<plan::Fact> ask_python(const GlobalFlags& global, const std::string& python,
                              const std::vector<std::string>& files) {
  constexpr const char* kScript =
      "import sys\n"
      "bad = 0\n"
      "for path in sys.argv[1:]:\n"
      "    try:\n"
      "        compile(open(path, 'rb').read(), path, 'exec', dont_inherit=True)\n"
      "    except (SyntaxError, ValueError) as error:\n"
      "        bad = 1\n"
      "        print(f'{path}:{getattr(error, \"lineno\", 0)}: {error}')\n"
      "sys.exit(bad)\n";
  tracker::ProcessOptions process{.folder = global.root, .command = {python, "-I", "-c", kScript}};
  process.command.insert(process.command.end(), files.begin(), files.end());
  GP_TRY(const tracker::ProcessEnd end, tracker::run_process(process));
  plan::Fact fact{.name = "python", .holds = end.status == 0};
  fact.summary = fmt::format("{} compiles {} edited files", python, files.size());
  if (!fact.holds) fact.evidence.push_back(end.output);
  return fact;
}

std::string text_of(const plan::Verification& result) {
  std::string out;
  for (const plan::Fact& fact : result.facts) {
    out += fmt::format("{}  {}: {}\n", fact.holds ? "ok    " : "FAILED", fact.name, fact.summary);
    if (fact.holds) continue;
    for (const std::string& line : fact.evidence) out += fmt::format("          {}\n", line);
  }
  return out + (result.holds() ? "verify: the plan is carried out\n" : "verify: FAILED\n");
}

std::string json_of(const plan::Verification& result) {
  std::string out;
  protocol::JsonWriter json(out);
  json.begin_object().field("holds", result.holds()).key("facts").begin_array();
  for (const plan::Fact& fact : result.facts) {
    json.begin_object().field("name", fact.name).field("holds", fact.holds);
    json.field("summary", fact.summary).key("evidence").begin_array();
    for (const std::string& line : fact.evidence) json.value(std::string_view(line));
    json.end_array().end_object();
  }
  json.end_array().end_object();
  out += '\n';
  return out;
}

void record(const GlobalFlags& global, const PlanInput& input, const plan::Verification& result) {
  tracker::StepFact fact{.step = tracker::Step::kVerify, .is_ok = result.holds()};
  fact.command = "gardener verify " + input.path;
  const auto failed = std::count_if(result.facts.begin(), result.facts.end(),
                                    [](const plan::Fact& one) { return !one.holds; });
  fact.numbers = {{"checks", result.facts.size()}, {"failed", static_cast<std::uint64_t>(failed)}};
  for (const plan::Fact& one : result.facts) fact.notes.push_back(one.name + ": " + one.summary);
  record_step(global, input, std::move(fact));
}

Result<int> run(const GlobalFlags& global, const VerifyFlags& flags) {
  GP_TRY(const Format format, format_of(global, {Format::kText, Format::kJson}));
  GP_TRY(const PlanInput input, read_plan_input(flags.plan));
  GP_TRY(Session session, open_session(global));
  std::unique_ptr<PlanSession> made;
  {
    const Progress progress(global, "reading the tree");
    made = std::make_unique<PlanSession>(global, std::move(session), input.plan.target);
  }
  GP_TRY(plan::Verification result,
         plan::verify(made->workspace(), input.plan,
                      std::filesystem::path(flags.plan).stem().string()));
  if (!flags.python.empty()) {
    GP_TRY(plan::Fact fact, ask_python(global, flags.python, result.edited));
    result.facts.push_back(std::move(fact));
  }
  record(global, input, result);
  const int status = made->is_incomplete() ? kIncomplete : result.holds() ? kClean : kFound;
  return write_result(format == Format::kJson ? json_of(result) : text_of(result), status);
}

}  // namespace

void add_verify(CLI::App& root, const GlobalFlags& global, int& status) {
  auto flags = std::make_shared<VerifyFlags>();
  CLI::App* app =
      root.add_subcommand("verify", "prove that a plan was carried out, without running the code");
  app->fallthrough();
  app->add_option("plan", flags->plan, "the plan that was applied")->required()->type_name("PLAN");
  app->add_option("--python", flags->python,
                  "also compile the edited files with this interpreter (nothing is run)")
      ->type_name("PYTHON");
  app->callback([flags, &global, &status] {
    const auto result = run(global, *flags);
    status = result.has_error() ? report_error(result.error()) : result.value();
  });
}

}  // namespace gp::app
