#include "base/ids.h"

#include <gtest/gtest.h>

#include <charconv>
#include <set>
#include <unordered_set>

namespace gp {
namespace {

using std::chrono::milliseconds;

class FixedClock final : public Clock {
 public:
  MonotonicTime now() const override { return {}; }
  WallTime wall_now() const override { return wall; }
  WallTime wall{milliseconds(0x0199'1234'abcd)};
};

/// Every bit is one.
class OnesRandom final : public Random {
 public:
  void fill(std::span<std::byte> bytes) override {
    for (std::byte& byte : bytes) byte = std::byte{0xff};
  }
};

TEST(IdSource, MakesUuidV7BehindAPrefix) {
  FixedClock clock;
  OnesRandom random;
  IdSource source(clock, random);
  EXPECT_EQ(source.make("thr_"), "thr_01991234-abcd-7000-bfff-ffffffffffff");
  EXPECT_EQ(source.make("thr_"), "thr_01991234-abcd-7001-bfff-ffffffffffff");
  EXPECT_EQ(source.make(""), "01991234-abcd-7002-bfff-ffffffffffff");
}

TEST(IdSource, KeepsVersionAndVariantWhateverTheRandomBits) {
  FixedClock clock;
  SeededRandom random(5);
  IdSource source(clock, random);
  for (int i = 0; i < 200; ++i) {
    const std::string id = source.make("x_");
    ASSERT_EQ(id.size(), 2u + 36u);
    EXPECT_EQ(id[2 + 14], '7') << id;
    EXPECT_NE(std::string_view("89ab").find(id[2 + 19]), std::string_view::npos) << id;
    for (const std::size_t dash : {8u, 13u, 18u, 23u}) EXPECT_EQ(id[2 + dash], '-') << id;
  }
}

TEST(IdSource, RisesWithinOneMillisecondBeyondItsCounter) {
  FixedClock clock;
  SeededRandom random(5);
  IdSource source(clock, random);
  std::string last;
  for (int i = 0; i < 10'000; ++i) {
    std::string id = source.make("");
    ASSERT_LT(last, id);
    last = std::move(id);
  }
  clock.wall += milliseconds(1);
  EXPECT_LT(last, source.make("")) << "the counter had run ahead of the clock";
}

TEST(IdSource, RisesEvenWhenTheClockGoesBack) {
  FixedClock clock;
  SeededRandom random(5);
  IdSource source(clock, random);
  const std::string before = source.make("");
  clock.wall -= std::chrono::hours(1);
  EXPECT_LT(before, source.make(""));
}

TEST(IdSource, GivesEachKindItsPrefix) {
  FixedClock clock;
  SeededRandom random(5);
  IdSource source(clock, random);
  EXPECT_TRUE(source.thread().view().starts_with("thr_"));
  EXPECT_TRUE(source.run().view().starts_with("run_"));
  EXPECT_TRUE(source.message().view().starts_with("msg_"));
  EXPECT_TRUE(source.event(clock.wall_now()).view().starts_with("evt_"));
  EXPECT_TRUE(source.connection().view().starts_with("con_"));
  EXPECT_TRUE(source.request().view().starts_with("req_"));
  EXPECT_TRUE(source.epoch().view().starts_with("epo_"));
}

TEST(StrongId, ComparesAndHashesByValue) {
  EXPECT_EQ(ThreadId("a"), ThreadId("a"));
  EXPECT_LT(ThreadId("a"), ThreadId("b"));
  EXPECT_TRUE(ThreadId().empty());
  std::unordered_set<ThreadId> ids{ThreadId("a"), ThreadId("b"), ThreadId("a")};
  EXPECT_EQ(ids.size(), 2u);
  static_assert(!std::is_convertible_v<ThreadId, RunId>);
  static_assert(!std::is_convertible_v<std::string, ThreadId>);
}

TEST(Seq, CountsByOne) {
  EXPECT_EQ(Seq{4}.next(), Seq{5});
  EXPECT_EQ(Seq{4}.previous(), Seq{3});
  EXPECT_LT(Seq{4}, Seq{5});
}

TEST(WallTime, TravelsAsSecondsWithMicroseconds) {
  const WallTime time{std::chrono::microseconds(1'757'880'000'123'456)};
  EXPECT_EQ(from_seconds(to_seconds(time)), time);
  EXPECT_EQ(to_seconds(time), 1'757'880'000.123456);
  EXPECT_EQ(from_seconds(-1.5), WallTime(milliseconds(-1'500)));
}

}  // namespace
}  // namespace gp
