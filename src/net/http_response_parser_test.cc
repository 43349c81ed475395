#include "net/http_response_parser.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "protocol/codes.h"

namespace gp::net {
namespace {

/// Body after all of `stream` came in one piece and then byte by byte; both must agree. "!code" on
/// failure.
std::string body_of(std::string_view stream, std::string_view method = "GET",
                    std::size_t* consumed = nullptr) {
  HttpResponseParser whole(HttpLimits{}, method);
  auto progress = whole.feed(stream);
  std::string result = progress ? whole.response().body
                                : "!" + std::string(protocol::info(progress.error().code).name);
  if (progress && consumed != nullptr) *consumed = progress.value().consumed;

  HttpResponseParser single(HttpLimits{}, method);
  std::string single_result;
  for (std::size_t i = 0; i < stream.size() && !single.complete(); ++i) {
    auto step = single.feed(stream.substr(i, 1));
    if (!step) {
      EXPECT_EQ(result, "!" + std::string(protocol::info(step.error().code).name));
      return result;
    }
    single_result += single.take_body();
  }
  EXPECT_EQ(single_result, result);
  EXPECT_EQ(single.complete(), whole.complete());
  return result;
}

TEST(HttpResponseParser, ReadsStatusHeadersAndBody) {
  HttpResponseParser parser(HttpLimits{}, "GET");
  auto progress = parser.feed(
      "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\ngonenext");
  ASSERT_TRUE(progress);
  EXPECT_EQ(progress.value().state, ParseState::kComplete);
  EXPECT_EQ(parser.response().status, 404);
  EXPECT_EQ(parser.response().header("content-type"), "text/plain");
  EXPECT_EQ(parser.response().body, "gone");
  EXPECT_EQ(progress.value().consumed,
            std::string_view("HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\n"
                             "Content-Length: 4\r\n\r\ngone")
                .size());
}

TEST(HttpResponseParser, ReadsEveryKindOfBody) {
  EXPECT_EQ(body_of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"), "hello");
  EXPECT_EQ(
      body_of(
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"),
      "hello");
  EXPECT_EQ(body_of("HTTP/1.0 200 OK\r\n\r\nuntil the end"), "until the end");
  EXPECT_EQ(body_of("HTTP/1.1 200 \r\n\r\nno reason"), "no reason");
}

TEST(HttpResponseParser, KnowsWhichResponsesHaveNoBody) {
  for (const std::string_view stream : {"HTTP/1.1 204 No Content\r\n\r\n",
                                        "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"}) {
    HttpResponseParser parser(HttpLimits{}, "GET");
    ASSERT_TRUE(parser.feed(stream));
    EXPECT_TRUE(parser.complete());
  }
  HttpResponseParser head(HttpLimits{}, "HEAD");
  ASSERT_TRUE(head.feed("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"));
  EXPECT_TRUE(head.complete());
}

TEST(HttpResponseParser, HandsOutAStreamAsItArrives) {
  HttpResponseParser parser(HttpLimits{}, "GET");
  ASSERT_TRUE(parser.feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\ndata: 1"));
  EXPECT_TRUE(parser.head_complete());
  EXPECT_EQ(parser.take_body(), "data: 1");
  ASSERT_TRUE(parser.feed("\n\r\n8\r\ndata: 2\n\r"));
  EXPECT_EQ(parser.take_body(), "\ndata: 2\n");
  EXPECT_FALSE(parser.complete());
}

TEST(HttpResponseParser, LimitsWhatIsHeldAndNotTheStream) {
  HttpLimits limits;
  limits.body_bytes = 10;
  HttpResponseParser taken(limits, "GET");
  ASSERT_TRUE(taken.feed("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"));
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(taken.feed("0123456789"));
    EXPECT_EQ(taken.take_body(), "0123456789");
  }
  EXPECT_TRUE(taken.complete());

  HttpResponseParser kept(limits, "GET");
  ASSERT_TRUE(kept.feed("HTTP/1.1 200 OK\r\n\r\n0123456789"));
  auto progress = kept.feed("x");
  ASSERT_FALSE(progress);
  EXPECT_EQ(progress.error().code, Code::payload_too_large);
}

TEST(HttpResponseParser, SkipsInterimResponses) {
  EXPECT_EQ(body_of("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
            "ok");
}

TEST(HttpResponseParser, LeavesTheFramesAfterA101) {
  std::size_t consumed = 0;
  const std::string_view head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
  EXPECT_EQ(body_of(std::string(head) + "\x81\x02hi", "GET", &consumed), "");
  EXPECT_EQ(consumed, head.size());
}

TEST(HttpResponseParser, TellsACutResponseFromAnEndedOne) {
  HttpResponseParser until_close(HttpLimits{}, "GET");
  ASSERT_TRUE(until_close.feed("HTTP/1.1 200 OK\r\n\r\nabc"));
  EXPECT_TRUE(until_close.feed_end());
  EXPECT_TRUE(until_close.complete());

  for (const std::string_view cut :
       {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"}) {
    HttpResponseParser parser(HttpLimits{}, "GET");
    ASSERT_TRUE(parser.feed(cut));
    auto end = parser.feed_end();
    ASSERT_FALSE(end) << cut;
    EXPECT_EQ(end.error().code, Code::bad_request);
  }
}

TEST(HttpResponseParser, RefusesWhatIsNotAnHttp1Response) {
  for (const std::string_view stream : {
           "GET / HTTP/1.1\r\n\r\n",
           "HTTP/2.0 200 OK\r\n\r\n",
           "HTTP/1.1 20 OK\r\n\r\n",
           "HTTP/1.1 2000 OK\r\n\r\n",
           "HTTP/1.1 200 OK\nA: b\n\n",
           "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
       })
    EXPECT_EQ(body_of(stream), "!bad_request") << stream;
}

}  // namespace
}  // namespace gp::net
