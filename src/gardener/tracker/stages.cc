/// How: one function per step of the process makes its boxes from the facts. To add a box: a line
/// in its step's function, with what is to be true, whether it is, the evidence and the way there.
#include <fmt/core.h>

#include <algorithm>

#include "gardener/tracker/tracker.h"

namespace gp::tracker {
namespace {

/// "`gardener verify plan.toml`, 2026-11-23"
std::string source_of(const StepFact& fact) {
  return fmt::format("`{}`{}{}", fact.command, fact.date.empty() ? "" : ", ", fact.date);
}

std::string plan_name(const Facts& facts) {
  return facts.plan_path.empty() ? "plan.toml" : facts.plan_path;
}

/// Why there is no fresh fact, and the command that makes one.
std::string missing(const Facts& facts, Step step, const std::string& command) {
  const StepFact* stale = facts.step(step);
  if (stale == nullptr) return fmt::format("not done: run `{}`", command);
  const bool is_plan = stale->plan_hash != facts.plan_hash;
  return fmt::format("stale, {} changed since: run `{}` again",
                     is_plan ? "the plan has" : "planned files have", command);
}

/// A box that a command's result ticks.
Box from_step(const Facts& facts, Step step, std::string text, const std::string& numbers,
              const std::string& command) {
  const StepFact* fact = facts.fresh(step);
  Box box{false, std::move(text), {}};
  if (fact == nullptr) {
    box.evidence = missing(facts, step, command);
  } else if (!fact->is_ok) {
    box.evidence = fmt::format("{}; it failed: {}", numbers, source_of(*fact));
  } else {
    box.is_ticked = true;
    box.evidence = fmt::format("{}; {}", numbers, source_of(*fact));
  }
  return box;
}

Box from_flag(bool is_true, std::string text, std::string evidence, std::string way) {
  return {is_true, std::move(text), is_true ? std::move(evidence) : std::move(way)};
}

std::uint64_t number(const Facts& facts, Step step, std::string_view name) {
  const StepFact* fact = facts.fresh(step);
  return fact == nullptr ? 0 : fact->number(name);
}

std::string apply_command(const Facts& facts) {
  return fmt::format("gardener apply {} --write", plan_name(facts));
}

std::string loop_command(const Facts& facts) {
  return fmt::format("gardener loop {} -- python3 -m pytest", plan_name(facts));
}

Stage discovery(const Facts& facts) {
  Stage stage{0, "Discovery", {}};
  stage.boxes.push_back(
      from_step(facts, Step::kScan, "Code base audited for legacy and duplicate sources of truth",
                fmt::format("{} findings, {} of them P0", number(facts, Step::kScan, "findings"),
                            number(facts, Step::kScan, "P0")),
                "gardener scan"));
  stage.boxes.push_back(from_step(
      facts, Step::kRefs, fmt::format("Every reference to `{}` found and classified", facts.target),
      fmt::format(
          "{} references, {} in production ({} files), {} would fail in silence",
          number(facts, Step::kRefs, "references"), number(facts, Step::kRefs, "production"),
          number(facts, Step::kRefs, "production_files"), number(facts, Step::kRefs, "silent")),
      fmt::format("gardener refs {}", facts.target)));
  stage.boxes.push_back({true, "Progress tracker created", "this file"});
  stage.boxes.push_back(from_flag(facts.is_tracker_committed, "Tracker committed to git",
                                  "it is in git's index or history",
                                  "not done: `git add` and commit this file"));
  return stage;
}

Stage test_discovery(const Facts& facts) {
  Stage stage{1, "Discover and plan tests", {}};
  stage.boxes.push_back(
      from_step(facts, Step::kTests, "Existing tests found",
                fmt::format("{} protect the importers, {} use the module itself, {} contradict "
                            "each other",
                            number(facts, Step::kTests, "protecting"),
                            number(facts, Step::kTests, "of_the_module"),
                            number(facts, Step::kTests, "contradictions")),
                fmt::format("gardener tests {}", facts.target)));
  return stage;
}

Stage test_execution(const Facts& facts) {
  Stage stage{2, "Execute the test plan", {}};
  const std::size_t count = facts.generated_tests.size();
  stage.boxes.push_back(from_flag(
      count > 0, "New tests for one source of truth are in the tree",
      fmt::format("{} {}: `{}`{}", count, count == 1 ? "file" : "files",
                  count == 0 ? "" : facts.generated_tests.front(), count > 1 ? " and others" : ""),
      fmt::format("not there: run `gardener tests {} --write tests`", facts.target)));
  return stage;
}

std::size_t count_symbols(const plan::Plan& plan, plan::Action action) {
  return static_cast<std::size_t>(
      std::count_if(plan.symbols.begin(), plan.symbols.end(),
                    [action](const plan::SymbolRow& row) { return row.action == action; }));
}

std::size_t failed_checks(const plan::Plan& plan) {
  std::size_t failed = 0;
  for (const plan::SymbolRow& row : plan.symbols) {
    for (const plan::Check& check : row.checks)
      failed += check.state == plan::CheckState::kFailed ? 1 : 0;
  }
  return failed;
}

Stage remediation_plan(const Facts& facts) {
  Stage stage{3, "Plan the remediation", {}};
  const std::string command = fmt::format("gardener plan {} --to {} -o {}", facts.target,
                                          facts.canonical, plan_name(facts));
  stage.boxes.push_back(from_flag(
      facts.plan != nullptr, "A plan exists, one row per symbol and per reference",
      facts.plan == nullptr ? ""
                            : fmt::format("`{}`: {} symbols, {} references, {} files",
                                          plan_name(facts), facts.plan->symbols.size(),
                                          facts.plan->references.size(), facts.plan->files.size()),
      fmt::format("not made: run `{}`", command)));
  if (facts.plan == nullptr) {
    stage.boxes.push_back({false, "Every symbol is decided", "there is no plan yet"});
    return stage;
  }
  const std::size_t open = count_symbols(*facts.plan, plan::Action::kManual);
  const std::size_t failed = failed_checks(*facts.plan);
  std::string open_names;
  for (const plan::SymbolRow& row : facts.plan->symbols) {
    if (row.action == plan::Action::kManual)
      open_names += fmt::format("{}`{}`", open_names.empty() ? "" : ", ", row.name);
  }
  stage.boxes.push_back(from_flag(
      open == 0 && failed == 0, "Every symbol is decided, and its checks hold",
      fmt::format("{} redirect, {} rename, {} move, {} drop, {} keep, {} broken before",
                  count_symbols(*facts.plan, plan::Action::kRedirect),
                  count_symbols(*facts.plan, plan::Action::kRename),
                  count_symbols(*facts.plan, plan::Action::kMove),
                  count_symbols(*facts.plan, plan::Action::kDrop),
                  count_symbols(*facts.plan, plan::Action::kKeep),
                  count_symbols(*facts.plan, plan::Action::kBrokenBefore)),
      open > 0 ? fmt::format("{} open: {}; give each an action in `{}`", open, open_names,
                             plan_name(facts))
               : fmt::format("{} checks fail: `gardener plan {} --to {} -o {}` says which", failed,
                             facts.target, facts.canonical, plan_name(facts))));
  return stage;
}

Box target_gone(const Facts& facts, std::string text) {
  return from_flag(!facts.target_exists, std::move(text),
                   fmt::format("`{}` does not exist",
                               facts.target_path.empty() ? facts.target : facts.target_path),
                   fmt::format("it is still there: run `{}`", apply_command(facts)));
}

Box verified(const Facts& facts, std::string text) {
  return from_step(facts, Step::kVerify, std::move(text),
                   fmt::format("{} checks, {} failed", number(facts, Step::kVerify, "checks"),
                               number(facts, Step::kVerify, "failed")),
                   fmt::format("gardener verify {}", plan_name(facts)));
}

Stage remediation(const Facts& facts) {
  Stage stage{4, "Execute the remediation", {}};
  stage.boxes.push_back(from_step(
      facts, Step::kApply, "Plan applied",
      fmt::format("{} edits in {} files, {} deleted", number(facts, Step::kApply, "edits"),
                  number(facts, Step::kApply, "files"), number(facts, Step::kApply, "deleted")),
      apply_command(facts)));
  stage.boxes.push_back(target_gone(facts, "The deprecated module is removed"));
  stage.boxes.push_back(verified(facts, "Verified without running the code"));
  return stage;
}

Box tests_hold(const Facts& facts, std::string text) {
  return from_step(
      facts, Step::kLoop, std::move(text),
      fmt::format("{} collected before, {} after; {} differences, {} of them bad",
                  number(facts, Step::kLoop, "collected_before"),
                  number(facts, Step::kLoop, "collected_after"),
                  number(facts, Step::kLoop, "differences"), number(facts, Step::kLoop, "bad")),
      loop_command(facts));
}

Stage test_loop(const Facts& facts) {
  Stage stage{5, "Test loop", {}};
  stage.boxes.push_back(
      tests_hold(facts, "No test that worked before fails, is skipped or is gone"));
  return stage;
}

Box banned(const Facts& facts, std::string text) {
  return from_flag(
      facts.bans_module && facts.bans_file, std::move(text),
      "`gardener.toml` bans the module and its file",
      fmt::format("{}: add [[ban]] module = \"{}\", file = true to `gardener.toml`",
                  facts.bans_module ? "its file may return" : "not banned", facts.target));
}

Stage closure(const Facts& facts) {
  Stage stage{6, "Pull request and closure", {}};
  stage.boxes.push_back(banned(facts, "A gate keeps the module out"));
  stage.boxes.push_back(
      from_step(facts, Step::kGate, "The gate is green",
                fmt::format("{} bans, {} violations", number(facts, Step::kGate, "bans"),
                            number(facts, Step::kGate, "violations")),
                "gardener gate"));
  stage.boxes.push_back(from_step(facts, Step::kPr, "Text of the pull request written",
                                  "with evidence",
                                  fmt::format("gardener tracker {} --pr FILE", plan_name(facts))));
  return stage;
}

/// Code that depends on the target; text that mentions it does not.
bool is_dependency(std::string_view kind) {
  return kind == "import" || kind == "transitive-import" || kind == "attribute" ||
         kind == "patch" || kind == "module-use" || kind == "import-module" ||
         kind == "shell-import";
}

}  // namespace

bool Stage::is_complete() const {
  return std::all_of(boxes.begin(), boxes.end(), [](const Box& box) { return box.is_ticked; });
}

std::vector<Stage> stages(const Facts& facts) {
  return {discovery(facts),   test_discovery(facts), test_execution(facts), remediation_plan(facts),
          remediation(facts), test_loop(facts),      closure(facts)};
}

std::vector<Box> success_criteria(const Facts& facts) {
  std::uint32_t left = 0;
  for (const ClassCount& count : facts.references)
    left += is_dependency(count.name) ? count.total : 0;
  std::vector<Box> boxes;
  boxes.push_back(target_gone(facts, "The deprecated module is removed entirely"));
  Box imports{
      left == 0 && !facts.target_exists, "Nothing imports, patches or loads it any more", {}};
  if (left > 0) {
    imports.evidence = fmt::format("{} references in code are left: `gardener refs {}` lists them",
                                   left, facts.target);
  } else {
    imports.evidence = facts.target_exists
                           ? "the module itself is still there"
                           : fmt::format("`gardener refs {}` finds none", facts.target);
  }
  boxes.push_back(std::move(imports));
  boxes.push_back(
      verified(facts, "Every new import resolves; only what the plan keeps still names it"));
  boxes.push_back(tests_hold(facts, "Every test that passed before passes"));
  boxes.push_back(banned(facts, "It cannot come back unnoticed"));
  return boxes;
}

bool is_closed(const Facts& facts) {
  const std::vector<Stage> all = stages(facts);
  const std::vector<Box> criteria = success_criteria(facts);
  return std::all_of(all.begin(), all.end(),
                     [](const Stage& stage) { return stage.is_complete(); }) &&
         std::all_of(criteria.begin(), criteria.end(),
                     [](const Box& box) { return box.is_ticked; });
}

}  // namespace gp::tracker
