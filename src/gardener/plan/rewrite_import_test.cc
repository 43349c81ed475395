#include "gardener/plan/rewrite_import.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "gardener/plan/import_table.h"
#include "gardener/python/scan.h"

namespace gp::plan {
namespace {

using Kind = NameFate::Kind;

NameFate go(std::string module, std::string name) {
  return {.kind = Kind::kGo, .module = std::move(module), .name = std::move(name)};
}
NameFate drop() { return {.kind = Kind::kDrop}; }

struct Outcome {
  std::string text;
  std::vector<std::string> planned;
  std::vector<std::string> scanned;
};

/// Gives each name of imports from `p.old` (or relative `.old`) its fate by name; others stay.
Outcome rewrite(const std::string& source, const std::map<std::string, NameFate>& by_name,
                std::string_view package = "p") {
  const python::ModuleFacts facts = python::scan_module(source, python::Detail::kAll);
  Outcome outcome;
  std::vector<SpanEdit> edits;
  std::map<std::uint32_t, std::uint32_t> dropped;
  for (std::uint32_t i = 0; i < facts.imports.size(); ++i) {
    const python::ImportStatement& statement = facts.imports[i];
    std::vector<NameFate> fates(statement.name_count);
    const std::string from = from_spelling(facts, statement);
    bool all_dropped = true;
    for (std::uint32_t k = 0; k < statement.name_count; ++k) {
      const auto found =
          by_name.find(std::string(facts.text(facts.names[statement.first_name + k].name)));
      const bool is_ours = from == "p.old" || from == ".old" || from == "p" || from.empty();
      if (is_ours && found != by_name.end()) fates[k] = found->second;
      all_dropped = all_dropped && fates[k].kind == Kind::kDrop;
    }
    const bool is_empty = all_dropped && statement.block != 0 &&
                          ++dropped[statement.block] == facts.blocks[statement.block].statements;
    StatementRewrite one = rewrite_import(source, facts, i, fates, package, is_empty);
    std::move(one.edits.begin(), one.edits.end(), std::back_inserter(edits));
    std::move(one.table.begin(), one.table.end(), std::back_inserter(outcome.planned));
  }
  const Result<std::string> applied = apply_edits("x.py", source, edits);
  EXPECT_TRUE(applied) << applied.error().message;
  outcome.text = applied ? applied.value() : "";
  std::sort(outcome.planned.begin(), outcome.planned.end());
  const python::ModuleFacts after = python::scan_module(outcome.text, python::Detail::kAll);
  EXPECT_TRUE(after.problems.empty()) << outcome.text << after.problems.front().message;
  outcome.scanned = import_table(after);
  return outcome;
}

struct Case {
  const char* name;
  const char* before;
  const char* after;
};

/// a and b go to p.new, x to q.other as y, m is the module itself, d is dropped, k stays.
const std::map<std::string, NameFate> kFates = {
    {"a", go("p.new", "a")},     {"b", go("p.new", "b")},    {"x", go("q.other", "y")},
    {"old", go("p", "new")},     {"p.old", go("", "p.new")}, {"d", drop()},
    {"top", go("", "elsewhere")}};

class RewriteImport : public testing::TestWithParam<Case> {};

TEST_P(RewriteImport, GivesTheTextAndTheTableItPromises) {
  const Outcome outcome = rewrite(GetParam().before, kFates);
  EXPECT_EQ(outcome.text, GetParam().after);
  EXPECT_EQ(outcome.scanned, outcome.planned);
}

INSTANTIATE_TEST_SUITE_P(
    Forms, RewriteImport,
    testing::Values(
        Case{"one_name", "from p.old import a\n", "from p.new import a\n"},
        Case{"no_newline_at_end", "from p.old import a", "from p.new import a"},
        Case{"renamed_keeps_local_name", "from p.old import x\n", "from q.other import y as x\n"},
        Case{"alias_kept", "from p.old import x as z\n", "from q.other import y as z\n"},
        Case{"alias_equal_to_the_new_name", "from p.old import x as y\n",
             "from q.other import y\n"},
        Case{"explicit_reexport", "from p.old import a as a\n", "from p.new import a as a\n"},
        Case{"split", "from p.old import a, x\n",
             "from p.new import a\nfrom q.other import y as x\n"},
        Case{"broken_names_first", "from p.old import a, k\n",
             "from p.old import k\nfrom p.new import a\n"},
        Case{"indented", "def f():\n\tfrom p.old import a, x  # noqa\n\treturn a\n",
             "def f():\n\tfrom p.new import a  # noqa\n\tfrom q.other import y as x  # "
             "noqa\n\treturn "
             "a\n"},
        Case{"crlf", "from p.old import a, x\r\nb = 1\r\n",
             "from p.new import a\r\nfrom q.other import y as x\r\nb = 1\r\n"},
        Case{"bom",
             "\xef\xbb\xbf"
             "from p.old import a, x\n",
             "\xef\xbb\xbf"
             "from p.new import a\nfrom q.other import y as x\n"},
        Case{"semicolons", "z = 1; from p.old import a, x; w = 2\n",
             "z = 1; from p.new import a; from q.other import y as x; w = 2\n"},
        Case{"one_line_suite", "if z: from p.old import a, x\n",
             "if z: from p.new import a; from q.other import y as x\n"},
        Case{"backslash", "from p.old import a, \\\n    x\n",
             "from p.new import a\nfrom q.other import y as x\n"},
        Case{"backslash_one_destination", "from p.old \\\n  import a, \\\n    b\n",
             "from p.new \\\n  import a, \\\n    b\n"},
        Case{"parentheses", "from p.old import (a, x)\n",
             "from p.new import (a)\nfrom q.other import (y as x)\n"},
        Case{"lines_with_comments",
             "from p.old import (  # all\n    a,  # first\n    # about x\n    x,\n    # about b\n  "
             "  "
             "b,  # last\n    # end\n)\n",
             "from p.new import (  # all\n    a,  # first\n    # about b\n    b,  # last\n    # "
             "end\n)\nfrom q.other import (  # all\n    # about x\n    y as x,\n)\n"},
        Case{"no_trailing_comma", "from p.old import (\n    a,\n    x\n)\n",
             "from p.new import (\n    a\n)\nfrom q.other import (\n    y as x\n)\n"},
        Case{"two_on_a_line", "from p.old import (\n  a, b,\n  x, k)\n",
             "from p.old import (\n  k)\nfrom p.new import (\n  a, b)\nfrom q.other import (\n  y "
             "as "
             "x)\n"},
        Case{"dedented_names", "if 1:\n    from p.old import (\na,\nx,\n)\n",
             "if 1:\n    from p.new import (\na,\n)\n    from q.other import (\ny as x,\n)\n"},
        Case{"relative", "from .old import a, x\n",
             "from .new import a\nfrom q.other import y as x\n"},
        Case{"relative_without_space", "from.old import x\n", "from q.other import y as x\n"},
        Case{"module_by_from", "from p import old\n", "from p import new as old\n"},
        Case{"module_by_from_with_alias", "from p import old as o, k\n",
             "from p import new as o, k\n"},
        Case{"module_by_import", "import p.old as o\n", "import p.new as o\n"},
        Case{"module_in_a_list", "import os, p.old as o, sys\n", "import os, p.new as o, sys\n"},
        Case{"from_becomes_import", "from p import top\n", "import elsewhere as top\n"},
        Case{"drop_one", "from p.old import a, d\n", "from p.new import a\n"},
        Case{"drop_all", "z = 1\nfrom p.old import d  # gone\nw = 2\n", "z = 1\nw = 2\n"},
        Case{"drop_leaves_pass", "try:\n    from p.old import d\nexcept ImportError:\n    z = 1\n",
             "try:\n    pass\nexcept ImportError:\n    z = 1\n"},
        Case{"drop_after_semicolon", "z = 1; from p.old import d\n", "z = 1\n"},
        Case{"drop_before_semicolon", "from p.old import d; z = 1\n", "z = 1\n"},
        Case{"drop_in_one_line_suite", "if z: from p.old import d\n", "if z: pass\n"},
        Case{"others_untouched", "from p.older import a\nfrom r import x\n",
             "from p.older import a\nfrom r import x\n"}),
    [](const testing::TestParamInfo<Case>& one) { return std::string(one.param.name); });

/// Import statements of random shape; every run is a function of the seed.
class RandomImports {
 public:
  explicit RandomImports(std::uint32_t seed) : random_(seed) {}

  std::string file() {
    newline_ = pick(4) == 0 ? "\r\n" : "\n";
    std::string text;
    const std::uint32_t count = 1 + pick(6);
    for (std::uint32_t i = 0; i < count; ++i) {
      switch (pick(4)) {
        case 0: text += "def f():" + newline_ + "  " + statement("  ") + newline_; break;
        case 1: text += "if z: " + statement("") + newline_; break;
        case 2: text += "v = 1; " + statement("") + (pick(2) ? "; w = 2" : "") + newline_; break;
        default: text += statement("") + (pick(3) ? "" : "  # noqa") + newline_;
      }
      if (pick(3) == 0) text += "# between" + newline_;
    }
    return text;
  }

 private:
  std::uint32_t pick(std::uint32_t below) { return static_cast<std::uint32_t>(random_()) % below; }

  std::string statement(const std::string& indent) {
    static const char* kModules[] = {"p.old", ".old", "r.s"};
    static const char* kNames[] = {"a", "b", "x", "d", "k"};
    const bool lines = pick(2) != 0;
    std::string text = std::string("from ") + kModules[pick(3)] + " import " + (lines ? "(" : "");
    const std::uint32_t count = 1 + pick(5);
    const bool vertical = pick(3) != 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      if (lines && vertical) {
        text += newline_ + indent + "    ";
        if (pick(4) == 0) text += "# lead" + newline_ + indent + "    ";
      } else if (i > 0) {
        text += " ";
      }
      text += kNames[(i + pick(2)) % 5];
      if (pick(4) == 0) text += " as local" + std::to_string(i);
      if (i + 1 < count || (lines && pick(2) != 0)) text += ",";
      if (lines && vertical && pick(4) == 0) text += "  # trail";
    }
    if (lines) text += vertical ? newline_ + indent + ")" : ")";
    return text;
  }

  std::mt19937 random_;
  std::string newline_;
};

TEST(RewriteImportProperty, TheScannerFindsThePlannedTableAndASecondRunChangesNothing) {
  std::uint32_t changed = 0;
  for (std::uint32_t seed = 1; seed <= 3000; ++seed) {
    const std::string before = RandomImports(seed).file();
    const Outcome once = rewrite(before, kFates);
    ASSERT_EQ(once.scanned, once.planned) << "seed " << seed << "\n"
                                          << before << "---\n"
                                          << once.text;
    const Outcome twice = rewrite(once.text, kFates);
    ASSERT_EQ(twice.text, once.text) << "seed " << seed << "\n" << before;
    for (const char* kept : {"# lead", "# noqa", "# between"}) {
      if (before.find(kept) != std::string::npos && before.find(" d") == std::string::npos) {
        ASSERT_NE(once.text.find(kept), std::string::npos) << before << "---\n" << once.text;
      }
    }
    changed += once.text != before ? 1 : 0;
  }
  EXPECT_GT(changed, 2000U);
}

TEST(ApplyEdits, RefusesOverlapsAndWhatIsUnsafe) {
  std::vector<SpanEdit> overlap = {{{2, 5}, "x", Safety::kSafe}, {{4, 6}, "y", Safety::kSafe}};
  EXPECT_FALSE(apply_edits("f.py", "0123456789", overlap));
  std::vector<SpanEdit> outside = {{{8, 11}, "x", Safety::kSafe}};
  EXPECT_FALSE(apply_edits("f.py", "0123456789", outside));
  std::vector<SpanEdit> unsafe = {{{1, 2}, "x", Safety::kUnsafe}};
  EXPECT_FALSE(apply_edits("f.py", "0123456789", unsafe));
  std::vector<SpanEdit> fine = {{{4, 4}, "b", Safety::kSafe}, {{1, 4}, "a", Safety::kReviewed}};
  EXPECT_EQ(apply_edits("f.py", "0123456789", fine).value(), "0ab456789");
}

}  // namespace
}  // namespace gp::plan
