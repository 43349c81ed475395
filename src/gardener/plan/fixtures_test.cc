// Runs the fixtures tests/gardener/fixtures/plan_*.md (graph/markdown_fixture.h): a tree, what a
// person decides, the plan, and every byte after apply.
//
// "```plan MODULE --to MODULE [--rename-uses]" holds the rows a person writes (TOML, may be empty);
// "```symbols" the rows that come of them; "```references", where it is given, the rows of the
// references; "```refusals" why apply does not write. A file fence with the word `after` is a file
// as apply leaves it, "```deleted" lists the files that go; all others must stay as they are.
// In every fixture, too: the plan reads back as written; the edited files compile with python3;
// verify holds; a second apply is empty; reverse gives every byte back.
#include <gtest/gtest.h>
#include <stdio.h>

#include <map>
#include <memory>
#include <optional>

#include "gardener/graph/markdown_fixture.h"
#include "gardener/graph/tree_fixture.h"
#include "gardener/plan/apply.h"
#include "gardener/plan/file_writer.h"
#include "gardener/plan/plan_file.h"
#include "gardener/plan/planner.h"
#include "gardener/plan/verify.h"

namespace gp::plan {
namespace {

using Files = std::map<std::string, std::string>;

struct Fixture {
  Files before{};
  Files after{};  ///< with those that stay as they are
  graph::Fence plan{};
  std::optional<std::string> symbols{};
  std::optional<std::string> references{};
  std::string refusals{};
};

Fixture read_fixture(const std::string& name) {
  Fixture fixture;
  Files changed;
  std::string deleted;
  for (const graph::Fence& fence : graph::read_fences(name)) {
    if (fence.kind == "plan") {
      fixture.plan = fence;
    } else if (fence.kind == "symbols") {
      fixture.symbols = fence.text;
    } else if (fence.kind == "references") {
      fixture.references = fence.text;
    } else if (fence.kind == "refusals") {
      fixture.refusals = fence.text;
    } else if (fence.kind == "deleted") {
      deleted = fence.text;
    } else if (!fence.words.empty()) {
      Files& files = fence.has("after") ? changed : fixture.before;
      EXPECT_TRUE(files.emplace(fence.words.front(), graph::file_bytes(fence)).second)
          << name << ".md:" << fence.line << ": this file is there twice";
    } else {
      ADD_FAILURE() << name << ".md:" << fence.line << ": unknown fence ```" << fence.kind;
    }
  }
  fixture.after = fixture.before;
  for (auto& [path, bytes] : changed) {
    EXPECT_NE(fixture.before[path], bytes) << name << ": " << path << " is told to change";
    fixture.after[path] = std::move(bytes);
  }
  std::istringstream lines(deleted);
  for (std::string path; std::getline(lines, path);)
    EXPECT_EQ(fixture.after.erase(path), 1U) << name << ": there is no " << path << " to delete";
  return fixture;
}

/// The tree on disk and what the planner wants to know of it.
class Case {
 public:
  Case(const Files& files, std::string target) : target_(std::move(target)) {
    for (const auto& [path, bytes] : files) folder_.write(path, bytes);
    load();
  }

  /// Looks at the files again.
  void load() {
    workspace_.reset();
    tree_ = std::make_unique<graph::SourceTree>(
        graph::SourceTree::open({.root = folder_.root()}).value());
    code_ = std::make_unique<graph::CodeBase>(*tree_, graph::CodeBaseOptions{.jobs = 1});
    resolver_ = std::make_unique<graph::Resolver>(*code_);
    imports_ = std::make_unique<graph::ImportGraph>(*resolver_);
    report_ = refs::find_references(*tree_, target_, {.jobs = 1});
    workspace_ = std::make_unique<Workspace>(*tree_, *resolver_, *imports_, report_);
  }
  const Workspace& workspace() const { return *workspace_; }
  const std::string root() const { return folder_.root(); }
  /// Without gardener's own folder.
  Files files() const {
    Files files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root())) {
      const std::string path = std::filesystem::relative(entry.path(), root());
      if (entry.is_regular_file() && !path.starts_with(".gardener/"))
        files[path] = read_bytes(entry.path()).value();
    }
    return files;
  }

 private:
  std::string target_;
  graph::TreeFixture folder_{};
  std::unique_ptr<graph::SourceTree> tree_{};
  std::unique_ptr<graph::CodeBase> code_{};
  std::unique_ptr<graph::Resolver> resolver_{};
  std::unique_ptr<graph::ImportGraph> imports_{};
  refs::ReferenceReport report_{};
  std::unique_ptr<Workspace> workspace_{};
};

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text.append(text.empty() ? "" : ", ").append(part);
  return text;
}

std::string lines_of(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text.append(part).append("\n");
  return text;
}

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

/// "name action to", then what it takes along, why, and the checks that did not pass.
std::string symbols_of(const Plan& plan) {
  std::ostringstream out;
  for (const SymbolRow& row : plan.symbols) {
    out << or_dash(row.name) << ' ' << name_of(row.action) << ' ' << or_dash(row.to) << '\n';
    if (!row.closure.empty()) out << "  with " << joined(row.closure) << '\n';
    if (!row.reason.empty()) out << "  because " << row.reason << '\n';
    std::vector<std::string> passed;
    for (const Check& check : row.checks)
      if (check.state == CheckState::kPassed) passed.push_back(check.name);
    if (!passed.empty()) out << "  passed " << joined(passed) << '\n';
    for (const Check& check : row.checks)
      if (check.state != CheckState::kPassed)
        out << "  " << name_of(check.state) << ' ' << check.name << ": " << check.detail << '\n';
  }
  return std::move(out).str();
}

std::string references_of(const Plan& plan) {
  std::ostringstream out;
  for (const ReferenceRow& row : plan.references) {
    out << row.file << ':' << row.line << ':' << row.column << ' ' << refs::name_of(row.kind) << ' '
        << or_dash(row.symbol) << ' ' << name_of(row.action) << ' ' << name_of(row.edit);
    if (!row.reason.empty()) out << ": " << row.reason;
    out << '\n';
  }
  return std::move(out).str();
}

/// What Python says of the files; "" if it compiles them all. Nothing is run.
std::string python_errors(const std::string& root, const std::vector<std::string>& files) {
  std::string command = "cd '" + root +
                        "' && python3 -I -c 'import sys\nfor path in sys.argv[1:]: "
                        "compile(open(path, \"rb\").read(), path, \"exec\", dont_inherit=True)' ";
  for (const std::string& file : files) command += "'" + file + "' ";
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  std::string told;
  for (int byte = ::fgetc(pipe); byte != EOF; byte = ::fgetc(pipe)) told += static_cast<char>(byte);
  const int status = ::pclose(pipe);
  return status == 0 ? told : told + "\npython3 failed";
}

bool has_python() {
  static const bool is_there = std::system("python3 -I -c '' >/dev/null 2>&1") == 0;
  return is_there;
}

class PlanFixture : public testing::TestWithParam<std::string> {};

void expect_carried_out(Case& tree, const Fixture& fixture, const Plan& plan) {
  const Result<Applied> applied =
      apply(tree.workspace(), plan, derive(tree.workspace(), plan), {.mode = ApplyMode::kWrite});
  ASSERT_TRUE(applied) << applied.error().message;
  const Files after = tree.files();
  for (const auto& [path, bytes] : fixture.after) {
    const auto found = after.find(path);
    EXPECT_EQ(found == after.end() ? "(it is gone)" : found->second, bytes) << path;
  }
  for (const auto& [path, bytes] : after)
    EXPECT_TRUE(fixture.after.contains(path)) << path << " is there:\n" << bytes;
  tree.load();
  const Result<Verification> proof = verify(tree.workspace(), plan, "plan");
  ASSERT_TRUE(proof) << proof.error().message;
  for (const Fact& fact : proof.value().facts)
    EXPECT_TRUE(fact.holds) << fact.name << ": " << lines_of(fact.evidence);
  if (has_python() && !proof.value().edited.empty()) {
    EXPECT_EQ(python_errors(tree.root(), proof.value().edited), "");
  }
  const Result<Applied> again = apply(tree.workspace(), plan, derive(tree.workspace(), plan), {});
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again.value().diff, "") << "the second apply";
  EXPECT_EQ(lines_of(again.value().refusals), "") << "the second apply";
  const auto restored = reverse(tree.root(), "plan");
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(tree.files(), fixture.before) << "reverse";
}

TEST_P(PlanFixture, DoesWhatItSays) {
  const Fixture fixture = read_fixture(GetParam());
  ASSERT_EQ(fixture.plan.kind, "plan") << "no plan fence";
  ASSERT_GE(fixture.plan.words.size(), 3U);
  const std::string& target = fixture.plan.words[0];
  const std::string& canonical = fixture.plan.words[2];
  const Result<Plan> decided =
      read_plan("version = 1\ntarget = \"" + target + "\"\ncanonical = \"" + canonical + "\"\n" +
                    fixture.plan.text,
                "plan.toml");
  ASSERT_TRUE(decided) << decided.error().message;
  Case tree(fixture.before, target);
  const Result<Derivation> made =
      make_plan(tree.workspace(), {.canonical = canonical,
                                   .rename_uses = fixture.plan.has("--rename-uses"),
                                   .existing = &decided.value()});
  ASSERT_TRUE(made) << made.error().message;
  const std::string text = write_plan(made.value().plan);
  const Result<Plan> plan = read_plan(text, "plan.toml");
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(write_plan(plan.value()), text);
  ASSERT_TRUE(fixture.symbols.has_value()) << "no symbols fence; they are:\n"
                                           << symbols_of(made.value().plan);
  EXPECT_EQ(symbols_of(plan.value()), *fixture.symbols);
  if (fixture.references) {
    EXPECT_EQ(references_of(plan.value()), *fixture.references);
  }
  std::string refusals = lines_of(derive(tree.workspace(), plan.value()).refusals);
  for (std::size_t at = 0; (at = refusals.find("plan.toml:", at)) != std::string::npos;) {
    at += 9;  // the line of a row that gardener wrote is of no interest
    refusals.erase(at, refusals.find(':', at + 1) - at);
  }
  EXPECT_EQ(refusals, fixture.refusals);
  if (fixture.refusals.empty()) return expect_carried_out(tree, fixture, plan.value());
  EXPECT_EQ(fixture.after, fixture.before) << "refused, but files are told to change";
  EXPECT_FALSE(apply(tree.workspace(), plan.value(), derive(tree.workspace(), plan.value()),
                     {.mode = ApplyMode::kWrite}));
  EXPECT_EQ(tree.files(), fixture.before);
}

INSTANTIATE_TEST_SUITE_P(Fixtures, PlanFixture,
                         testing::ValuesIn(graph::fixture_names(graph::FixtureKind::kPlan)),
                         [](const auto& test) { return test.param; });

TEST(PlanFixtures, PythonHasItsSay) {
  ASSERT_TRUE(has_python()) << "python3 is missing: `./dev setup` installs it";
  graph::TreeFixture folder({{"good.py", "x = 1\n"}, {"bad.py", "if x:\n"}});
  EXPECT_EQ(python_errors(folder.root(), {"good.py"}), "");
  EXPECT_NE(python_errors(folder.root(), {"good.py", "bad.py"}).find("bad.py"), std::string::npos);
}

}  // namespace
}  // namespace gp::plan
