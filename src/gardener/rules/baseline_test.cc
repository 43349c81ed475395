#include "gardener/rules/baseline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gp::rules {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Baseline parse(std::string_view text) {
  auto baseline = Baseline::parse(text, "baseline.txt");
  EXPECT_TRUE(baseline.has_value());
  return std::move(baseline).value();
}

TEST(Baseline, WritesWhatItReadsSorted) {
  const Baseline baseline = Baseline::of(
      {baseline_line("unresolved", "b.py", "pkg.x"), baseline_line("import", "a\tb.py", "pkg:y")});
  EXPECT_THAT(baseline.lines(),
              ElementsAre("import\ta\\x09b.py\tpkg:y", "unresolved\tb.py\tpkg.x"));
  EXPECT_THAT(parse(baseline.text()).lines(), testing::ContainerEq(baseline.lines()));
}

TEST(Baseline, CountsRepeatedLines) {
  const Baseline accepted = parse("unresolved\ta.py\tx\n");
  const Baseline now = parse("unresolved\ta.py\tx\nunresolved\ta.py\tx\n");
  EXPECT_THAT(accepted.missing_from(now), ElementsAre("unresolved\ta.py\tx"));
  EXPECT_THAT(now.missing_from(accepted), IsEmpty());
}

TEST(Baseline, OnlyShrinks) {
  const Baseline accepted = parse("unresolved\ta.py\tmended\nunresolved\ta.py\tstays\n");
  const Baseline now = parse("unresolved\ta.py\tstays\nunresolved\tb.py\tnew\n");
  EXPECT_THAT(accepted.common_with(now).lines(), ElementsAre("unresolved\ta.py\tstays"));
}

TEST(Baseline, RefusesAMergeMarkerWithItsLine) {
  const auto baseline = Baseline::parse("# head\n<<<<<<< HEAD\nunresolved\ta.py\tx\n", "b.txt");
  ASSERT_TRUE(baseline.has_error());
  EXPECT_THAT(baseline.error().message, testing::StartsWith("b.txt:2: not a line of a baseline"));
}

}  // namespace
}  // namespace gp::rules
