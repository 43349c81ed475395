#include "gardener/rules/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gp::rules {
namespace {

using testing::ElementsAre;

std::string error_of(std::string_view text) {
  const auto settings = parse_settings(text, "gardener.toml");
  return settings.has_error() ? settings.error().message : "";
}

TEST(Settings, ReadEveryKey) {
  const auto settings = parse_settings(R"(target-version = "3.11"
roots = [".", "src"]
third-party = ["alembic"]
exclude = ["backups/**"]
baseline = "baseline.txt"
tests = "checks"

[patch-callees]
add = ["replace_in_module"]

[[ban]]
module = "pkg.old"
file = true
strings = "import, container"
message = "use pkg.new"
)",
                                       "gardener.toml");
  ASSERT_TRUE(settings.has_value()) << settings.error().message;
  EXPECT_EQ(settings.value().target_minor, 11);
  EXPECT_THAT(settings.value().roots, ElementsAre(".", "src"));
  EXPECT_THAT(settings.value().third_party, ElementsAre("alembic"));
  EXPECT_THAT(settings.value().exclude, ElementsAre("backups/**"));
  EXPECT_EQ(settings.value().baseline, "baseline.txt");
  EXPECT_EQ(settings.value().tests, "checks");
  EXPECT_THAT(settings.value().patch_callees, ElementsAre("replace_in_module"));
  ASSERT_EQ(settings.value().bans.size(), 1u);
  const Ban& ban = settings.value().bans.front();
  EXPECT_EQ(ban.module, "pkg.old");
  EXPECT_TRUE(ban.file);
  EXPECT_THAT(ban.classes, ElementsAre(refs::RefClass::kImport, refs::RefClass::kContainer));
  EXPECT_EQ(ban.message, "use pkg.new");
}

TEST(Settings, ABanCountsCodeAndPatchesUnlessToldOtherwise) {
  const auto settings = parse_settings("[[ban]]\nmodule = \"pkg.old\"\n", "gardener.toml");
  ASSERT_TRUE(settings.has_value());
  EXPECT_FALSE(settings.value().bans.front().file);
  EXPECT_THAT(settings.value().bans.front().classes,
              ElementsAre(refs::RefClass::kImport, refs::RefClass::kPatch,
                          refs::RefClass::kImportModule, refs::RefClass::kShellImport));
}

TEST(Settings, RefuseUnknownNamesWithTheirLineAndTheNearest) {
  EXPECT_EQ(error_of("roots = []\nexlude = []\n"),
            "gardener.toml:2: unknown key \"exlude\"; did you mean \"exclude\"?");
  EXPECT_EQ(error_of("[[ban]]\nmodule = \"a\"\nfiel = true\n"),
            "gardener.toml:3: unknown key \"fiel\" in [ban]; did you mean \"file\"?");
  EXPECT_EQ(error_of("\n[[bans]]\nmodule = \"a\"\n"),
            "gardener.toml:2: unknown table [bans]; did you mean \"ban\"?");
  EXPECT_THAT(error_of("[[ban]]\nmodule = \"a\"\nstrings = \"import,pach\"\n"),
              testing::StartsWith("gardener.toml:3: strings: there is no class \"pach\"; did you "
                                  "mean \"patch\"?"));
}

TEST(Settings, RefuseWrongTypesAndValues) {
  EXPECT_EQ(error_of("exclude = \"backups\"\n"),
            "gardener.toml:1: exclude must be a list of strings");
  EXPECT_EQ(error_of("target-version = \"python3\"\n"),
            "gardener.toml:1: target-version must be a version such as \"3.11\"");
  EXPECT_EQ(error_of("target-version = \"3.x\"\n"),
            "gardener.toml:1: target-version must be a version such as \"3.11\"");
  EXPECT_EQ(error_of("[[ban]]\nmodule = \"pkg/old.py\"\n"),
            "gardener.toml:2: a [[ban]] needs module = \"package.module\", a dotted name");
  EXPECT_EQ(error_of("[ban]\nmodule = \"a\"\n"),
            "gardener.toml:1: write [[ban]], with two brackets");
}

}  // namespace
}  // namespace gp::rules
