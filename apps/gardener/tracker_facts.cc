#include "gardener/tracker_facts.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "gardener/rules/finding_report.h"
#include "gardener/rules/gate.h"
#include "gardener/rules/page.h"
#include "gardener/rules/references_output.h"
#include "gardener/rules/scan_context.h"
#include "gardener/rules/test_map.h"
#include "gardener/text_files.h"
#include "gardener/tracker/process.h"
#include "protocol/codes.h"

namespace gp::app {
namespace {

using tracker::Facts;
using tracker::Step;
using tracker::StepFact;

/// How generated tests begin (tests --write).
constexpr std::string_view kGeneratedBy = "gardener tests";
constexpr std::size_t kHeadBytes = 1024;
constexpr Step kDiscovery[] = {Step::kScan, Step::kRefs, Step::kTests};

/// `path` as the tree names it; "" if it is outside.
std::string in_tree(const std::string& root, const std::string& path) {
  std::error_code error;
  const auto base = std::filesystem::weakly_canonical(root, error);
  const auto full = std::filesystem::weakly_canonical(path, error);
  const std::string relative = full.lexically_relative(base).generic_string();
  return relative.starts_with("..") ? std::string() : relative;
}

bool is_silent(refs::FailureMode failure) {
  return failure == refs::FailureMode::kSwallowed || failure == refs::FailureMode::kSkipped;
}

/// Fills references and dependents; what gardener itself wrote does not count.
void count_references(const Session& session, const refs::ReferenceReport& report,
                      const std::set<std::string>& own_files, Facts& facts) {
  std::map<std::string_view, tracker::ClassCount> classes;
  std::set<std::string> dependents;
  for (const refs::Reference& reference : report.references) {
    const graph::SourceFile& file = session.tree.file(reference.file);
    if (reference.is_internal || file.is_excluded || file.is_backup) continue;
    if (own_files.count(file.path) != 0 || file.path.starts_with(".gardener/")) continue;
    tracker::ClassCount& count = classes[refs::name_of(reference.kind)];
    const bool is_production = reference.population == refs::Population::kProduction;
    ++count.total;
    count.production += is_production ? 1 : 0;
    count.silent += is_silent(reference.failure) ? 1 : 0;
    if (is_production && rules::is_dependency(reference)) dependents.insert(file.path);
  }
  for (auto& [name, count] : classes) {
    count.name = name;
    facts.references.push_back(count);
  }
  facts.dependents.assign(dependents.begin(), dependents.end());
}

/// The module's file as the plan deletes it, for the time after.
std::string deleted_path(const plan::Plan& plan) {
  std::string tail = plan.target;
  std::replace(tail.begin(), tail.end(), '.', '/');
  for (const plan::FileRow& row : plan.files) {
    if (row.is_deleted &&
        (row.path.ends_with(tail + ".py") || row.path.ends_with(tail + "/__init__.py")))
      return row.path;
  }
  return {};
}

Result<void> look_at_target(const Session& session, const refs::ReferenceReport& report,
                            Facts& facts) {
  facts.target_exists = report.target_file != graph::kNoFile;
  if (!facts.target_exists) {
    if (facts.plan != nullptr) facts.target_path = deleted_path(*facts.plan);
    return ok();
  }
  facts.target_path = session.tree.file(report.target_file).path;
  GP_TRY(const std::string bytes, session.tree.read(report.target_file));
  facts.target_lines = static_cast<std::uint32_t>(std::count(bytes.begin(), bytes.end(), '\n'));
  return ok();
}

Result<void> find_generated_tests(const Session& session, Facts& facts) {
  for (graph::FileId id = 0; id < session.tree.files().size(); ++id) {
    const graph::SourceFile& file = session.tree.file(id);
    if (file.kind != graph::FileKind::kPython || !graph::is_test_path(file.path)) continue;
    GP_TRY(const std::string bytes, session.tree.read(id));
    const std::string_view head = std::string_view(bytes).substr(0, kHeadBytes);
    if (head.find(kGeneratedBy) != std::string_view::npos)
      facts.generated_tests.push_back(file.path);
  }
  return ok();
}

StepFact made_now(Step step, std::string command, const TrackerInput& input) {
  StepFact fact{.step = step, .is_ok = true, .command = std::move(command)};
  fact.date = input.date;
  return fact;
}

StepFact scan_now(const rules::ScanContext& context, const TrackerInput& input) {
  std::vector<rules::Finding> findings;
  for (const rules::Rule* rule : rules::scan_rules()) rule->check(context, findings);
  std::uint64_t first = 0;
  for (const rules::Finding& finding : findings)
    first += finding.priority == rules::Priority::kP0 ? 1 : 0;
  StepFact fact = made_now(Step::kScan, "gardener scan", input);
  fact.numbers = {{"findings", findings.size()}, {"P0", first}};
  return fact;
}

StepFact refs_now(const Facts& facts, const TrackerInput& input) {
  std::uint64_t total = 0;
  std::uint64_t production = 0;
  std::uint64_t silent = 0;
  for (const tracker::ClassCount& count : facts.references) {
    total += count.total;
    production += count.production;
    silent += count.silent;
  }
  StepFact fact = made_now(Step::kRefs, "gardener refs " + facts.target, input);
  fact.numbers = {{"references", total},
                  {"production", production},
                  {"silent", silent},
                  {"production_files", facts.dependents.size()}};
  return fact;
}

StepFact tests_now(const rules::ScanContext& context, const refs::ReferenceReport& report,
                   const Facts& facts, const TrackerInput& input) {
  const rules::TestMap map = rules::map_tests(context, report);
  StepFact fact = made_now(Step::kTests, "gardener tests " + facts.target, input);
  fact.numbers = {{"protecting", map.protecting.size()},
                  {"of_the_module", map.own.size()},
                  {"contradictions", map.contradicts() ? 1 : 0}};
  for (const rules::OwnTest& test : map.own)
    fact.notes.push_back("uses the module itself: `" + test.path + "`");
  for (const rules::TestClaim& claim : map.claims) {
    if (claim.claim == rules::Claim::kGone)
      fact.notes.push_back(
          fmt::format("wants it gone: `{}:{}`", claim.place.file, claim.place.line));
  }
  return fact;
}

/// What can only be seen while the module is there.
Result<void> keep_discovery(const Session& session, const refs::ReferenceReport& report,
                            const GlobalFlags& global, const TrackerInput& input, Facts& facts) {
  const auto is_missing = [&facts](Step step) { return facts.step(step) == nullptr; };
  if (!facts.target_exists ||
      std::none_of(std::begin(kDiscovery), std::end(kDiscovery), is_missing))
    return ok();
  const graph::CodeBase code(session.tree, session.code_options(global));
  const rules::ScanContext context(code);
  std::vector<StepFact> made;
  if (is_missing(Step::kScan)) made.push_back(scan_now(context, input));
  if (is_missing(Step::kRefs)) made.push_back(refs_now(facts, input));
  if (is_missing(Step::kTests)) made.push_back(tests_now(context, report, facts, input));
  for (StepFact& fact : made) {
    GP_TRY(tracker::write_step(global.root, input.plan_path, fact));
    facts.steps.push_back(std::move(fact));
  }
  return ok();
}

Result<void> check_gate(const Session& session, const GlobalFlags& global,
                        const TrackerInput& input, Facts& facts) {
  for (const rules::Ban& ban : session.settings.bans) {
    if (ban.module != facts.target) continue;
    facts.bans_module = true;
    facts.bans_file = facts.bans_file || ban.file;
  }
  if (session.settings.bans.empty() && session.settings.baseline.empty()) return ok();
  rules::GateResult result =
      rules::check_bans(session.tree, session.settings.bans, session.refs_options(global));
  rules::Baseline accepted;
  if (!session.settings.baseline.empty()) {
    const graph::CodeBase code(session.tree, session.code_options(global));
    rules::check_unresolved(code, session.settings.target_minor, result);
    GP_TRY(const std::string text, read_text_file(global.root + "/" + session.settings.baseline));
    GP_TRY(accepted, rules::Baseline::parse(text, session.settings.baseline));
  }
  const std::size_t violations = rules::new_findings(result, accepted).size();
  StepFact fact = made_now(Step::kGate, "gardener gate", input);
  fact.is_ok = violations == 0 && !result.is_incomplete;
  fact.plan_hash = facts.plan_hash;
  fact.state = facts.state;
  fact.numbers = {{"bans", session.settings.bans.size()}, {"violations", violations}};
  facts.steps.push_back(std::move(fact));
  return ok();
}

/// Whether git has a commit with the document; without git it is not.
bool is_committed(const std::string& root, const std::string& document) {
  const auto log =
      tracker::run_process({.folder = root,
                            .command = {"git", "log", "-1", "--format=%H", "--", document},
                            .timeout = std::chrono::seconds(20)});
  return log.has_value() && log.value().status == 0 && !log.value().output.empty();
}

Result<void> take_plan(const TrackerInput& input, CollectedFacts& out) {
  Facts& facts = out.facts;
  facts.target = input.module;
  facts.canonical = input.canonical;
  std::error_code error;
  if (!std::filesystem::exists(input.plan_path, error)) {
    if (!input.module.empty() && !input.canonical.empty()) return ok();
    return fail(Code::bad_request,
                fmt::format("{}: there is no plan yet: say --module MODULE and --to "
                            "MODULE",
                            input.plan_path));
  }
  GP_TRY(PlanInput plan, read_plan_input(input.plan_path));
  if (!input.module.empty() && input.module != plan.plan.target) {
    return fail(Code::bad_request, fmt::format("--module {}: {} is a plan for {}", input.module,
                                               input.plan_path, plan.plan.target));
  }
  out.plan = std::make_unique<PlanInput>(std::move(plan));
  facts.target = out.plan->plan.target;
  facts.canonical = out.plan->plan.canonical;
  facts.plan = &out.plan->plan;
  facts.plan_hash = out.plan->hash;
  return ok();
}

}  // namespace

Result<CollectedFacts> collect_facts(const GlobalFlags& global, const TrackerInput& input) {
  CollectedFacts out;
  GP_TRY(take_plan(input, out));
  Facts& facts = out.facts;
  facts.plan_path = input.plan_path;
  facts.date = input.date;
  if (facts.plan != nullptr) facts.state = tracker::state_of(*facts.plan, global.root);
  GP_TRY(const Session session, open_session(global));
  const auto report =
      refs::find_references(session.tree, facts.target, session.refs_options(global));
  const std::set<std::string> own = {in_tree(global.root, input.plan_path),
                                     in_tree(global.root, input.document), "gardener.toml"};
  count_references(session, report, own, facts);
  GP_TRY(look_at_target(session, report, facts));
  GP_TRY(find_generated_tests(session, facts));
  GP_TRY(facts.steps, tracker::read_steps(global.root, input.plan_path));
  std::erase_if(facts.steps, [](const StepFact& fact) { return fact.step == Step::kGate; });
  GP_TRY(keep_discovery(session, report, global, input, facts));
  GP_TRY(check_gate(session, global, input, facts));
  if (!input.document.empty())
    facts.is_tracker_committed = is_committed(global.root, in_tree(global.root, input.document));
  return out;
}

}  // namespace gp::app
