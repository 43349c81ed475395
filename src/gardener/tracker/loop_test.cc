#include "gardener/tracker/loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gp::tracker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TestCase test(std::string id, TestState state, std::string text = "") {
  TestCase one;
  one.file = id.substr(0, id.find("::"));
  one.id = std::move(id);
  one.state = state;
  one.text = std::move(text);
  return one;
}

TestRun run(std::vector<TestCase> tests, std::vector<TestCase> collection = {}) {
  TestRun out;
  out.knows_tests = true;
  out.is_finished = true;
  out.tests = std::move(tests);
  out.collection = std::move(collection);
  return out;
}

plan::Plan plan_with_rows() {
  plan::Plan plan;
  plan.target = "app.old";
  plan.files.push_back({"tests/test_old.py", "", true});
  plan.files.push_back({"tests/test_a.py", "", false});
  plan::ReferenceRow row;
  row.file = "app/user.py";
  row.line = 12;
  row.symbol = "make";
  row.action = plan::Action::kRename;
  plan.references.push_back(row);
  row.file = "tests/test_a.py";
  row.line = 3;
  row.kind = refs::RefClass::kPatch;
  row.symbol = "drop_it";
  plan.references.push_back(row);
  row.line = 7;
  row.symbol = "make";
  plan.references.push_back(row);
  return plan;
}

struct Case {
  const char* name;
  TestState before;
  TestState after;
  Change change;
  bool passes;
};

class States : public testing::TestWithParam<Case> {};

TEST_P(States, AreOneChange) {
  const LoopReport report = compare(run({test("t.py::x", GetParam().before)}),
                                    run({test("t.py::x", GetParam().after)}), {});
  ASSERT_EQ(report.differences.size(), 1U);
  EXPECT_EQ(report.differences[0].change, GetParam().change);
  EXPECT_EQ(report.passes, GetParam().passes);
}

INSTANTIATE_TEST_SUITE_P(
    All, States,
    testing::Values(
        Case{"fails", TestState::kPassed, TestState::kFailed, Change::kBroken, false},
        Case{"errs", TestState::kPassed, TestState::kError, Change::kBroken, false},
        Case{"not_run", TestState::kPassed, TestState::kNotRun, Change::kBroken, false},
        Case{"strict_xpass", TestState::kXfailed, TestState::kFailed, Change::kBroken, false},
        Case{"from_skip", TestState::kSkipped, TestState::kFailed, Change::kBroken, false},
        Case{"skips", TestState::kPassed, TestState::kSkipped, Change::kNowSkipped, false},
        Case{"skips_the_failure", TestState::kFailed, TestState::kSkipped, Change::kNowSkipped,
             false},
        Case{"xpassed", TestState::kXfailed, TestState::kXpassed, Change::kXpassed, true},
        Case{"unmarked", TestState::kXfailed, TestState::kPassed, Change::kOther, true},
        Case{"mended", TestState::kFailed, TestState::kPassed, Change::kMended, true},
        Case{"unskipped", TestState::kSkipped, TestState::kPassed, Change::kOther, true},
        Case{"still", TestState::kFailed, TestState::kError, Change::kStillFailing, true}),
    [](const auto& one) { return one.param.name; });

TEST(Loop, NothingChanged) {
  const TestRun same =
      run({test("a.py::x", TestState::kPassed), test("a.py::y", TestState::kSkipped)});
  const LoopReport report = compare(same, same, {});
  EXPECT_TRUE(report.passes);
  EXPECT_EQ(report.unchanged, 2U);
  EXPECT_THAT(report.differences, IsEmpty());
}

TEST(Loop, OnlyFilesThePlanDeletesMayLoseTests) {
  const TestRun before = run({test("tests/test_a.py::x", TestState::kPassed),
                              test("tests/test_old.py::x", TestState::kPassed)});
  const LoopReport planned =
      compare(before, run({test("tests/test_a.py::x", TestState::kPassed)}), plan_with_rows());
  ASSERT_EQ(planned.differences.size(), 1U);
  EXPECT_EQ(planned.differences[0].change, Change::kPlannedDrop);
  EXPECT_TRUE(planned.passes);
  const LoopReport lost = compare(before, run({}), plan_with_rows());
  EXPECT_FALSE(lost.passes);
  ASSERT_EQ(lost.differences.size(), 2U);
  EXPECT_EQ(lost.differences[0].change, Change::kLost);
  EXPECT_EQ(lost.differences[0].id, "tests/test_a.py::x");
}

TEST(Loop, AFailingTestThatIsGoneIsLostToo) {
  EXPECT_FALSE(compare(run({test("t.py::x", TestState::kFailed)}), run({}), {}).passes);
}

TEST(Loop, ALostCopyOfATestIsLost) {
  TestCase twice = test("t.py::x", TestState::kPassed);
  twice.count = 2;
  EXPECT_FALSE(compare(run({twice}), run({test("t.py::x", TestState::kPassed)}), {}).passes);
}

TEST(Loop, AFileThatCannotBeCollectedTakesItsTestsAlong) {
  const LoopReport report = compare(
      run({test("tests/test_a.py::x", TestState::kPassed)}),
      run({}, {test("tests/test_a.py", TestState::kError,
                    "tests/test_a.py:7: in <module>\nE   ImportError: cannot import name 'make'")}),
      plan_with_rows());
  ASSERT_EQ(report.differences.size(), 1U);
  EXPECT_EQ(report.differences[0].change, Change::kUncollected);
  EXPECT_EQ(report.differences[0].text, "ImportError: cannot import name 'make'");
  EXPECT_EQ(report.differences[0].rows[0], "tests/test_a.py:7 patch of make: rename");
  EXPECT_FALSE(report.passes);
}

TEST(Loop, AModuleSkippedAsAWholeRaisesSkips) {
  const LoopReport report =
      compare(run({test("t.py::x", TestState::kPassed)}),
              run({}, {test("t.py", TestState::kSkipped, "t.py:1: no such module")}), {});
  ASSERT_EQ(report.differences.size(), 1U);
  EXPECT_EQ(report.differences[0].change, Change::kNowSkipped);
}

TEST(Loop, CollectionErrorsOfBeforeAreNotOurs) {
  const TestCase broken = test("t.py", TestState::kError, "SyntaxError");
  EXPECT_TRUE(compare(run({}, {broken}), run({}, {broken}), {}).passes);
  EXPECT_FALSE(compare(run({}), run({}, {broken}), {}).passes);
}

// A hand edit made the state before uncollectable, and the loop was green without a word.
TEST(Loop, SaysWhenTheStateBeforeCouldNotBeCollected) {
  const TestRun after = run({test("t.py::x", TestState::kPassed)});
  const LoopReport report =
      compare(run({}, {test("t.py", TestState::kError, "E   Warning")}), after, {});
  EXPECT_TRUE(report.passes);
  EXPECT_THAT(report.notes, ElementsAre(HasSubstr("1 file could not be collected before")));
  EXPECT_THAT(compare(after, after, {}).notes, IsEmpty());
}

TEST(Loop, ANewTestMustNotFailOrSkip) {
  EXPECT_TRUE(compare(run({}), run({test("t.py::x", TestState::kPassed)}), {}).passes);
  EXPECT_FALSE(compare(run({}), run({test("t.py::x", TestState::kFailed)}), {}).passes);
  EXPECT_FALSE(compare(run({}), run({test("t.py::x", TestState::kSkipped)}), {}).passes);
}

TEST(Loop, ARunThatDidNotEndProvesNothing) {
  TestRun late = run({test("t.py::x", TestState::kPassed)});
  late.is_timed_out = true;
  const TestRun good = run({test("t.py::x", TestState::kPassed)});
  EXPECT_FALSE(compare(good, late, {}).passes);
  EXPECT_FALSE(compare(late, good, {}).passes);
  TestRun crashed = good;
  crashed.is_finished = false;
  crashed.exit_status = 139;
  const LoopReport report = compare(good, crashed, {});
  ASSERT_EQ(report.differences.size(), 1U);
  EXPECT_EQ(report.differences[0].text, "the run after ended in the middle (status 139)");
}

TEST(Loop, ABeforeRunThatImportedTheOriginalTreeProvesNothing) {
  TestRun before = run({test("t.py::x", TestState::kPassed)});
  before.foreign = {"app/user.py"};
  const LoopReport report = compare(before, run({test("t.py::x", TestState::kPassed)}), {});
  EXPECT_FALSE(report.passes);
  EXPECT_THAT(report.differences[0].advice, HasSubstr("--record"));
}

TEST(Loop, OtherCommandsHaveOnlyAStatus) {
  TestRun good;
  good.is_finished = true;
  TestRun bad = good;
  bad.exit_status = 1;
  EXPECT_TRUE(compare(good, good, {}).passes);
  EXPECT_TRUE(compare(bad, good, {}).passes);
  const LoopReport report = compare(good, bad, {});
  EXPECT_FALSE(report.passes);
  EXPECT_THAT(report.notes, ElementsAre(HasSubstr("only the exit status")));
  EXPECT_THAT(to_text(report), HasSubstr("exit status 0 before, 1 after"));
}

TEST(Loop, TextSaysWhatWhyAndWhichRow) {
  const LoopReport report = compare(
      run({test("tests/test_b.py::x[1-a]", TestState::kPassed)}),
      run({test("tests/test_b.py::x[1-a]", TestState::kFailed,
                "tests/test_b.py:5: in x\n    go()\n./app/user.py:12: AttributeError\nE   bad")}),
      plan_with_rows());
  EXPECT_EQ(to_text(report),
            "before: 1 passed\nafter:  1 failed\ncollected 1 before, 1 after; 0 as before\n\n"
            "broken:\n  tests/test_b.py::x[1-a] (passed -> failed)\n      bad\n"
            "      plan: app/user.py:12 import of make: rename\n\nloop: FAILED, 1 difference\n");
  EXPECT_THAT(to_json(report), HasSubstr(R"("change":"broken","bad":true)"));
}

TEST(Attribute, APlaceComesBeforeASymbolAndBeforeTheFile) {
  const plan::Plan plan = plan_with_rows();
  EXPECT_THAT(attribute(plan, "tests/test_a.py", "/x/app/user.py:12: TypeError: make"),
              ElementsAre("app/user.py:12 import of make: rename",
                          "tests/test_a.py:7 patch of make: rename",
                          "tests/test_a.py:3 patch of drop_it: rename"));
  EXPECT_THAT(attribute(plan, "tests/test_c.py", "  File \"/x/app/user.py\", line 12, in f"),
              ElementsAre("app/user.py:12 import of make: rename"));
}

TEST(Attribute, LookalikesAreNotNamed) {
  plan::Plan plan = plan_with_rows();
  EXPECT_THAT(attribute(plan, "tests/test_c.py", "other_app/user.py.bak remake my_user.py:12"),
              IsEmpty());
  plan.symbols.push_back({"make", plan::Action::kRename, "app.new:build", "", {}, {}, 0, 0, 0});
  EXPECT_THAT(attribute(plan, "tests/test_c.py", "remake maker"), IsEmpty());
  EXPECT_THAT(attribute(plan, "tests/test_c.py", "no 'make' here"),
              ElementsAre("symbol make: rename to app.new:build"));
}

}  // namespace
}  // namespace gp::tracker
