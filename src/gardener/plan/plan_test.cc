// The road from a module to its removal, on small trees: plan, a person's edits, apply, verify,
// reverse. Each planted mistake is refused with its reason.
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>

#include "gardener/plan/apply.h"
#include "gardener/plan/file_writer.h"
#include "gardener/plan/plan_file.h"
#include "gardener/plan/planner.h"
#include "gardener/plan/verify.h"

namespace gp::plan {
namespace {

using Files = std::map<std::string, std::string>;

/// A tree on disk and everything the planner wants to know of it.
class Tree {
 public:
  explicit Tree(const Files& files, std::string target = "p.old") : target_(std::move(target)) {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    root_ = testing::TempDir() + "plan_" + test->name();
    std::filesystem::remove_all(root_);
    for (const auto& [path, text] : files) write(path, text);
    load();
  }
  ~Tree() { std::filesystem::remove_all(root_); }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  void write(const std::string& path, const std::string& text) const {
    const std::filesystem::path full = std::filesystem::path(root_) / path;
    std::filesystem::create_directories(full.parent_path());
    std::ofstream(full, std::ios::binary) << text;
  }
  /// Looks at the files again.
  void load() {
    workspace_.reset();
    tree_ = std::make_unique<graph::SourceTree>(graph::SourceTree::open({.root = root_}).value());
    code_ = std::make_unique<graph::CodeBase>(*tree_, graph::CodeBaseOptions{.jobs = 1});
    resolver_ = std::make_unique<graph::Resolver>(*code_);
    imports_ = std::make_unique<graph::ImportGraph>(*resolver_);
    report_ = refs::find_references(*tree_, target_, {.jobs = 1});
    workspace_ = std::make_unique<Workspace>(*tree_, *resolver_, *imports_, report_);
  }
  Files files() const {
    Files files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root_))
      if (entry.is_regular_file())
        files[std::filesystem::relative(entry.path(), root_)] = read_bytes(entry.path()).value();
    return files;
  }
  const std::string& root() const { return root_; }
  const Workspace& workspace() const { return *workspace_; }

  Plan plan(const std::string& canonical = "p.new") const {
    Result<Derivation> made = make_plan(*workspace_, {.canonical = canonical});
    EXPECT_TRUE(made) << made.error().message;
    return made ? std::move(made).value().plan : Plan();
  }
  Result<Applied> apply(const Plan& plan, ApplyMode mode) const {
    return plan::apply(*workspace_, plan, derive(*workspace_, plan), {.mode = mode});
  }

 private:
  std::string target_;
  std::string root_;
  std::unique_ptr<graph::SourceTree> tree_{};
  std::unique_ptr<graph::CodeBase> code_{};
  std::unique_ptr<graph::Resolver> resolver_{};
  std::unique_ptr<graph::ImportGraph> imports_{};
  refs::ReferenceReport report_{};
  std::unique_ptr<Workspace> workspace_{};
};

SymbolRow& row(Plan& plan, std::string_view name) {
  for (SymbolRow& one : plan.symbols)
    if (one.name == name) return one;
  plan.symbols.push_back({.name = std::string(name)});
  return plan.symbols.back();
}

void decide(Plan& plan, std::string_view name, Action action, std::string to) {
  row(plan, name).action = action;
  row(plan, name).to = std::move(to);
}

std::string refusals(const Tree& tree, const Plan& plan) {
  std::string text;
  for (const std::string& refusal : derive(tree.workspace(), plan).refusals) text += refusal + "\n";
  return text;
}

const Files kFiles = {
    {"p/__init__.py", ""},
    {"p/old.py",
     "\"\"\"Deprecated.\"\"\"\nimport re\nfrom p.new import Shared\n\n_LIMIT = 3\n\n\n"
     "# Cuts.\ndef cut(text, limit=_LIMIT):\n    return re.sub('x', '', text)[:limit]\n\n\n"
     "async def make(user, timeout=1):\n    return Shared(user)\n\n\ndef unused():\n    pass\n"},
    {"p/new.py",
     "import os\n\n\nclass Shared:\n    def __init__(self, user):\n        self.user = user\n\n\n"
     "async def open_one(user, timeout=1):\n    return Shared(user)\n\n\n"
     "def plain(user, timeout=1):\n    return Shared(user)\n\n\nasync def narrow(user):\n    "
     "return "
     "Shared(user)"},
    {"p/layer.py", "from .old import cut, Shared\n\n__all__ = ['cut', 'Shared']\n"},
    {"app.py",
     "from p.old import (\n    Shared,  # same\n    make,\n    cut as shorten,\n)\r\n\n\n"
     "async def run():\n    return await make('u', timeout=2), shorten('x'), Shared\n"},
    {"late.py",
     "def f():\n    try:\n        from p.old import Gone\n    except ImportError:\n        Gone = "
     "None\n    from p.layer import cut\n    return cut('x'), Gone\n"},
    {"p/consumer.py", "from p.layer import cut\n\nRESULT = cut('x')\n"},
    {"view.py", "import p.old as old\n\nprint(old.cut('x'))\n"},
    {"tests/test_f.py",
     "from unittest.mock import patch\n\n\n@patch('p.old.'\n       'make')\ndef test_a(m):\n    "
     "pass\n\n\n@patch('p.old.cut')\ndef test_b(m):\n    pass\n\n\nBANNED = ['p.old']\n"},
};

Plan decided_plan(const Tree& tree) {
  Plan plan = tree.plan();
  decide(plan, "make", Action::kRename, "p.new:open_one");
  return plan;
}

TEST(Plan, ProposesOneRowPerSymbol) {
  const Tree tree(kFiles);
  Plan plan = tree.plan();
  EXPECT_EQ(row(plan, "Shared").action, Action::kRedirect);
  EXPECT_EQ(row(plan, "Shared").to, "p.new:Shared");
  EXPECT_EQ(row(plan, "cut").action, Action::kMove);
  EXPECT_EQ(row(plan, "cut").closure, (std::vector<std::string>{"_LIMIT", "import re"}));
  EXPECT_EQ(row(plan, "Gone").action, Action::kBrokenBefore);
  EXPECT_EQ(row(plan, "unused").action, Action::kDrop);
  EXPECT_EQ(row(plan, "").to, "p.new");
  EXPECT_EQ(row(plan, "make").calls, 1U);
  EXPECT_EQ(row(plan, "make").awaited, 1U);
  EXPECT_EQ(refusals(tree, plan), "");
}

TEST(Plan, IsTheSameAfterWritingAndReading) {
  const Tree tree(kFiles);
  const Plan plan = tree.plan();
  const std::string text = write_plan(plan);
  const Result<Plan> read = read_plan(text, "plan.toml");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(write_plan(read.value()), text);
}

TEST(Plan, ApplyVerifySecondApplyAndReverse) {
  Tree tree(kFiles);
  ASSERT_EQ(chmod((tree.root() + "/app.py").c_str(), 0750), 0);
  const Files before = tree.files();
  const Plan plan = derive(tree.workspace(), decided_plan(tree)).plan;
  const Result<Applied> applied = tree.apply(plan, ApplyMode::kWrite);
  ASSERT_TRUE(applied) << applied.error().message;
  tree.load();
  const Files after = tree.files();
  EXPECT_FALSE(after.contains("p/old.py"));
  EXPECT_EQ(after.at("app.py").substr(0, after.at("app.py").find("async")),
            "from p.new import (\n    Shared,  # same\n    open_one as make,\n    cut as "
            "shorten,\n)\r\n\n\n");
  EXPECT_EQ(after.at("p/layer.py"),
            "from .new import cut, Shared\n\n__all__ = ['cut', 'Shared']\n");
  EXPECT_EQ(after.at("late.py"), before.at("late.py"));
  EXPECT_EQ(after.at("view.py"), "import p.new as old\n\nprint(old.cut('x'))\n");
  EXPECT_EQ(after.at("tests/test_f.py"),
            "from unittest.mock import patch\n\n\n@patch('p.new.'\n       'open_one')\ndef "
            "test_a(m):\n    pass\n\n\n@patch('p.new.cut')\ndef test_b(m):\n    pass\n\n\nBANNED = "
            "['p.old']\n");
  EXPECT_EQ(after.at("p/new.py"),
            "import os\nimport re\n" + before.at("p/new.py").substr(10) +
                "\n\n\n_LIMIT = 3\n\n\n# Cuts.\ndef cut(text, limit=_LIMIT):\n    return "
                "re.sub('x', '', text)[:limit]\n");
  const Result<Verification> proof = verify(tree.workspace(), plan, "plan");
  ASSERT_TRUE(proof) << proof.error().message;
  for (const Fact& fact : proof.value().facts)
    EXPECT_TRUE(fact.holds) << fact.name << ": " << fact.evidence.front();
  const Result<Applied> again = tree.apply(plan, ApplyMode::kDiff);
  ASSERT_TRUE(again);
  EXPECT_EQ(again.value().diff, "");
  ASSERT_TRUE(reverse(tree.root(), "plan"));
  EXPECT_EQ(tree.files(), before);
  EXPECT_EQ(file_mode(tree.root() + "/app.py").value(), 0750U);
}

TEST(Plan, MovesADefinitionWithTheImportsInItsBody) {
  Tree tree({{"p/__init__.py", ""},
             {"p/new.py",
              "import os\nfrom p import other\n\nX = 1\n\nif __name__ == '__main__':\n"
              "    print(X)\n"},
             {"p/other.py", "def load():\n    pass\n"},
             {"p/old.py",
              "import sys\n\n_cache = None\n\n\ndef get():\n    global _cache\n    from "
              "p.other import load\n    if _cache is None:\n        _cache = load()\n    "
              "return _cache, sys.path\n\n\ndef reset():\n    global _cache\n    _cache "
              "= None\n"},
             {"a.py", "from p.old import get, reset\n"}});
  const Plan plan = derive(tree.workspace(), tree.plan()).plan;
  const Result<Applied> applied = tree.apply(plan, ApplyMode::kWrite);
  ASSERT_TRUE(applied) << applied.error().message;
  tree.load();
  EXPECT_EQ(
      tree.files().at("p/new.py"),
      "import os\nimport sys\nfrom p import other\n\nX = 1\n\n\n_cache = None\n\n\ndef get():\n"
      "    global _cache\n    from p.other import load\n    if _cache is None:\n        _cache = "
      "load()\n    return _cache, sys.path\n\n\ndef reset():\n    global _cache\n    _cache = "
      "None\n\n\nif __name__ == '__main__':\n    print(X)\n");
  EXPECT_TRUE(verify(tree.workspace(), plan, "plan").value().holds());
}

TEST(Plan, StateAndWhatAssignsItMustGoToOnePlace) {
  const Tree tree({{"p/__init__.py", ""},
                   {"p/new.py", ""},
                   {"p/other.py", ""},
                   {"p/old.py",
                    "_cache = None\n\n\ndef get():\n    return _cache\n\n\ndef reset():\n"
                    "    global _cache\n    _cache = None\n"},
                   {"a.py", "from p.old import get, reset\n"}});
  Plan plan = tree.plan();
  EXPECT_EQ(refusals(tree, plan), "");
  decide(plan, "reset", Action::kMove, "p.other:reset");
  EXPECT_NE(refusals(tree, plan).find("state and its users must go to one place"),
            std::string::npos);
}

TEST(Plan, AModuleThatIsKeptImportsWhatLeftIt) {
  Tree tree(kFiles);
  Plan plan = tree.plan();
  decide(plan, "make", Action::kKeep, "");
  plan = derive(tree.workspace(), plan).plan;
  ASSERT_TRUE(tree.apply(plan, ApplyMode::kWrite));
  tree.load();
  const std::string old = tree.files().at("p/old.py");
  EXPECT_NE(old.find("\nfrom p.new import _LIMIT\n\n\nfrom p.new import cut\n\n\nasync def make("),
            std::string::npos)
      << old;
  const Result<Applied> again = tree.apply(plan, ApplyMode::kDiff);
  EXPECT_EQ(again.value().diff, "");
  EXPECT_TRUE(again.value().refusals.empty()) << again.value().refusals.front();
}

TEST(Plan, WhatASymbolicLinkPointsToIsEditedOnce) {
  Tree tree({{"p/__init__.py", ""},
             {"p/new.py", ""},
             {"p/old.py", "def f():\n    pass\n"},
             {"user.py", "from p.old import f\n"}});
  std::filesystem::create_symlink("user.py", tree.root() + "/link.py");
  tree.load();
  const Plan plan = tree.plan();
  ASSERT_TRUE(tree.apply(plan, ApplyMode::kWrite));
  tree.load();
  EXPECT_TRUE(std::filesystem::is_symlink(tree.root() + "/link.py"));
  EXPECT_EQ(tree.files().at("user.py"), "from p.new import f\n");
  const Result<Verification> proof = verify(tree.workspace(), plan, "plan");
  ASSERT_TRUE(proof) << proof.error().message;
  EXPECT_TRUE(proof.value().holds());
}

TEST(Plan, SubmodulesOfAPackageAreModulesOfTheirOwn) {
  const Tree tree({{"p/__init__.py", ""},
                   {"p/new.py", ""},
                   {"p/old/__init__.py", "def here():\n    pass\n"},
                   {"p/old/part.py", "class Part:\n    pass\n"},
                   {"user.py", "from p.old import here, part\nfrom p.old.part import Part\n"}});
  Plan plan = tree.plan();
  EXPECT_EQ(row(plan, "part").action, Action::kManual);
  EXPECT_NE(row(plan, "part").reason.find("p.old.part is a module of its own"), std::string::npos)
      << row(plan, "part").reason;
  const auto deep = std::find_if(plan.references.begin(), plan.references.end(),
                                 [](const ReferenceRow& one) { return one.line == 2; });
  ASSERT_NE(deep, plan.references.end());
  EXPECT_EQ(deep->edit, Edit::kManual);
  EXPECT_NE(deep->reason.find("p.old.part is a module of its own"), std::string::npos)
      << deep->reason;
}

TEST(Plan, OfAModuleOutsideTheTreeFollowsAPersonsRows) {
  Tree tree({{"a.py",
              "from distutils.spawn import find_executable\n\n\ndef f():\n    return "
              "find_executable('x')\n"},
             {"test_a.py",
              "from unittest.mock import patch\n\nimport distutils.spawn\n\n\n"
              "@patch('distutils.spawn.find_executable')\ndef test_a(m):\n"
              "    assert distutils.spawn.find_executable('x')\n"}},
            "distutils.spawn");
  Plan plan = tree.plan("shutil");
  EXPECT_EQ(row(plan, "find_executable").action, Action::kManual);
  EXPECT_NE(refusals(tree, plan).find("no file here to compare with"), std::string::npos);
  decide(plan, "find_executable", Action::kRename, "shutil:which");
  Derivation derivation = derive(tree.workspace(), plan);
  EXPECT_EQ(derivation.refusals, std::vector<std::string>());
  for (const Check& check : row(derivation.plan, "find_executable").checks)
    EXPECT_EQ(check.state == CheckState::kUnknown,
              check.name == "kind" || check.name == "async" || check.name == "parameters")
        << check.name;
  const Files before = tree.files();
  ASSERT_TRUE(tree.apply(derivation.plan, ApplyMode::kWrite));
  tree.load();
  EXPECT_EQ(tree.files().at("a.py"),
            "from shutil import which as find_executable\n\n\ndef f():\n    return "
            "find_executable('x')\n");
  EXPECT_EQ(tree.files().at("test_a.py"),
            "from unittest.mock import patch\n\nimport shutil\n\n\n"
            "@patch('shutil.which')\ndef test_a(m):\n    assert shutil.which('x')\n");
  EXPECT_TRUE(verify(tree.workspace(), derivation.plan, "plan").value().holds());
  ASSERT_TRUE(reverse(tree.root(), "plan"));
  EXPECT_EQ(tree.files(), before);
}

TEST(Plan, OfAModuleThatIsGoneAlreadyMendsItsImporters) {
  const Tree tree({{"p/__init__.py", ""},
                   {"p/new.py", "def make(user):\n    pass\n"},
                   {"app.py", "from p.old import make, gone\n\nmake('u')\n"}});
  Plan plan = tree.plan();
  EXPECT_NE(row(plan, "make").reason.find("p.new:make is def make(user) at p/new.py:1"),
            std::string::npos)
      << row(plan, "make").reason;
  EXPECT_NE(row(plan, "gone").reason.find("p.new has no gone"), std::string::npos);
  decide(plan, "make", Action::kRename, "p.new:make");
  decide(plan, "gone", Action::kRename, "p.new:nothing");
  EXPECT_EQ(refusals(tree, plan),
            "plan: gone: rename to p.new:nothing fails `exists`: p.new has no nothing; correct "
            "`to`\n");
}

TEST(Plan, ASubmoduleOutsideTheTreeIsPlannedFirst) {
  const Tree tree({{"a.py",
                    "import distutils.version as dv\nfrom distutils.spawn import spawn\n"
                    "from distutils import log\n"}},
                  "distutils");
  Plan plan = tree.plan("setuptools._distutils");
  const std::string first = "is a module of its own: plan it first";
  EXPECT_NE(row(plan, "version").reason.find(first), std::string::npos);
  EXPECT_NE(row(plan, "spawn").reason.find(first), std::string::npos);
  EXPECT_EQ(row(plan, "log").reason.find(first), std::string::npos);
  for (const char* name : {"version", "spawn", "log"})
    decide(plan, name, Action::kRename, std::string("setuptools._distutils:") + name);
  const Derivation derivation = derive(tree.workspace(), plan);
  ASSERT_EQ(derivation.changes.size(), 1U);
  EXPECT_EQ(derivation.changes.front().edits.size(), 1U) << "only `log` has a new place";
  EXPECT_EQ(derivation.refusals.size(), 2U);
}

TEST(Plan, OfWhatNobodyKnowsIsRefused) {
  const Tree tree(Files{{"a.py", "X = 1\n"}});
  const Result<Derivation> made = make_plan(tree.workspace(), {.canonical = "a"});
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message.find("no code refers to one"), std::string::npos);
}

TEST(Plan, VerifySeesWhatSomebodyChangedAfterwards) {
  Tree tree(kFiles);
  const Plan plan = derive(tree.workspace(), decided_plan(tree)).plan;
  ASSERT_TRUE(tree.apply(plan, ApplyMode::kWrite));
  tree.write("view.py", "import p.old as old\n\nprint(old.cut('x'))\n");
  tree.load();
  const Result<Verification> proof = verify(tree.workspace(), plan, "plan");
  ASSERT_TRUE(proof);
  std::string failed;
  for (const Fact& fact : proof.value().facts)
    if (!fact.holds) failed += fact.name + " ";
  EXPECT_EQ(failed, "bytes imports unresolved references ");
  const auto undone = reverse(tree.root(), "plan");
  ASSERT_FALSE(undone);
  EXPECT_EQ(undone.error().message,
            "view.py: changed since apply; put it back first, or undo with git");
}

TEST(Plan, RefusesAFileThatChangedSinceThePlan) {
  Tree tree(kFiles);
  const Plan plan = derive(tree.workspace(), decided_plan(tree)).plan;
  tree.write("view.py", "import p.old as old\n");
  tree.load();
  const Result<Applied> applied = tree.apply(plan, ApplyMode::kWrite);
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().message,
            "view.py: changed since the plan was made: run `gardener plan` again, which keeps your "
            "rows");
}

struct Mistake {
  const char* name;
  const char* symbol;
  Action action;
  const char* to;
  const char* reason;
};

class PlantedMistake : public testing::TestWithParam<Mistake> {};

TEST_P(PlantedMistake, IsRefusedWithItsReason) {
  const Tree tree(kFiles);
  Plan plan = tree.plan();
  const Mistake& mistake = GetParam();
  decide(plan, mistake.symbol, mistake.action, mistake.to);
  const std::string told = refusals(tree, plan);
  EXPECT_NE(told.find(mistake.reason), std::string::npos) << told;
  const Files before = tree.files();
  EXPECT_FALSE(tree.apply(plan, ApplyMode::kWrite));
  EXPECT_EQ(tree.files(), before);
}

INSTANTIATE_TEST_SUITE_P(
    All, PlantedMistake,
    testing::Values(
        Mistake{"wrong_asyncness", "make", Action::kRename, "p.new:plain",
                "make: rename to p.new:plain fails `async`: p.new:plain is a plain function "
                "(p/new.py:13), but the importers await or run it: 1 call, at app.py:9"},
        Mistake{"missing_parameter", "make", Action::kRename, "p.new:narrow",
                "fails `parameters`: p.new:narrow has no parameter timeout: 1 call, at app.py:9"},
        Mistake{"no_such_name", "make", Action::kRename, "p.new:nothing",
                "fails `exists`: p.new has no nothing"},
        Mistake{"no_such_module", "make", Action::kRename, "p.nowhere:make",
                "fails `exists`: there is no module p.nowhere"},
        Mistake{"not_the_same_object", "make", Action::kRedirect, "p.new:open_one",
                "write action = \"rename\" if that is what you want"},
        Mistake{"cycle", "cut", Action::kMove, "p.consumer:cut",
                "fails `cycle`: the import at p/layer.py:1 would close a circle: p/layer.py -> "
                "p/consumer.py -> p/layer.py"},
        Mistake{"name_taken", "make", Action::kMove, "p.new:other", "a move keeps the name"},
        Mistake{"unknown_symbol", "never", Action::kMove, "p.new:never",
                "p.old has no never and nobody asks for it"},
        Mistake{"open_row", "cut", Action::kManual, "", "cut is manual and open"},
        Mistake{"used_but_dropped", "make", Action::kDrop, "",
                "the import cannot be dropped: it is used at app.py:9"}),
    [](const testing::TestParamInfo<Mistake>& one) { return std::string(one.param.name); });

TEST(PlanFile, TellsTheLineOfAMistake) {
  const auto error = [](const std::string& rest) {
    const Result<Plan> plan =
        read_plan("version = 1\ntarget = \"a\"\ncanonical = \"b\"\n" + rest, "plan.toml");
    return plan ? std::string() : plan.error().message;
  };
  EXPECT_EQ(error(""), "");
  EXPECT_EQ(
      error("[[symbol]]\nname = \"x\"\naction = \"mvoe\"\n"),
      "plan.toml:6: action = \"mvoe\" is not known; write one of redirect, rename, move, drop, "
      "keep, broken-before, manual");
  EXPECT_EQ(error("[[symbol]]\nname = \"x\"\nacton = \"move\"\n").substr(0, 43),
            "plan.toml:6: unknown key acton in [[symbol]");
  EXPECT_EQ(error("[[symbol]]\nname = \"x\"\naction = \"move\"\n"),
            "plan.toml:4: move of \"x\" needs to = \"module:name\"");
  EXPECT_EQ(error("[[symbol]]\nname = \"x\"\naction = \"drop\"\n"),
            "plan.toml:4: drop of \"x\" needs a reason = \"…\"");
  EXPECT_EQ(error("[[symbols]]\nname = \"x\"\n"),
            "plan.toml:4: unknown table symbols; known are [[symbol]], [[file]], [[reference]] and "
            "[baseline]");
}

}  // namespace
}  // namespace gp::plan
