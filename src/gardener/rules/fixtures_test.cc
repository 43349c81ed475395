// Runs every fixture of tests/gardener/fixtures: prose, files to lay out and what is to be found.
//
// A fence "```<language> <path>" is a file. "```findings CODE…" lists the findings of these rules
// with their evidence, "```gate" those of the gate with the fixture's gardener.toml, "```refs
// MODULE" the references. A fixture without an expectation, or with an unknown fence, fails.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "gardener/rules/gate.h"
#include "gardener/rules/page.h"
#include "gardener/rules/scan_context.h"
#include "gardener/rules/test_folder.h"

namespace gp::rules {
namespace {

namespace fs = std::filesystem;

struct Expectation {
  std::string kind{};
  std::vector<std::string> words{};
  std::string text{};
};

struct Fixture {
  std::vector<std::pair<std::string, std::string>> files{};
  std::vector<Expectation> expectations{};
};

std::string read(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return std::move(text).str();
}

Fixture read_fixture(const fs::path& path) {
  Fixture fixture;
  std::istringstream lines(read(path));
  std::string line;
  while (std::getline(lines, line)) {
    if (!line.starts_with("```")) continue;
    std::istringstream info(line.substr(3));
    std::vector<std::string> words;
    for (std::string word; info >> word;) words.push_back(word);
    std::string text;
    while (std::getline(lines, line) && line != "```") text += line + "\n";
    if (words.empty()) continue;
    const std::string kind = words.front();
    words.erase(words.begin());
    if (kind == "findings" || kind == "gate" || kind == "refs") {
      fixture.expectations.push_back({.kind = kind, .words = words, .text = text});
    } else if (words.size() == 1) {
      fixture.files.emplace_back(words.front(), text);
    } else {
      ADD_FAILURE() << path << ": unknown fence ```" << kind;
    }
  }
  return fixture;
}

/// Found from the program upwards: build/<preset>/bin is inside the source tree.
fs::path fixtures_folder() {
  for (fs::path at = fs::read_symlink("/proc/self/exe").parent_path(); at != at.root_path();
       at = at.parent_path())
    if (fs::is_directory(at / "tests/gardener/fixtures")) return at / "tests/gardener/fixtures";
  return {};
}

std::vector<std::string> fixture_names() {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(fixtures_folder(), error))
    if (entry.path().extension() == ".md") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
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
  const Fixture fixture = read_fixture(fixtures_folder() / (GetParam() + ".md"));
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
  for (const Expectation& expected : fixture.expectations) {
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
    for (const Expectation& one : read_fixture(fixtures_folder() / (name + ".md")).expectations) {
      std::istringstream words(one.text);
      for (std::string word; words >> word;) expected.insert(word);
    }
  }
  for (const Page* page : all_pages())
    EXPECT_TRUE(expected.contains(std::string(page->code))) << page->code << " has no fixture";
}

}  // namespace
}  // namespace gp::rules
