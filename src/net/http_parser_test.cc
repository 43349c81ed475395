#include "net/http_parser.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/codes.h"

namespace gp::net {
namespace {

struct Verdict {
  std::string text;  ///< "need more", the name of the code, or the request in one line
  std::string rest;  ///< what was not consumed
  friend bool operator==(const Verdict&, const Verdict&) = default;
};

void PrintTo(const Verdict& verdict, std::ostream* out) {
  *out << verdict.text << " | rest: " << verdict.rest;
}

std::string describe(const HttpRequest& request) {
  std::string text = request.method + " " + request.target;
  text += request.version == HttpVersion::kHttp11 ? " 1.1" : " 1.0";
  for (const HttpHeader& header : request.headers)
    text += " [" + header.name + "=" + header.value + "]";
  return text + " " + request.body + (request.keep_alive ? " keep" : " close");
}

Verdict verdict_of(const std::vector<std::string_view>& pieces, const HttpLimits& limits) {
  HttpRequestParser parser(limits);
  std::string rest;
  std::string text = "need more";
  for (const std::string_view piece : pieces) {
    if (text != "need more") {
      rest += piece;
      continue;
    }
    auto progress = parser.feed(piece);
    if (!progress) {
      text = protocol::info(progress.error().code).name;
      EXPECT_FALSE(progress.error().message.empty());
    } else if (progress.value().state == ParseState::kComplete) {
      text = describe(parser.request());
      rest += piece.substr(progress.value().consumed);
    } else {
      EXPECT_EQ(progress.value().consumed, piece.size());
    }
  }
  const bool complete = text.find(' ') != std::string::npos && text != "need more";
  return {text, complete ? rest : ""};
}

/// The verdict on a stream; checks that every cut in two, and byte by byte, gives the same one.
Verdict parse(std::string_view stream, const HttpLimits& limits = {}) {
  const Verdict whole = verdict_of({stream}, limits);
  for (std::size_t cut = 0; cut <= stream.size(); ++cut)
    EXPECT_EQ(verdict_of({stream.substr(0, cut), stream.substr(cut)}, limits), whole)
        << "cut at " << cut;
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < stream.size(); ++i) bytes.push_back(stream.substr(i, 1));
  EXPECT_EQ(verdict_of(bytes, limits), whole) << "byte by byte";
  return whole;
}

HttpRequest request_of(std::string_view stream) {
  HttpRequestParser parser{HttpLimits{}};
  auto progress = parser.feed(stream);
  EXPECT_TRUE(progress && progress.value().state == ParseState::kComplete) << stream;
  return parser.take_request();
}

TEST(HttpRequestParser, ReadsARequestWithoutBody) {
  EXPECT_EQ(
      parse("GET /a?b=c HTTP/1.1\r\nHost: x:1\r\nAccept:  text/html \t\r\nX-Empty:\r\n\r\n").text,
      "GET /a?b=c 1.1 [Host=x:1] [Accept=text/html] [X-Empty=]  keep");
}

TEST(HttpRequestParser, LeavesPipelinedBytesAlone) {
  EXPECT_EQ(
      parse("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET /next HTTP/1.1\r\n")
          .rest,
      "GET /next HTTP/1.1\r\n");
  EXPECT_EQ(parse("GET / HTTP/1.1\r\nHost: x\r\n\r\n\x81\x85mask").rest, "\x81\x85mask");
  EXPECT_EQ(
      parse("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n\r\nrest")
          .rest,
      "\r\nrest");
}

TEST(HttpRequestParser, ReadsABodyOfGivenLength) {
  EXPECT_EQ(parse("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello").text,
            "POST / 1.1 [Host=x] [Content-Length=5] hello keep");
  EXPECT_EQ(parse("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").text,
            "POST / 1.1 [Host=x] [Content-Length=0]  keep");
}

TEST(HttpRequestParser, ReadsAChunkedBody) {
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n";
  const std::string start = "POST / 1.1 [Host=x] [Transfer-Encoding=Chunked] ";
  EXPECT_EQ(parse(head + "5\r\nhello\r\n00A;x=\"y\"\r\n, chunked!\r\n0\r\n\r\n").text,
            start + "hello, chunked! keep");
  EXPECT_EQ(parse(head + "0\r\n\r\n").text, start + " keep");
  EXPECT_EQ(parse(head + "1 ;a\r\nx\r\n0\r\nTrailer: dropped\r\nContent-Length: 7\r\n\r\n").text,
            start + "x keep");
}

TEST(HttpRequestParser, WaitsForTheRest) {
  EXPECT_EQ(parse("").text, "need more");
  EXPECT_EQ(parse("GET / HTTP/1.1\r\nHost: x\r\n").text, "need more");
  EXPECT_EQ(parse("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhell").text, "need more");
  EXPECT_EQ(parse("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r").text,
            "need more");
}

TEST(HttpRequestParser, SaysWhetherTheConnectionMayBeKept) {
  EXPECT_TRUE(request_of("GET / HTTP/1.1\r\nHost: x\r\n\r\n").keep_alive);
  EXPECT_FALSE(request_of("GET / HTTP/1.1\r\nHost: x\r\nConnection: x, Close\r\n\r\n").keep_alive);
  EXPECT_FALSE(request_of("GET / HTTP/1.0\r\n\r\n").keep_alive);
  EXPECT_TRUE(request_of("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").keep_alive);
}

TEST(HttpRequestParser, ReportsExpect100ContinueUntilTheBodyComes) {
  const std::string head =
      "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n";
  HttpRequestParser parser{HttpLimits{}};
  EXPECT_FALSE(parser.expects_continue());
  ASSERT_TRUE(parser.feed(head));
  EXPECT_TRUE(parser.head_complete());
  EXPECT_TRUE(parser.expects_continue());
  ASSERT_TRUE(parser.feed("h"));
  EXPECT_FALSE(parser.expects_continue());

  HttpRequestParser without_body{HttpLimits{}};
  ASSERT_TRUE(without_body.feed("GET / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\r\n"));
  EXPECT_FALSE(without_body.expects_continue());
}

TEST(HttpRequestParser, TakesTheTargetsThatBrowsersSend) {
  for (const std::string target :
       {"/", "/a/b%20c?q=%C3%A9&r=1+2", "/?a=|{}^`[]'", "/?a?b/c", "//double"})
    EXPECT_EQ(request_of("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n").target, target);
  EXPECT_EQ(request_of("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").target, "*");
}

std::string with(const std::string& headers, const std::string& body = "") {
  return "POST /a HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n\r\n" + body;
}

TEST(HttpLimits, HoldForTheHead) {
  HttpLimits limits;
  limits.head_bytes = 60;
  const std::string start = "GET / HTTP/1.1\r\nHost: x\r\nX: ";
  const std::string fits = start + std::string(60 - start.size() - 4, 'a') + "\r\n\r\n";
  const std::string too_long = start + std::string(60 - start.size() - 3, 'a') + "\r\n\r\n";
  EXPECT_EQ(parse(fits, limits).text.substr(0, 5), "GET /");
  EXPECT_EQ(parse(too_long, limits).text, "header_too_large");
  EXPECT_EQ(parse(std::string(61, 'a'), limits).text, "header_too_large");
}

TEST(HttpLimits, HoldForTheNumberOfHeaders) {
  HttpLimits limits;
  limits.header_count = 3;
  EXPECT_EQ(parse("GET / HTTP/1.1\r\nHost: x\r\nA: 1\r\nB: 2\r\n\r\n", limits).text.substr(0, 5),
            "GET /");
  EXPECT_EQ(parse("GET / HTTP/1.1\r\nHost: x\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n", limits).text,
            "header_too_large");
}

TEST(HttpLimits, HoldForTheTarget) {
  HttpLimits limits;
  limits.target_bytes = 5;
  EXPECT_EQ(parse("GET /1234 HTTP/1.1\r\nHost: x\r\n\r\n", limits).text.substr(0, 5), "GET /");
  EXPECT_EQ(parse("GET /12345 HTTP/1.1\r\nHost: x\r\n\r\n", limits).text, "uri_too_long");
  limits = {};
  limits.head_bytes = 40;
  EXPECT_EQ(parse("GET /" + std::string(40, 'a'), limits).text, "uri_too_long");
  EXPECT_EQ(parse("GET /" + std::string(30, 'a') + " HTTP/1.1\r\n", limits).text,
            "header_too_large");
  EXPECT_EQ(parse("GET / HTTP/1.1\r\nX: " + std::string(40, 'a'), limits).text, "header_too_large");
}

TEST(HttpLimits, HoldForTheBodyBeforeItIsRead) {
  HttpLimits limits;
  limits.body_bytes = 5;
  EXPECT_EQ(parse(with("Content-Length: 6"), limits).text, "payload_too_large");
  EXPECT_EQ(parse(with("Content-Length: 5", "hello"), limits).text.substr(0, 5), "POST ");
}

TEST(HttpLimits, HoldForTheSumOfTheChunks) {
  HttpLimits limits;
  limits.body_bytes = 5;
  EXPECT_EQ(
      parse(with("Transfer-Encoding: chunked", "3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n"), limits).text,
      "payload_too_large");
  EXPECT_EQ(parse(with("Transfer-Encoding: chunked", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), limits)
                .text.substr(0, 5),
            "POST ");
}

TEST(HttpLimits, HoldForChunkLinesAndTrailers) {
  HttpLimits limits;
  limits.chunk_line_bytes = 8;
  const std::string chunked = "Transfer-Encoding: chunked";
  EXPECT_EQ(parse(with(chunked, "0000000000000001\r\nx\r\n0\r\n\r\n"), limits).text,
            "header_too_large");
  EXPECT_EQ(parse(with(chunked, "1;abcdefghij\r\nx\r\n0\r\n\r\n"), limits).text,
            "header_too_large");
  EXPECT_EQ(parse(with(chunked, "0\r\nA: b\r\nC: d\r\n\r\n"), limits).text, "header_too_large");
}

// One byte of data for 4 KiB of extension each made a body of 1 MiB cost 4 GiB to read.
TEST(HttpLimits, HoldForTheSumOfChunkExtensions) {
  HttpLimits limits;
  limits.chunk_excess_bytes = 20;
  const std::string head = with("Transfer-Encoding: chunked");
  const std::string padded = "1;" + std::string(20, 'e') + "\r\nx\r\n";  // 6 above what is free
  EXPECT_EQ(parse(head + padded + padded + padded + "0\r\n\r\n", limits).text.substr(0, 5),
            "POST ");
  EXPECT_EQ(parse(head + padded + padded + padded + padded + "0\r\n\r\n", limits).text,
            "header_too_large");
  std::string plain = head;
  for (int i = 0; i < 200; ++i) plain += "1\r\nx\r\n";
  EXPECT_EQ(parse(plain + "0\r\n\r\n", limits).text.substr(0, 5), "POST ");
}

TEST(HttpLimits, DefaultsAreThoseOfTheDocumentation) {
  const HttpLimits limits;
  EXPECT_EQ(limits.head_bytes, 16 * kKiB);
  EXPECT_EQ(limits.header_count, 100u);
  EXPECT_EQ(limits.target_bytes, 8 * kKiB);
  EXPECT_EQ(limits.body_bytes, 1 * kMiB);
  EXPECT_EQ(limits.chunk_line_bytes, 4 * kKiB);
  EXPECT_EQ(limits.chunk_excess_bytes, 16 * kKiB);
}

}  // namespace
}  // namespace gp::net
