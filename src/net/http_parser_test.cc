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

struct Refused {
  const char* what;
  std::string stream;
};

std::string with(const std::string& headers, const std::string& body = "") {
  return "POST /a HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n\r\n" + body;
}

// The tricks of request smuggling, and what is not HTTP/1.1: two servers in a row must never read
// two different things.
const Refused kSmuggling[] = {
    {"two equal lengths", with("Content-Length: 5\r\nContent-Length: 5", "hello")},
    {"two different lengths", with("Content-Length: 5\r\nContent-Length: 6", "hello")},
    {"length list", with("Content-Length: 5, 5", "hello")},
    {"length with plus", with("Content-Length: +5", "hello")},
    {"length negative", with("Content-Length: -5", "hello")},
    {"length hexadecimal", with("Content-Length: 0x5", "hello")},
    {"length empty", with("Content-Length:", "hello")},
    {"length with space inside", with("Content-Length: 1 1", "hello")},
    {"length overflows", with("Content-Length: 18446744073709551621", "hello")},
    {"length then encoding", with("Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n")},
    {"encoding then length", with("Transfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n")},
    {"encoding twice",
     with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n")},
    {"encoding identity", with("Transfer-Encoding: identity", "0\r\n\r\n")},
    {"encoding list", with("Transfer-Encoding: gzip, chunked", "0\r\n\r\n")},
    {"encoding not last", with("Transfer-Encoding: chunked, gzip", "0\r\n\r\n")},
    {"encoding twice in a list", with("Transfer-Encoding: chunked, chunked", "0\r\n\r\n")},
    {"encoding with parameter", with("Transfer-Encoding: chunked;q=1", "0\r\n\r\n")},
    {"encoding misspelt", with("Transfer-Encoding: xchunked", "0\r\n\r\n")},
    {"encoding empty", with("Transfer-Encoding:", "0\r\n\r\n")},
    {"encoding with vertical tab", with("Transfer-Encoding: \vchunked", "0\r\n\r\n")},
    {"encoding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
    {"space before colon", with("Transfer-Encoding : chunked", "0\r\n\r\n")},
    {"tab before colon", with("Content-Length\t: 5", "hello")},
    {"obs-fold", with("X-A: b\r\n c")},
    {"obs-fold with tab", with("Transfer-Encoding:\r\n\tchunked", "0\r\n\r\n")},
    {"first header line folded", "GET / HTTP/1.1\r\n Host: x\r\n\r\n"},
    {"bare LF", "GET / HTTP/1.1\nHost: x\n\n"},
    {"bare LF in a header", with("X-A: b\nX-B: c")},
    {"bare CR in a header", with("X-A: b\rX-B: c")},
    {"CR CR LF", with("X-A: b\r\r\nX-B: c")},
    {"empty line without LF", "GET / HTTP/1.1\r\nHost: x\r\n\rx"},
    {"NUL in a header", with(std::string("X-A: b\0c", 8))},
    {"DEL in a header", with("X-A: b\x7f")},
    {"header without colon", with("X-A")},
    {"header without name", with(": b")},
    {"name not a token", with("X(A): b")},
    {"name not ASCII", with("X\xc3\xa9: b")},
    {"no Host", "GET / HTTP/1.1\r\nAccept: x\r\n\r\n"},
    {"two Hosts", "GET / HTTP/1.1\r\nHost: x\r\nhost: x\r\n\r\n"},
    {"two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n"},
    {"Host empty", "GET / HTTP/1.1\r\nHost:\r\n\r\n"},
    {"Host with user", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"},
    {"Host with path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"},
    {"Host list", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"},
    {"empty line first", "\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"space first", " GET / HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"no method", "/ HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"method not a token", "G@T / HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"two spaces after the method", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"two spaces after the target", "GET /  HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"space in the target", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"space after the version", "GET / HTTP/1.1 \r\nHost: x\r\n\r\n"},
    {"absolute-form", "GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"authority-form", "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"asterisk-form", "GET * HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"target without slash", "GET a HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"fragment", "GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"target not ASCII", "GET /\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"backslash", "GET /a\\..\\b HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"quote in the target", "GET /\"a HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"percent without digits", "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"percent at the end", "GET /a%2 HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"encoded NUL", "GET /a%00b HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"HTTP/0.9", "GET /\r\n\r\n"},
    {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: x\r\n\r\n"},
    {"HTTP/2.0", "GET / HTTP/2.0\r\nHost: x\r\n\r\n"},
    {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
    {"version in lower case", "GET / http/1.1\r\nHost: x\r\n\r\n"},
    {"version without minor", "GET / HTTP/1\r\nHost: x\r\n\r\n"},
    {"TLS client hello", std::string("\x16\x03\x01\x02\x00\x01", 6)},
    {"SSH", "SSH-2.0-OpenSSH_9.2\r\n\r\n"},
};

TEST(HttpSmuggling, EveryTrickIsABadRequest) {
  for (const Refused& refused : kSmuggling) {
    SCOPED_TRACE(refused.what);
    EXPECT_EQ(parse(refused.stream).text, "bad_request");
  }
}

const Refused kBadChunks[] = {
    {"no size", "\r\nhello\r\n0\r\n\r\n"},
    {"size not hexadecimal", "g\r\n"},
    {"size with 0x", "0x5\r\nhello\r\n0\r\n\r\n"},
    {"size with sign", "+5\r\nhello\r\n0\r\n\r\n"},
    {"size with space before", " 5\r\nhello\r\n0\r\n\r\n"},
    {"text after the size", "5 x\r\nhello\r\n0\r\n\r\n"},
    {"size with space after", "5 \r\nhello\r\n0\r\n\r\n"},
    {"size overflows", "ffffffffffffffff\r\n"},
    {"size overflows to small", "10000000000000005\r\nhello\r\n0\r\n\r\n"},
    {"bare LF after size", "5\nhello\r\n0\r\n\r\n"},
    {"bare CR after size", "5\rhello\r\n0\r\n\r\n"},
    {"bare LF in an extension", "5;a\nhello\r\n0\r\n\r\n"},
    {"bare CR in an extension", "5;a\rb\r\nhello\r\n0\r\n\r\n"},
    {"chunk longer than its size", "4\r\nhello\r\n0\r\n\r\n"},
    {"chunk shorter than its size", "6\r\nhello\r\n0\r\n\r\n"},
    {"bare LF after a chunk", "5\r\nhello\n0\r\n\r\n"},
    {"trailer without colon", "0\r\nabc\r\n\r\n"},
    {"trailer folded", "0\r\nA: b\r\n c\r\n\r\n"},
    {"trailer with space before colon", "0\r\nA : b\r\n\r\n"},
    {"bare LF in a trailer", "0\r\nA: b\n\r\n"},
    {"bare LF at the end", "0\r\n\n"},
};

TEST(HttpSmuggling, EveryDoubtfulChunkIsABadRequest) {
  for (const Refused& refused : kBadChunks) {
    SCOPED_TRACE(refused.what);
    EXPECT_EQ(parse(with("Transfer-Encoding: chunked", refused.stream)).text, "bad_request");
  }
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
  EXPECT_EQ(parse("GET /12345 HTTP/1.1\r\nHost: x\r\n\r\n", limits).text, "header_too_large");
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

TEST(HttpLimits, DefaultsAreThoseOfTheDocumentation) {
  const HttpLimits limits;
  EXPECT_EQ(limits.head_bytes, 16 * kKiB);
  EXPECT_EQ(limits.header_count, 100u);
  EXPECT_EQ(limits.target_bytes, 8 * kKiB);
  EXPECT_EQ(limits.body_bytes, 1 * kMiB);
}

}  // namespace
}  // namespace gp::net
