#include "gardener/tracker/tracker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gardener/tracker/before_tree.h"
#include "gardener/tracker/file_bytes.h"

namespace gp::tracker {
namespace {

using testing::HasSubstr;
using testing::Not;

StepFact fact(Step step, std::vector<std::pair<std::string, std::uint64_t>> numbers = {}) {
  StepFact out;
  out.step = step;
  out.is_ok = true;
  out.command = std::string("gardener ") + std::string(name_of(step));
  out.date = "2026-11-23";
  out.plan_hash = "p1";
  out.state = "s1";
  out.numbers = std::move(numbers);
  return out;
}

Facts beginning() {
  Facts facts;
  facts.target = "app.old_factory";
  facts.canonical = "app.manager";
  facts.target_path = "app/old_factory.py";
  facts.plan_path = "plan.toml";
  facts.date = "2026-11-23";
  facts.target_lines = 587;
  facts.references = {{"import", 7, 3, 2}, {"regex", 1, 0, 0}};
  facts.dependents = {"app/auth.py"};
  return facts;
}

plan::Plan decided_plan() {
  plan::Plan plan;
  plan.target = "app.old_factory";
  plan.canonical = "app.manager";
  plan.symbols.push_back(
      {"make", plan::Action::kRename, "app.manager:build", "a | b", {}, {}, 3, 2, 2});
  plan::ReferenceRow row;
  row.file = "app/auth.py";
  row.line = 63;
  row.symbol = "make";
  row.action = plan::Action::kRename;
  row.edit = plan::Edit::kRewrite;
  row.failure = refs::FailureMode::kSwallowed;
  plan.references.push_back(row);
  plan.files.push_back({"app/old_factory.py", "", true});
  return plan;
}

Facts end(const plan::Plan& plan) {
  Facts facts = beginning();
  facts.plan = &plan;
  facts.plan_hash = "p1";
  facts.state = "s1";
  facts.target_exists = false;
  facts.target_lines = 0;
  facts.references = {{"regex", 1, 0, 0}};
  facts.is_tracker_committed = facts.bans_module = facts.bans_file = true;
  facts.generated_tests = {"tests/test_ssot.py"};
  for (const Step step : kSteps) facts.steps.push_back(fact(step));
  return facts;
}

std::string updated(const std::string& document, const Facts& facts) {
  auto update = update_tracker(document, "T.md", facts);
  EXPECT_TRUE(update) << (update ? "" : update.error().message);
  return update ? update.value().text : "";
}

TEST(Tracker, StartsWithNothingDoneButItself) {
  const std::string text = start_tracker({"", "https://example.com/4", "P0"}, beginning());
  EXPECT_THAT(text, testing::StartsWith("# SSOT Legacy Removal: old factory\n\n"
                                        "**Issue:** https://example.com/4\n**Priority:** P0\n"));
  EXPECT_THAT(text, HasSubstr("**Status:** IN PROGRESS - Step 0 open\n"));
  EXPECT_THAT(text, HasSubstr("- **PRIMARY:** `app/old_factory.py` (587 lines)\n"));
  EXPECT_THAT(text, HasSubstr("- **DEPENDENT:** `app/auth.py`\n"));
  EXPECT_THAT(text, HasSubstr("- [x] Progress tracker created — this file\n"));
  EXPECT_THAT(text, HasSubstr("not done: run `gardener scan`"));
  std::size_t ticked = 0;
  for (std::size_t at = text.find("[x]"); at != std::string::npos; at = text.find("[x]", at + 1))
    ++ticked;
  EXPECT_EQ(ticked, 1U);
}

TEST(Tracker, AllFactsCloseIt) {
  const plan::Plan plan = decided_plan();
  const Facts facts = end(plan);
  EXPECT_TRUE(is_closed(facts));
  const std::string text = updated(start_tracker({}, beginning()), facts);
  EXPECT_THAT(text, HasSubstr("**Status:** COMPLETE, 2026-11-23\n"));
  EXPECT_THAT(text, Not(HasSubstr("[ ]")));
  EXPECT_THAT(text, HasSubstr("### ✅ 6) Pull request and closure (COMPLETE)\n"));
}

struct Hole {
  const char* name;
  void (*make)(Facts&);
  const char* says;
};

class OneFactLess : public testing::TestWithParam<Hole> {};

TEST_P(OneFactLess, LeavesItOpenAndSaysWhy) {
  const plan::Plan plan = decided_plan();
  Facts facts = end(plan);
  GetParam().make(facts);
  EXPECT_FALSE(is_closed(facts));
  const std::string text = start_tracker({}, facts);
  EXPECT_THAT(text, Not(HasSubstr("COMPLETE,")));
  EXPECT_THAT(text, HasSubstr(GetParam().says));
}

void spoil(Facts& facts, Step step, void (*how)(StepFact&)) {
  for (StepFact& one : facts.steps) {
    if (one.step == step) how(one);
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, OneFactLess,
    testing::Values(
        Hole{"module", [](Facts& facts) { facts.target_exists = true; },
             "it is still there: run `gardener apply plan.toml --write`"},
        Hole{"reference",
             [](Facts& facts) {
               facts.references = {{"import", 2, 1, 0}};
             },
             "2 references in code are left: `gardener refs app.old_factory` lists them"},
        Hole{"other_plan", [](Facts& facts) { facts.plan_hash = "p2"; },
             "stale, the plan has changed since: run `gardener verify plan.toml` again"},
        Hole{"other_files", [](Facts& facts) { facts.state = "s2"; },
             "stale, planned files have changed since: run `gardener loop plan.toml"},
        Hole{"red_loop",
             [](Facts& facts) { spoil(facts, Step::kLoop, [](StepFact& f) { f.is_ok = false; }); },
             "it failed: `gardener loop`"},
        Hole{"no_scan", [](Facts& facts) { facts.steps.erase(facts.steps.begin()); },
             "not done: run `gardener scan`"},
        Hole{"no_ban", [](Facts& facts) { facts.bans_file = false; }, "its file may return"},
        Hole{"no_tests", [](Facts& facts) { facts.generated_tests.clear(); },
             "run `gardener tests app.old_factory --write tests`"},
        Hole{"no_plan", [](Facts& facts) { facts.plan = nullptr; },
             "run `gardener plan app.old_factory --to app.manager -o plan.toml`"},
        Hole{"uncommitted", [](Facts& facts) { facts.is_tracker_committed = false; },
             "commit this file"}),
    [](const auto& one) { return one.param.name; });

TEST(Tracker, AnOpenSymbolAndAFailedCheckKeepThePlanOpen) {
  plan::Plan plan = decided_plan();
  plan.symbols[0].action = plan::Action::kManual;
  EXPECT_THAT(start_tracker({}, end(plan)), HasSubstr("1 open: `make`; give each an action"));
  plan = decided_plan();
  plan.symbols[0].checks.push_back({"async", plan::CheckState::kFailed, "awaited at a.py:3"});
  EXPECT_THAT(start_tracker({}, end(plan)), HasSubstr("1 checks fail"));
}

TEST(Tracker, ProseIsKeptAndTheSameFactsGiveTheSameBytes) {
  const std::string start = start_tracker({}, beginning());
  std::string prose = start;
  prose.insert(prose.find("\n## Critical Files"), "\n## Business Impact\n\xff mine\r\n");
  prose += "no newline at the end";
  EXPECT_EQ(updated(prose, beginning()), prose);
  const plan::Plan plan = decided_plan();
  const std::string closed = updated(prose, end(plan));
  EXPECT_THAT(closed, HasSubstr("\n## Business Impact\n\xff mine\r\n"));
  EXPECT_THAT(closed, testing::EndsWith("no newline at the end"));
  EXPECT_EQ(updated(closed, beginning()), prose);
}

TEST(Tracker, UnknownPartsAndDocumentsWithoutPartsAreRefused) {
  const auto unknown = update_tracker("<!-- gardener:begin zzz -->\n<!-- gardener:end zzz -->\n",
                                      "T.md", beginning());
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message, HasSubstr("there is no part 'zzz'; the parts are status"));
  const auto none = update_tracker("# T\n", "T.md", beginning());
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("nothing to update"));
  const auto some = update_tracker("<!-- gardener:begin status -->\n<!-- gardener:end status -->\n",
                                   "T.md", beginning());
  ASSERT_TRUE(some);
  EXPECT_THAT(some.value().missing,
              testing::ElementsAre("summary", "files", "progress", "criteria", "tests"));
}

TEST(PullRequest, ShowsWhatToLookAtAndHowToRevert) {
  plan::Plan plan = decided_plan();
  plan::ReferenceRow hand;
  hand.file = "run.sh";
  hand.line = 2;
  hand.kind = refs::RefClass::kShellImport;
  hand.edit = plan::Edit::kManual;
  hand.reason = "not Python";
  plan.references.push_back(hand);
  const std::string patch =
      "diff --git a/app/auth.py b/app/auth.py\n--- a/app/auth.py\n+++ b/app/auth.py\n"
      "@@ -1,3 +1,3 @@\n a\n--- b\n+++ c\n d\n"
      "diff --git a/app/old_factory.py b/app/old_factory.py\ndeleted file mode 100644\n"
      "--- a/app/old_factory.py\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-x\n-y\n\\ No newline at end of "
      "file\n";
  const std::string text = pull_request(end(plan), patch);
  EXPECT_THAT(text, HasSubstr("# Remove the deprecated module `app.old_factory`\n"));
  EXPECT_THAT(text, HasSubstr("| `make` | rename `app.manager:build` | a \\| b |\n"));
  EXPECT_THAT(text, HasSubstr("- `run.sh:2` shell-import: not Python\n"));
  EXPECT_THAT(text, HasSubstr("would be swallowed** (1)\n\n- `app/auth.py:63` import of `make`, "
                              "swallowed\n"));
  EXPECT_THAT(text, HasSubstr(" app/auth.py | +1 -1\n app/old_factory.py | +0 -2 (deleted)\n"
                              " 2 files changed, 1 insertions(+), 3 deletions(-)\n"));
  EXPECT_THAT(text, HasSubstr("`gardener apply -R plan.toml`"));
  EXPECT_THAT(text, Not(HasSubstr("[ ]")));
}

TEST(PullRequest, SaysWhatIsNotProved) {
  const std::string text = pull_request(beginning(), "");
  EXPECT_THAT(text, HasSubstr("It is NOT REMOVED YET"));
  EXPECT_THAT(text, HasSubstr("- [ ] Verified without running the code — not done"));
  EXPECT_THAT(text, HasSubstr("No patch is stored"));
}

TEST(Steps, AreWrittenAndReadAgain) {
  const TemporaryFolder root = std::move(TemporaryFolder::make("test").value());
  StepFact verify = fact(Step::kVerify, {{"checks", 9}, {"kept", 2}});
  verify.notes = {"\"quoted\""};
  ASSERT_TRUE(write_step(root.path(), "x/plan.toml", verify));
  ASSERT_TRUE(write_step(root.path(), "x/plan.toml", fact(Step::kScan)));
  ASSERT_TRUE(write_step(root.path(), "other.toml", fact(Step::kLoop)));
  const auto steps = read_steps(root.path(), "x/plan.toml");
  ASSERT_TRUE(steps) << steps.error().message;
  ASSERT_EQ(steps.value().size(), 2U);
  EXPECT_EQ(steps.value()[0].step, Step::kScan);
  EXPECT_EQ(steps.value()[1].number("checks"), 9U);
  EXPECT_EQ(steps.value()[1].number("zzz"), 0U);
  EXPECT_EQ(steps.value()[1].notes, verify.notes);
  EXPECT_TRUE(steps.value()[1].is_ok);
  forget_step(root.path(), "plan.toml", Step::kVerify);
  EXPECT_EQ(read_steps(root.path(), "plan.toml").value().size(), 1U);
}

TEST(Steps, ADamagedResultIsRefused) {
  const TemporaryFolder root = std::move(TemporaryFolder::make("test").value());
  for (
      const char* text :
      {"", "{}", R"({"format":"gardener-step","version":1,"step":"loop","ok":true})",
       R"({"format":"gardener-step","version":1,"step":"verify"})",
       R"({"format":"gardener-step","version":1,"step":"verify","ok":true,"numbers":{"a":"b"}})"}) {
    ASSERT_TRUE(write_bytes(root.path() + "/.gardener/plan.verify.json", text));
    const auto steps = read_steps(root.path(), "plan.toml");
    ASSERT_FALSE(steps) << text;
    EXPECT_THAT(steps.error().message, HasSubstr("delete it and run `gardener verify` again"));
  }
}

TEST(StateOf, ChangesWithThePlannedFiles) {
  const TemporaryFolder root = std::move(TemporaryFolder::make("test").value());
  const plan::Plan plan = decided_plan();
  const std::string missing = state_of(plan, root.path());
  ASSERT_TRUE(write_bytes(root.path() + "/app/old_factory.py", "x"));
  const std::string there = state_of(plan, root.path());
  ASSERT_TRUE(write_bytes(root.path() + "/app/other.py", "x"));
  EXPECT_NE(missing, there);
  EXPECT_EQ(there, state_of(plan, root.path()));
}

}  // namespace
}  // namespace gp::tracker
