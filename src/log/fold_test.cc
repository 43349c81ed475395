// Folding as a pure function: whatever is folded and wherever it is cut, the transcript is the
// same.
#include "log/fold.h"

#include <gtest/gtest.h>

#include <random>

#include "log/test_transcript.h"
#include "protocol/codes.h"

namespace gp::log {
namespace {

using protocol::EventType;

using Events = std::vector<StoredEvent>;

/// Makes events as a ThreadLog would.
class Writer {
 public:
  void add(EventType type, const std::string& run, std::string payload) {
    const Seq seq{events.size() + 1};
    const protocol::EventPosition position{seq, EventId("evt_" + std::to_string(seq.value)),
                                           WallTime(std::chrono::seconds(seq.value))};
    events.push_back({seq,
                      seq,
                      type,
                      protocol::encode_event(ThreadId("chat-1"), position,
                                             {type, RunId(run), AgentName("a \"b\""), payload}),
                      {},
                      position.timestamp});
  }
  void token(const std::string& part, const std::string& text, const std::string& run = "r1") {
    add(EventType::token, run, protocol::payload::delta(part, text));
  }
  Events events;
};

Events fold(const Events& events, FoldLimits limits = {}) {
  Events result;
  fold_all(
      events, limits, [](const StoredEvent& event) { return view_of(event); },
      [&](StoredEvent event) { result.push_back(std::move(event)); },
      [&](const StoredEvent& event) { result.push_back(event); });
  return result;
}

Transcript assemble(const Events& events) {
  Transcript transcript;
  for (const StoredEvent& event : events) transcript.apply(event.json);
  return transcript;
}

/// What a reader at `after` holds when it applies the plain events up to there and then `events`.
Transcript resume(const Events& plain, std::size_t after, const Events& events) {
  Transcript transcript;
  for (std::size_t i = 0; i < after; ++i) transcript.apply(plain[i].json);
  for (const StoredEvent& event : events) {
    if (event.seq.value <= after) continue;
    if (event.first_seq.value <= after) {
      const auto rest = cut_after(view_of(event), Seq{after});
      EXPECT_TRUE(rest.has_value());
      transcript.apply(rest.value().json);
    } else {
      transcript.apply(event.json);
    }
  }
  return transcript;
}

TEST(Fold, DeltasOfOnePartBecomeOneEvent) {
  Writer log;
  for (const char* text : {"Hel", "lo \"wor", "ld\"\n", "\\ü", ""}) log.token("p1", text);
  const Events folded = fold(log.events);
  ASSERT_EQ(folded.size(), 1u);
  EXPECT_EQ(folded[0].seq, Seq{5});
  EXPECT_EQ(folded[0].first_seq, Seq{1});
  EXPECT_EQ(folded[0].at, log.events.back().at);
  EXPECT_EQ(folded[0].json,
            R"({"type":"token","seq":5,"first_seq":1,"event_id":"evt_5","thread_id":"chat-1",)"
            R"("run_id":"r1","timestamp":5,"agent_name":"a \"b\"",)"
            R"("payload":{"part_id":"p1","delta":"Hello \"world\"\n\\ü"}})");
}

TEST(Fold, PartsOneAfterTheOtherBecomeOneEventEach) {
  Writer log;
  log.add(EventType::agent_thinking, "r1", protocol::payload::delta("p1", "hm"));
  log.add(EventType::agent_thinking, "r1", protocol::payload::delta("p1", "m"));
  log.token("p1", "same name, another type");
  log.token("p2", "a");
  log.token("p2", "b");
  log.token("p2", "another run", "r2");
  const Events folded = fold(log.events);
  ASSERT_EQ(folded.size(), 4u);
  EXPECT_EQ(folded[1].json, log.events[2].json) << "a lone delta stays what it was";
  EXPECT_EQ(assemble(folded).items(), assemble(log.events).items());
}

TEST(Fold, InterleavedPartsBecomeOneBatch) {
  Writer log;
  for (int i = 0; i < 10; ++i) {
    log.token("p1", "one", "r1");
    log.token("p2", "two", "r2");
  }
  const Events folded = fold(log.events);
  ASSERT_EQ(folded.size(), 1u);
  EXPECT_TRUE(folded[0].json.starts_with(R"({"type":"batch","first_seq":1,"seq":20,"events":[)"));
  EXPECT_EQ(assemble(folded).items(), assemble(log.events).items());
}

TEST(Fold, WhatIsNoDeltaIsNeverChangedAndNeverPassed) {
  Writer log;
  log.token("p1", "a");
  log.token("p1", "b");
  log.add(EventType::tool_executing, "r1", protocol::payload::tool_executing("t1", "find", "{}"));
  log.add(EventType::custom, "r1", protocol::payload::custom("x", R"({"delta":"no"})"));
  log.token("p1", "c");
  log.token("p1", "d");
  const Events folded = fold(log.events);
  ASSERT_EQ(folded.size(), 4u);
  EXPECT_EQ(folded[1], log.events[2]);
  EXPECT_EQ(folded[2], log.events[3]);
  EXPECT_EQ(assemble(folded).items(), assemble(log.events).items());
}

TEST(Fold, LimitsMakePieces) {
  Writer log;
  for (int i = 0; i < 100; ++i) log.token("p1", "0123456789");
  for (const Events& folded :
       {fold(log.events, {.text_bytes = 100}), fold(log.events, {.steps = 10})}) {
    EXPECT_EQ(folded.size(), 10u);
    EXPECT_EQ(assemble(folded).items(), assemble(log.events).items());
  }
  Writer many;
  for (int i = 0; i < 40; ++i) many.token("p" + std::to_string(i % 20), "x");
  const Events folded = fold(many.events, {.parts = 8});
  EXPECT_EQ(assemble(folded).items(), assemble(many.events).items());
}

TEST(Fold, ADamagedTableIsAnErrorAndNotATranscript) {
  Writer log;
  for (int i = 0; i < 10; ++i) log.token(i % 2 == 0 ? "p1" : "p2", "text");
  StoredEvent folded = fold(log.events).at(0);
  for (const std::string& table :
       {std::string(), std::string("\xff\xff\xff\xff\xff"), std::string("\x01\x05"),
        folded.fold.substr(0, folded.fold.size() - 1), folded.fold + "\x01\x01",
        std::string("\x02\x7f\x7f\x01\x01")}) {
    StoredEvent damaged = folded;
    damaged.fold = table;
    const auto rest = cut_after(view_of(damaged), Seq{4});
    ASSERT_TRUE(rest.has_error());
    EXPECT_EQ(rest.error().code, Code::store_unavailable);
  }
}

// A damaged table was taken over when the event was folded with others, and became part of a good
// one that cut every reader's text at the wrong place.
TEST(Fold, ADamagedTableIsNotFoldedFurther) {
  Writer log;
  for (int i = 0; i < 10; ++i) log.token(i % 2 == 0 ? "p1" : "p2", "text");
  const StoredEvent good = fold(log.events).at(0);
  Writer later;
  later.events.resize(10);
  later.token("p1", "more");
  const StoredEvent next = later.events.at(10);
  ASSERT_EQ(fold({good, next}).size(), 1u);
  const FoldTable table = FoldTable::decode(good.fold).value();
  const auto with = [&](auto change) {
    FoldTable changed = table;
    change(changed);
    StoredEvent damaged = good;
    damaged.fold = changed.encode();
    return damaged;
  };
  for (const StoredEvent& damaged :
       {with([](FoldTable& made) { ++made.steps[3].bytes; }),
        with([](FoldTable& made) { --made.steps[3].bytes; }),
        with([](FoldTable& made) { made.steps[3].part = 0; }), with([](FoldTable& made) {
          std::swap(made.event_bytes[0], made.event_bytes[1]);
          ++made.event_bytes[0];
        }),
        with([](FoldTable& made) {
          for (FoldTable::Step& step : made.steps) step.part = 0;
        })}) {
    EXPECT_EQ(fold({damaged, next}), (Events{damaged, next}));
    EXPECT_EQ(fold({damaged}), Events{damaged});
  }
}

TEST(FoldTable, ReadsBackWhatItWrote) {
  FoldTable table;
  table.event_bytes = {1, 127, 128, 70'000};
  for (std::uint32_t i = 0; i < 1'000; ++i) table.steps.push_back({i % 4, i * 37});
  EXPECT_EQ(FoldTable::decode(table.encode()), table);
}

/// A random log: interleaved runs and parts, tools, texts with everything that JSON escapes.
Events random_log(std::mt19937_64& random, std::size_t length) {
  const auto pick = [&](std::size_t below) { return random() % below; };
  static const std::vector<std::string> kTexts{
      "a", "word ", "", "\"", "\\", "\n\t", "ü€😀", "\x01", R"(,"delta":")", R"("}})", "},{"};
  Writer log;
  const std::size_t runs = 1 + pick(3);
  const std::size_t parts = 1 + pick(4);
  while (log.events.size() < length) {
    const std::string run = "r" + std::to_string(pick(runs));
    const std::string part = "p" + std::to_string(pick(parts));
    std::string text;
    for (std::size_t i = pick(4); i > 0; --i) text += kTexts[pick(kTexts.size())];
    const std::size_t burst = pick(3) == 0 ? 1 + pick(30) : 1;
    switch (pick(12)) {
      case 0:
        log.add(EventType::tool_executing, run,
                protocol::payload::tool_executing(part, "find", R"({"delta":"x"})"));
        break;
      case 1:
        log.add(EventType::user_message, run,
                protocol::payload::user_message(MessageId("m"), text, ""));
        break;
      case 2:
      case 3:
        for (std::size_t i = 0; i < burst; ++i)
          log.add(EventType::tool_args_delta, run,
                  protocol::payload::tool_args_delta(part, "find", text));
        break;
      case 4:
      case 5:
        for (std::size_t i = 0; i < burst; ++i)
          log.add(EventType::agent_thinking, run, protocol::payload::delta(part, text));
        break;
      default:
        for (std::size_t i = 0; i < burst; ++i) log.token(part, text, run);
    }
  }
  return log.events;
}

// The property that folding stands on: any log, any limits, folded at once or piece by piece and
// again, any cursor: the same transcript.
TEST(FoldProperty, AnyFoldAndAnyCutGiveTheSameTranscript) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const Events plain = random_log(random, 20 + random() % 120);
    const auto whole = assemble(plain).items();
    const FoldLimits limits{
        .text_bytes = 1 + random() % 400, .parts = 1 + random() % 6, .steps = 1 + random() % 60};
    // Folded in pages, as storage is, then all together once more.
    Events pieces;
    for (std::size_t at = 0; at < plain.size();) {
      const std::size_t size = std::min(plain.size() - at, 1 + random() % 40);
      for (StoredEvent& event : fold(Events(plain.begin() + at, plain.begin() + at + size), limits))
        pieces.push_back(std::move(event));
      at += size;
    }
    const Events again = fold(pieces, limits);
    EXPECT_LE(again.size(), pieces.size());
    for (const Events& folded : {pieces, again, fold(plain, limits), fold(plain)}) {
      EXPECT_EQ(assemble(folded).items(), whole);
      for (std::size_t after = 0; after <= plain.size(); ++after) {
        const Transcript resumed = resume(plain, after, folded);
        ASSERT_EQ(resumed.items(), whole) << "after " << after;
        ASSERT_EQ(resumed.seq(), plain.size());
      }
    }
  }
}

TEST(FoldProperty, UnfoldingGivesTheDeltasInTheirOrder) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    std::mt19937_64 random(seed);
    const Events plain = random_log(random, 150);
    const auto said_in = [](const Events& events) {
      std::vector<std::string> said;
      for (const StoredEvent& event : events) {
        for (const auto& [type, delta] : unfold(view_of(event)))
          said.push_back(std::string(delta.run) + std::string(delta.part) +
                         std::string(delta.text));
      }
      return said;
    };
    const std::vector<std::string> said = said_in(plain);
    ASSERT_FALSE(said.empty());
    EXPECT_EQ(said_in(fold(plain)), said) << "seed " << seed;
    EXPECT_EQ(said_in(fold(fold(plain, {.steps = 7}))), said) << "seed " << seed;
  }
}

// A cut of a cut is the cut.
TEST(FoldProperty, CuttingTwiceIsCuttingOnce) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random(seed);
    for (const StoredEvent& event : fold(random_log(random, 100))) {
      for (std::uint64_t a = event.first_seq.value; a < event.seq.value; ++a) {
        const StoredEvent once = cut_after(view_of(event), Seq{a}).value();
        for (std::uint64_t b = a + 1; b < event.seq.value; ++b) {
          ASSERT_EQ(cut_after(view_of(once), Seq{b}).value(),
                    cut_after(view_of(event), Seq{b}).value());
        }
      }
    }
  }
}

}  // namespace
}  // namespace gp::log
