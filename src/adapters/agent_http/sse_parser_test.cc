#include "adapters/agent_http/sse_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "protocol/codes.h"

namespace gp::agent_http {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::string_view_literals;

std::vector<std::string> drain(SseParser& parser) {
  std::vector<std::string> out;
  while (auto event = parser.next()) out.push_back(event->type + "|" + event->data);
  return out;
}

std::vector<std::string> parse(std::string_view text) {
  SseParser parser;
  parser.feed(text);
  return drain(parser);
}

TEST(SseParser, JoinsDataLinesAndNamesTheEvent) {
  EXPECT_THAT(parse("data: a\ndata: b\n\nevent: x\ndata:c\n\n"),
              ElementsAre("message|a\nb", "x|c"));
}

TEST(SseParser, TakesOneSpaceOffAValue) {
  EXPECT_THAT(parse("data:  two\ndata\n\n"), ElementsAre("message| two\n"));
}

TEST(SseParser, TakesAllThreeLineEnds) {
  EXPECT_THAT(parse("data: a\r\rdata: b\r\n\r\ndata: c\n\ndata: d\r\n\n"),
              ElementsAre("message|a", "message|b", "message|c", "message|d"));
}

TEST(SseParser, GivesTheEventAtTheCarriageReturnWithoutWaitingForItsLineFeed) {
  SseParser parser;
  parser.feed("data: a\r\n\r");
  EXPECT_THAT(drain(parser), ElementsAre("message|a"));
  parser.feed("\ndata: b\r\n\r\n");
  EXPECT_THAT(drain(parser), ElementsAre("message|b"));
}

TEST(SseParser, SkipsCommentsUnknownFieldsAndEventsWithoutData) {
  EXPECT_THAT(parse(": keep-alive\n\nevent: ping\n\nwhat: ever\nnocolon\n\ndata: a\n\n"),
              ElementsAre("message|a"));
}

TEST(SseParser, GivesAnEventWithEmptyData) {
  EXPECT_THAT(parse("data:\n\n"), ElementsAre("message|"));
}

TEST(SseParser, DiscardsAnEventThatIsStillOpenAtTheEnd) {
  EXPECT_THAT(parse("data: a\n\ndata: b\n"), ElementsAre("message|a"));
}

TEST(SseParser, SkipsOneBom) {
  EXPECT_THAT(parse("\xEF\xBB\xBF"
                    "data: a\n\n"),
              ElementsAre("message|a"));
  EXPECT_THAT(parse("\xEF\xBB\xBF\xEF\xBB\xBF"
                    "data: a\n\n"),
              IsEmpty());
}

TEST(SseParser, KeepsIdAndRetry) {
  SseParser parser;
  parser.feed("id: 7\nretry: 1500\ndata: a\n\nid: x\0y\nretry: 1s\n\n"sv);
  drain(parser);
  EXPECT_EQ(parser.last_event_id(), "7");
  EXPECT_EQ(parser.retry(), std::chrono::milliseconds(1500));
}

TEST(SseParser, CutAnywhereItSaysTheSame) {
  const std::string text =
      "\xEF\xBB\xBF: hello\r\ndata: {\"a\":\"\xE2\x82\xAC\"}\r\n\r\nevent: x\rdata: 1\rdata: 2\r\r"
      "id: 3\ndata\n\n\r\n";
  const auto whole = parse(text);
  ASSERT_EQ(whole.size(), 3u);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    SseParser parser;
    parser.feed(text.substr(0, cut));
    auto parts = drain(parser);
    parser.feed(text.substr(cut));
    for (auto& event : drain(parser)) parts.push_back(event);
    EXPECT_EQ(parts, whole) << "cut at " << cut;
  }
  SseParser parser;
  std::vector<std::string> parts;
  for (const char byte : text) {
    parser.feed(std::string_view(&byte, 1));
    for (auto& event : drain(parser)) parts.push_back(event);
  }
  EXPECT_EQ(parts, whole);
}

TEST(SseParser, RefusesALineBeyondItsLimitEvenUnfinished) {
  SseParser parser(SseLimits{.line_bytes_max = 10, .event_bytes_max = 100});
  parser.feed("data: 1234\n\n");
  EXPECT_THAT(drain(parser), ElementsAre("message|1234"));
  parser.feed("data: 12345");
  EXPECT_THAT(drain(parser), IsEmpty());
  ASSERT_TRUE(parser.error());
  EXPECT_EQ(parser.error()->code, Code::agent_protocol);
  parser.feed("\n\ndata: 1\n\n");
  EXPECT_THAT(drain(parser), IsEmpty());
}

TEST(SseParser, RefusesAnEventBeyondItsLimitAfterGivingThoseBefore) {
  SseParser parser(SseLimits{.line_bytes_max = 100, .event_bytes_max = 10});
  parser.feed("data: a\n\ndata: 12345\ndata: 67890\n\n");
  EXPECT_THAT(drain(parser), ElementsAre("message|a"));
  EXPECT_TRUE(parser.error());
}

}  // namespace
}  // namespace gp::agent_http
