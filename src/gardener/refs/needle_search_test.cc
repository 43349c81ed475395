#include "gardener/refs/needle_search.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"

namespace gp::refs {
namespace {

using Hits = std::vector<std::pair<std::uint32_t, std::size_t>>;

Hits hits_of(const NeedleSearch& search, std::string_view text) {
  Hits hits;
  search.search(text, [&](std::uint32_t needle, std::size_t at) {
    hits.emplace_back(needle, at);
    return true;
  });
  std::sort(hits.begin(), hits.end());
  return hits;
}

TEST(NeedleSearch, FindsNeedlesAtBothEndsAndOverBlockBorders) {
  const NeedleSearch search({{"factory", false}});
  for (std::size_t before = 0; before < 80; ++before) {
    const std::string text = std::string(before, 'x') + "factory";
    EXPECT_EQ(hits_of(search, text), (Hits{{0, before}})) << before;
    EXPECT_EQ(hits_of(search, text + std::string(70, 'y')), (Hits{{0, before}})) << before;
  }
}

TEST(NeedleSearch, WholeWordsEndAtBytesThatAreNoPartOfAnIdentifier) {
  const NeedleSearch search({{"core", true}});
  EXPECT_EQ(hits_of(search, "core np.core, (core)"), (Hits{{0, 0}, {0, 8}, {0, 15}}));
  EXPECT_EQ(hits_of(search,
                    "score core_ _core core2 \xc3\xa9"
                    "core core\xc3\xa9"),
            Hits{});
}

TEST(NeedleSearch, StopsWhenToldTo) {
  const NeedleSearch search({{"a", false}});
  int seen = 0;
  search.search("a a a", [&](std::uint32_t, std::size_t) { return ++seen < 2; });
  EXPECT_EQ(seen, 2);
}

// The same as looking for each needle alone, with few letters so that they overlap and collide.
TEST(NeedleSearch, AgreesWithOneSearchPerNeedle) {
  SeededRandom random(7);
  for (int turn = 0; turn < 300; ++turn) {
    const auto letters = [&](std::size_t size) {
      std::string text(size, 'a');
      for (char& c : text) c = "ab_. "[random.below(5)];
      return text;
    };
    std::vector<Needle> needles;
    for (std::uint64_t i = 0, count = 1 + random.below(20); i < count; ++i)
      needles.push_back({letters(1 + random.below(7)), false});
    const std::string text = letters(random.below(300));
    Hits expected;
    for (std::uint32_t i = 0; i < needles.size(); ++i)
      for (std::size_t at = text.find(needles[i].text); at != std::string::npos;
           at = text.find(needles[i].text, at + 1))
        expected.emplace_back(i, at);
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(hits_of(NeedleSearch(needles), text), expected) << text;
  }
}

}  // namespace
}  // namespace gp::refs
