/// Message heads: the grammar of RFC 9112 sections 3 to 5 by Beast's parser, and what it leaves
/// open.
///
/// Thread: pure functions. The only file of the parsers with Beast is http_head.cc.
#pragma once

#include <string_view>

#include "base/result.h"
#include "net/http_limits.h"
#include "net/http_message.h"
#include "protocol/codes.h"

namespace gp::net {

/// `head` is a whole head with its empty line, as HttpHeadScanner accepts it.
/// Errors: Code::bad_request, Code::header_too_large (count of headers), Code::uri_too_long,
/// Code::method_not_allowed (CONNECT, which asks for a tunnel).
Result<HttpRequest> parse_request_head(std::string_view head, const HttpLimits& limits);

/// What a target above its limit is answered, also one that fills the whole head.
Error target_too_long();

struct ResponseHead {
  HttpVersion version = HttpVersion::kHttp11;
  HttpResponse response;  ///< no body yet
};
Result<ResponseHead> parse_response_head(std::string_view head, const HttpLimits& limits);

}  // namespace gp::net
