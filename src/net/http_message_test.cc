#include "net/http_message.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "net/http_response_parser.h"

namespace gp::net {
namespace {

HttpRequest request_for(std::string target) {
  HttpRequest request;
  request.method = "GET";
  request.target = std::move(target);
  return request;
}

TEST(HttpHeaders, AreFoundInAnyCase) {
  const HttpHeaders headers{{"Content-Type", "a"}, {"content-type", "b"}};
  EXPECT_EQ(find_header(headers, "CONTENT-TYPE"), "a");
  EXPECT_EQ(find_header(headers, "Content"), std::nullopt);
  EXPECT_EQ(count_header(headers, "Content-Type"), 2u);
}

TEST(HttpHeaders, AreReadAsListsOverSeveralLines) {
  const HttpHeaders headers{
      {"Connection", " keep-alive ,, Upgrade"}, {"X", "no"}, {"connection", "\tx,"}};
  EXPECT_EQ(list_elements(headers, "Connection"),
            (std::vector<std::string_view>{"keep-alive", "Upgrade", "x"}));
  EXPECT_TRUE(has_list_token(headers, "Connection", "upgrade"));
  EXPECT_FALSE(has_list_token(headers, "Connection", "up"));
}

TEST(HttpRequest, SplitsPathAndQuery) {
  EXPECT_EQ(request_for("/a/b?c=d?e").path(), "/a/b");
  EXPECT_EQ(request_for("/a/b?c=d?e").query(), "c=d?e");
  EXPECT_EQ(request_for("/a").query(), "");
}

TEST(HttpRequest, DecodesQueryParameters) {
  const HttpRequest request =
      request_for("/ws?after=thr_a%3A17,thr_b:4&name=a+b%2Bc&flag&empty=&na%6De=second&x=%zz");
  EXPECT_EQ(request.query_parameter("after"), "thr_a:17,thr_b:4");
  EXPECT_EQ(request.query_parameter("name"), "a b+c");
  EXPECT_EQ(request.query_parameter("flag"), "");
  EXPECT_EQ(request.query_parameter("empty"), "");
  EXPECT_EQ(request.query_parameter("x"), std::nullopt);
  EXPECT_EQ(request.query_parameter("absent"), std::nullopt);
  EXPECT_EQ(request_for("/").query_parameter(""), std::nullopt);
}

TEST(HttpSerialize, WritesHeadAndBody) {
  const HttpResponse response{201, {{"Content-Type", "application/json"}}, "{}"};
  EXPECT_EQ(serialize(response, AfterResponse::kKeepAlive),
            "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nConnection: "
            "keep-alive\r\nContent-Length: 2\r\n\r\n{}");
  EXPECT_EQ(serialize_head(response, AfterResponse::kClose),
            "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nConnection: "
            "close\r\nContent-Length: 2\r\n\r\n");
}

TEST(HttpSerialize, GivesNoBodyToResponsesThatHaveNone) {
  for (const int status : {101, 204, 304}) {
    const std::string text = serialize({status, {}, "x"}, AfterResponse::kKeepAlive);
    EXPECT_TRUE(text.ends_with("\r\n\r\n"));
    EXPECT_EQ(text.find("Content-Length"), std::string::npos);
  }
}

TEST(HttpSerialize, LetsNoHeaderEndItsLine) {
  const HttpResponse response{200,
                              {{"X", "a\r\nSet-Cookie: b"},
                               {"Bad\r\nName", "c"},
                               {"Connection", "d"},
                               {"Content-Length", "9"}},
                              ""};
  EXPECT_EQ(
      serialize(response, AfterResponse::kClose),
      "HTTP/1.1 200 OK\r\nX: a  Set-Cookie: b\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
}

TEST(HttpSerialize, NamesUpgradeInConnection) {
  const std::string text = serialize({426, {{"Upgrade", "websocket"}}, ""}, AfterResponse::kClose);
  EXPECT_NE(text.find("\r\nConnection: upgrade, close\r\n"), std::string::npos);
}

TEST(HttpSerialize, FramesAStream) {
  const HttpResponse response{200, {{"Content-Type", "text/event-stream"}}, ""};
  std::string stream =
      serialize_stream_head(response, AfterResponse::kKeepAlive, StreamFraming::kChunked);
  append_chunk(stream, "data: 1\n\n");
  append_chunk(stream, "");
  append_chunk(stream, std::string(300, 'x'));
  stream += kLastChunk;
  HttpResponseParser parser(HttpLimits{}, "GET");
  ASSERT_TRUE(parser.feed(stream));
  EXPECT_TRUE(parser.complete());
  EXPECT_EQ(parser.response().body, "data: 1\n\n" + std::string(300, 'x'));

  EXPECT_EQ(serialize_stream_head(response, AfterResponse::kKeepAlive, StreamFraming::kUntilClose),
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n");
}

TEST(HttpDate, IsWrittenAsRfc9110Says) {
  EXPECT_EQ(http_date(WallTime(std::chrono::seconds(784111777))), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(WallTime(std::chrono::seconds(951826609))), "Tue, 29 Feb 2000 12:16:49 GMT");
  EXPECT_EQ(http_date(WallTime{}), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(HttpResponse, HasItsLastingBodyInsteadOfItsOwn) {
  HttpResponse response;
  response.lasting_body = "lasting";
  const std::string bytes = serialize(response, AfterResponse::kKeepAlive);
  EXPECT_NE(bytes.find("Content-Length: 7\r\n"), std::string::npos);
  EXPECT_TRUE(bytes.ends_with("\r\n\r\nlasting"));
}

}  // namespace
}  // namespace gp::net
