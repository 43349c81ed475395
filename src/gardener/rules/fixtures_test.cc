// Runs the fixtures of tests/gardener/fixtures (graph/markdown_fixture.h) that tell what is found.
//
// "```findings CODE…" lists the findings of these rules with their evidence, "```gate" those of the
// gate with the fixture's gardener.toml, "```refs MODULE" the references. A fixture without an
// expectation, or with an unknown fence, fails.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "gardener/graph/markdown_fixture.h"
#include "gardener/rules/gate.h"
#include "gardener/rules/page.h"
#include "gardener/rules/scan_context.h"
#include "gardener/rules/test_folder.h"

namespace gp::rules {
namespace {

struct Fixture {
  std::vector<std::pair<std::string, std::string>> files{};
  std::vector<graph::Fence> expectations{};
};

Fixture read_fixture(const std::string& name) {
  Fixture fixture;
  for (const graph::Fence& fence : graph::read_fences(name)) {
    if (fence.kind == "findings" || fence.kind == "gate" || fence.kind == "refs") {
      fixture.expectations.push_back(fence);
    } else if (!fence.words.empty()) {
      fixture.files.emplace_back(fence.words.front(), graph::file_bytes(fence));
    } else if (!fence.kind.empty()) {
      ADD_FAILURE() << name << ".md:" << fence.line << ": unknown fence ```" << fence.kind;
    }
  }
  return fixture;
}

std::vector<std::string> fixture_names() {
  return graph::fixture_names(graph::FixtureKind::kOther);
}

std::string lines_of(const std::vector<Finding>& findings) {
  std::ostringstream out;
  for (const Finding& finding : findings) {
    out << finding.code << ' ' << name_of(finding.priority) << ' ' << finding.place.file << ':'
        << finding.place.line << ' ' << finding.subject << '\n';
    for (const Evidence& evidence : finding.evidence)
      out << "  " << evidence.place.file << ':' << evidence.place.line << ' ' << evidence.text
          << '\n';
  }
  return std::move(out).str();
}

std::string findings_of(const graph::SourceTree& tree, const Settings& settings,
                        const std::vector<std::string>& codes) {
  const graph::CodeBase code(tree, {.roots = settings.roots, .third_party = settings.third_party});
  const ScanContext context(code);
  std::vector<Finding> findings;
  for (const Rule* rule : scan_rules())
    if (std::find(codes.begin(), codes.end(), rule->page.code) != codes.end())
      rule->check(context, findings);
  sort(findings);
  return lines_of(findings);
}

std::string gate_of(const graph::SourceTree& tree, const Settings& settings,
                    const TestFolder& folder) {
  GateResult result = check_bans(tree, settings.bans, {});
  Baseline accepted;
  if (!settings.baseline.empty()) {
    auto parsed = Baseline::parse(folder.text(settings.baseline), settings.baseline);
    EXPECT_TRUE(parsed.has_value());
    accepted = std::move(parsed).value();
    const graph::CodeBase code(tree, {});
    check_unresolved(code, settings.target_minor, result);
  }
  return lines_of(new_findings(result, accepted));
}

std::string refs_of(const graph::SourceTree& tree, const std::string& module) {
  std::ostringstream out;
  for (const refs::Reference& reference : refs::find_references(tree, module, {}).references)
    out << tree.file(reference.file).path << ':' << reference.begin.line << ':'
        << reference.begin.column << ' ' << refs::name_of(reference.kind) << ' '
        << (reference.symbol.empty() ? "-" : reference.symbol) << ' '
        << refs::name_of(reference.failure) << '\n';
  return std::move(out).str();
}

class FixtureTest : public testing::TestWithParam<std::string> {};

TEST_P(FixtureTest, FindsWhatItSays) {
  const Fixture fixture = read_fixture(GetParam());
  ASSERT_FALSE(fixture.expectations.empty());
  const TestFolder folder;
  Settings settings;
  for (const auto& [name, text] : fixture.files) {
    folder.write(name, text);
    if (name != "gardener.toml") continue;
    auto parsed = parse_settings(text, name);
    ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
    settings = std::move(parsed).value();
  }
  const graph::SourceTree tree = folder.tree(settings.exclude);
  for (const graph::Fence& expected : fixture.expectations) {
    if (expected.kind == "findings") {
      ASSERT_FALSE(expected.words.empty());
      EXPECT_EQ(findings_of(tree, settings, expected.words), expected.text);
    } else if (expected.kind == "gate") {
      EXPECT_EQ(gate_of(tree, settings, folder), expected.text);
    } else {
      ASSERT_EQ(expected.words.size(), 1u);
      EXPECT_EQ(refs_of(tree, expected.words.front()), expected.text);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Fixtures, FixtureTest, testing::ValuesIn(fixture_names()),
                         [](const auto& test) { return test.param; });

TEST(Fixtures, CoverEveryRuleAndEveryClass) {
  std::set<std::string> expected;
  for (const std::string& name : fixture_names()) {
    for (const graph::Fence& one : read_fixture(name).expectations) {
      std::istringstream words(one.text);
      for (std::string word; words >> word;) expected.insert(word);
    }
  }
  for (const Page* page : all_pages())
    EXPECT_TRUE(expected.contains(std::string(page->code))) << page->code << " has no fixture";
}

}  // namespace
}  // namespace gp::rules
