#include "net/http_parser.h"

#include <utility>

#include "base/assert.h"
#include "net/http_head.h"

namespace gp::net {

HttpRequestParser::HttpRequestParser(const HttpLimits& limits)
    : limits_(limits), scanner_(limits.head_bytes), body_(limits) {}

Result<HttpProgress> HttpRequestParser::feed(std::string_view bytes) {
  GP_ASSERT(!head_complete_ || !body_.complete(), "a request parser is for one request");
  std::size_t consumed = 0;
  if (!head_complete_) {
    auto end = scanner_.scan(bytes);
    if (end.has_error() && end.error().code == Code::header_too_large && scanner_.in_second_word())
      return target_too_long();
    if (end.has_error()) return Error(end.error());
    if (!end.value()) {
      partial_head_ += bytes;
      return HttpProgress{ParseState::kNeedMore, bytes.size()};
    }
    consumed = *end.value();
    if (partial_head_.empty()) {
      GP_TRY(read_head(bytes.substr(0, consumed)));
    } else {
      partial_head_ += bytes.substr(0, consumed);
      GP_TRY(read_head(std::exchange(partial_head_, {})));
    }
  }
  GP_TRY(auto progress, body_.decode(bytes.substr(consumed), request_.body));
  progress.consumed += consumed;
  return progress;
}

Result<> HttpRequestParser::read_head(std::string_view head) {
  GP_TRY(request_, parse_request_head(head, limits_));
  GP_TRY(auto framing, request_framing(request_.version, request_.headers));
  GP_TRY(body_.begin(framing, HttpBodyDecoder::Holding::kWhole));
  head_complete_ = true;
  return ok();
}

bool HttpRequestParser::expects_continue() const {
  return head_complete_ && !body_.complete() && request_.body.empty() &&
         request_.version == HttpVersion::kHttp11 &&
         has_list_token(request_.headers, "Expect", "100-continue");
}

}  // namespace gp::net
