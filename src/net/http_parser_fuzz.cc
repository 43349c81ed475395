/// Fuzzes HttpRequestParser, HttpResponseParser and check_upgrade.
///
/// Input: byte 0 bit 0 request or response, bit 1 answer to HEAD; byte 1 seed of the cuts; the rest
/// is the stream.
///
/// Properties:
/// (1) any cut gives the same message, the same error and the same rest;
/// (2) limits hold;
/// (3) a request keeps the promises of http_message.h;
/// (4) what was consumed is, alone, the same message;
/// (5) a message that is written again and parsed again is the same message;
/// (6) nothing crashes.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/random.h"
#include "net/http_parser.h"
#include "net/http_response_parser.h"
#include "net/websocket_handshake.h"

namespace gp::net {
namespace {

HttpLimits small_limits() {
  HttpLimits limits;
  limits.head_bytes = 600;
  limits.header_count = 10;
  limits.target_bytes = 200;
  limits.body_bytes = 100;
  limits.chunk_line_bytes = 40;
  return limits;
}

struct Verdict {
  std::string text;
  std::size_t consumed = 0;
  bool complete = false;
  friend bool operator==(const Verdict&, const Verdict&) = default;
};

std::string describe(const HttpHeaders& headers, std::string_view body) {
  std::string text;
  for (const HttpHeader& header : headers) {
    GP_ASSERT(is_token(header.name), "a header name is not a token");
    GP_ASSERT(header.value.find_first_of("\r\n") == std::string::npos,
              "a header value has a line end");
    text += header.name + "=" + header.value + "\n";
  }
  return text.append(body);
}

std::string describe(const HttpRequest& request) {
  const HttpLimits limits = small_limits();
  GP_ASSERT(request.headers.size() <= limits.header_count, "too many headers");
  GP_ASSERT(request.target.size() <= limits.target_bytes, "target too long");
  GP_ASSERT(request.body.size() <= limits.body_bytes, "body too long");
  GP_ASSERT(is_token(request.method), "the method is not a token");
  GP_ASSERT(request.target.starts_with('/') || request.target == "*", "a target of another form");
  GP_ASSERT(request.version == HttpVersion::kHttp10 || count_header(request.headers, "Host") == 1,
            "not one Host");
  GP_ASSERT(count_header(request.headers, "Content-Length") +
                    count_header(request.headers, "Transfer-Encoding") <=
                1,
            "two statements about the body");
  if (auto upgrade = check_upgrade(request)) accept_key(upgrade.value().key);
  static_cast<void>(request.query_parameter("after"));
  return request.method + " " + request.target + (request.keep_alive ? " keep " : " close ") +
         describe(request.headers, request.body);
}

bool is_framing(const HttpHeader& header) {
  return equals_ignore_case(header.name, "Content-Length") ||
         equals_ignore_case(header.name, "Transfer-Encoding");
}

/// Property (5): with a plain Content-Length for whatever framing it had.
void check_round_trip(const HttpRequest& request) {
  std::string wire = request.method + " " + request.target +
                     (request.version == HttpVersion::kHttp11 ? " HTTP/1.1\r\n" : " HTTP/1.0\r\n");
  HttpRequest expected = request;
  std::erase_if(expected.headers, is_framing);
  for (const HttpHeader& header : expected.headers)
    wire += header.name + ": " + header.value + "\r\n";
  wire += "Content-Length: " + std::to_string(request.body.size()) + "\r\n\r\n" + request.body;
  HttpRequestParser parser{HttpLimits{}};
  const auto progress = parser.feed(wire);
  GP_ASSERT(progress.has_value() && progress.value().state == ParseState::kComplete &&
                progress.value().consumed == wire.size(),
            "a request that was parsed cannot be parsed again");
  HttpRequest again = parser.take_request();
  std::erase_if(again.headers, is_framing);
  GP_ASSERT(again.method == expected.method && again.target == expected.target &&
                again.version == expected.version && again.body == expected.body &&
                again.keep_alive == expected.keep_alive &&
                describe(again.headers, {}) == describe(expected.headers, {}),
            "a request changed when it was written and parsed");
}

void check_round_trip(const HttpResponse& head, std::string_view body) {
  if (head.status < 200 || head.status > 599) return;
  HttpResponse response = head;
  response.body = head.status == 204 || head.status == 304 ? "" : body;
  const std::string wire = serialize(response, AfterResponse::kKeepAlive);
  HttpResponseParser parser(HttpLimits{}, "GET");
  const auto progress = parser.feed(wire);
  GP_ASSERT(progress.has_value() && progress.value().state == ParseState::kComplete &&
                progress.value().consumed == wire.size(),
            "a response that was written cannot be parsed");
  GP_ASSERT(parser.response().status == response.status && parser.take_body() == response.body,
            "a response changed when it was written and parsed");
}

class RequestSide {
 public:
  explicit RequestSide(std::string_view) : parser_(small_limits()) {}
  Result<HttpProgress> feed(std::string_view bytes) { return parser_.feed(bytes); }
  std::string text() const {
    check_round_trip(parser_.request());
    return describe(parser_.request());
  }

 private:
  HttpRequestParser parser_;
};

/// Takes the body after every piece, as an SSE client does.
class ResponseSide {
 public:
  explicit ResponseSide(std::string_view method) : parser_(small_limits(), method) {}
  Result<HttpProgress> feed(std::string_view bytes) {
    auto progress = parser_.feed(bytes);
    if (parser_.head_complete()) body_ += parser_.take_body();
    return progress;
  }
  std::string text() const {
    check_round_trip(parser_.response(), body_);
    return std::to_string(parser_.response().status) + describe(parser_.response().headers, body_);
  }

 private:
  HttpResponseParser parser_;
  std::string body_;
};

/// `random` null: in pieces of one body limit, so that a response body which is taken never meets
/// it.
template <class Side>
Verdict run(std::string_view stream, std::string_view method, Random* random) {
  Side side(method);
  Verdict verdict;
  while (verdict.consumed < stream.size() && !verdict.complete) {
    const std::string_view rest = stream.substr(verdict.consumed);
    const std::size_t size = random == nullptr ? 100 : 1 + random->below(random->below(60) + 1);
    auto progress = side.feed(rest.substr(0, size));
    if (!progress)
      return {"error " + std::to_string(static_cast<int>(progress.error().code)), 0, false};
    GP_ASSERT(progress.value().consumed <= size, "more was consumed than given");
    verdict.consumed += progress.value().consumed;
    verdict.complete = progress.value().state == ParseState::kComplete;
  }
  if (verdict.complete) verdict.text = side.text();
  return verdict;
}

template <class Side>
void check(std::string_view stream, std::string_view method, Random& random) {
  const Verdict whole = run<Side>(stream, method, nullptr);
  for (int i = 0; i < 3; ++i)
    GP_ASSERT(run<Side>(stream, method, &random) == whole, "a cut of the input changed the result");
  if (whole.complete)
    GP_ASSERT(run<Side>(stream.substr(0, whole.consumed), method, &random) == whole,
              "the rest changed the message");
}

}  // namespace
}  // namespace gp::net

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gp::net;
  if (size < 2) return 0;
  gp::SeededRandom random(data[1]);
  const std::string_view stream(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::string_view method = (data[0] & 2) != 0 ? "HEAD" : "GET";
  if ((data[0] & 1) != 0) {
    check<RequestSide>(stream, method, random);
  } else {
    check<ResponseSide>(stream, method, random);
  }
  return 0;
}
