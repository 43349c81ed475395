#include "gardener/rules/finding_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gardener/rules/test_folder.h"

namespace gp::rules {
namespace {

using testing::HasSubstr;
using testing::Not;

/// One finding behind a two-byte letter, in a file whose name needs escapes everywhere.
FindingReport report() {
  Finding finding{
      .code = "GP101",
      .priority = Priority::kP0,
      .place = {.file = "a b,c.py", .line = 2, .column = 10, .end_line = 2, .end_column = 11},
      .subject = "pkg.old",
      .message = "50% banned\nhere",
      .advice = "use pkg.new"};
  return {
      .command = "gate",
      .findings = {finding},
      .unreadable = {{.path = "broken.py", .line = 3, .message = "a string that is not closed"}}};
}

TEST(FindingReport, SarifCountsCharactersAndEncodesPaths) {
  const TestFolder folder;
  folder.write("a b,c.py", "\n\"\xc3\xa4\xc3\xa4\"; \xc3\xa4x\n");
  const std::string sarif = sarif_of(report(), folder.tree());
  EXPECT_THAT(sarif, HasSubstr(R"("uri":"a%20b%2Cc.py","uriBaseId":"ROOT")"));
  EXPECT_THAT(sarif, HasSubstr(R"("startLine":2,"startColumn":8,"endLine":2,"endColumn":9)"));
  EXPECT_THAT(sarif, HasSubstr(R"("columnKind":"unicodeCodePoints")"));
  EXPECT_THAT(sarif, HasSubstr(R"("id":"GP101","name":"banned-module-imported")"));
  EXPECT_THAT(sarif, HasSubstr(R"("ruleId":"GP101","ruleIndex":0,"level":"error")"));
  EXPECT_THAT(sarif, HasSubstr("a string that is not closed"));
}

TEST(FindingReport, GithubAnnotationsCannotBeBrokenByNamesOrTexts) {
  const TestFolder folder;
  folder.write("a b,c.py", "\n0123456789x\n");
  EXPECT_EQ(
      github_of(report(), folder.tree()),
      "::error file=a b%2Cc.py,line=2,col=11,endColumn=12,title=GP101 pkg.old::50%25 banned%0A"
      "here. What to do: use pkg.new\n"
      "::warning file=broken.py,line=3,title=not wholly understood::a string that is not "
      "closed\n");
}

TEST(FindingReport, TextIsShortAndSaysWhatItLeavesOut) {
  FindingReport many = report();
  for (int i = 0; i < 4; ++i) many.findings.push_back(many.findings.front());
  const std::string shortened = text_of(many, {.per_priority = 2});
  EXPECT_THAT(shortened, HasSubstr("and 3 more: --all"));
  EXPECT_THAT(shortened, HasSubstr("broken.py:3: a string that is not closed"));
  EXPECT_THAT(text_of(many, {.per_priority = 5}), Not(HasSubstr("--all")));
}

TEST(FindingReport, JsonCountsByPriority) {
  EXPECT_THAT(json_of(report()), HasSubstr(R"("counts":{"P0":1,"P1":0,"P2":0,"P3":0})"));
  EXPECT_THAT(json_of(report()),
              HasSubstr(R"("file":"a b,c.py","line":2,"column":10,"end_line":2)"));
}

}  // namespace
}  // namespace gp::rules
