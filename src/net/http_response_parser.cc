#include "net/http_response_parser.h"

#include <utility>

#include "base/assert.h"
#include "net/http_head.h"

namespace gp::net {
namespace {

bool is_interim(int status) { return status < 200 && status != 101; }

}  // namespace

HttpResponseParser::HttpResponseParser(const HttpLimits& limits, std::string_view method)
    : limits_(limits), method_(method), scanner_(limits.head_bytes), body_(limits) {}

Result<HttpProgress> HttpResponseParser::feed(std::string_view bytes) {
  GP_ASSERT(!complete_, "a response parser is for one response");
  std::size_t consumed = 0;
  while (!head_complete_) {
    const std::string_view rest = bytes.substr(consumed);
    GP_TRY(auto end, scanner_.scan(rest));
    if (!end) {
      partial_head_ += rest;
      return HttpProgress{ParseState::kNeedMore, bytes.size()};
    }
    partial_head_ += rest.substr(0, *end);
    consumed += *end;
    GP_TRY(read_head(std::exchange(partial_head_, {})));
  }
  GP_TRY(auto progress, body_.decode(bytes.substr(consumed), response_.body));
  complete_ = progress.state == ParseState::kComplete;
  progress.consumed += consumed;
  return progress;
}

Result<> HttpResponseParser::read_head(std::string_view head) {
  GP_TRY(auto parsed, parse_response_head(head, limits_));
  if (is_interim(parsed.response.status)) {
    scanner_ = HttpHeadScanner(limits_.head_bytes);
    return ok();
  }
  GP_TRY(auto framing, response_framing(parsed.response.status, parsed.version,
                                        parsed.response.headers, method_));
  response_ = std::move(parsed.response);
  head_complete_ = true;
  return body_.begin(framing, HttpBodyDecoder::Holding::kTaken);
}

Result<> HttpResponseParser::feed_end() {
  if (complete_) return ok();
  if (!head_complete_ || body_.kind() != BodyKind::kUntilClose)
    return fail(Code::bad_request, "the connection ended inside the response");
  complete_ = true;
  return ok();
}

}  // namespace gp::net
