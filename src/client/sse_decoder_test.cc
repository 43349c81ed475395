#include "client/sse_decoder.h"

#include <gtest/gtest.h>

namespace gp::client {
namespace {

constexpr std::string_view kStream =
    ": hello\n\nid: 1\ndata: {\"a\":1}\n\nid:2\r\nevent: x\r\ndata:first\r\ndata: "
    "second\r\n\r\nid: 3\n\ndata\n\n";

std::vector<SseEvent> decode(std::string_view bytes, std::size_t piece) {
  SseDecoder decoder;
  std::vector<SseEvent> all;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const auto events = decoder.feed(bytes.substr(at, piece)).value();
    all.insert(all.end(), events.begin(), events.end());
  }
  EXPECT_EQ(decoder.comments(), 1u);
  return all;
}

TEST(SseDecoder, GivesTheSameEventsForEveryCut) {
  for (std::size_t piece = 1; piece <= kStream.size(); ++piece) {
    const auto events = decode(kStream, piece);
    ASSERT_EQ(events.size(), 3u) << piece;
    EXPECT_EQ(events[0].id, "1");
    EXPECT_EQ(events[0].data, "{\"a\":1}");
    EXPECT_EQ(events[0].name, "");
    EXPECT_EQ(events[1].name, "x");
    EXPECT_EQ(events[1].data, "first\nsecond");
    EXPECT_EQ(events[2].id, "3");
    EXPECT_EQ(events[2].name, "");
    EXPECT_EQ(events[2].data, "");
  }
}

TEST(SseDecoder, GivesNothingBeforeTheEmptyLine) {
  SseDecoder decoder;
  EXPECT_TRUE(decoder.feed("id: 1\ndata: x\n").value().empty());
  EXPECT_EQ(decoder.feed("\n").value().size(), 1u);
}

}  // namespace
}  // namespace gp::client
