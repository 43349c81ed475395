/// HttpRequestParser: bytes in any cut become one HttpRequest. One parser per request.
///
/// Owner:  an HTTP connection, only while a request is arriving: an idle connection holds none.
/// Thread: a part: runs on its owner's Core.
/// Errors: Code::bad_request, Code::method_not_allowed (CONNECT), Code::uri_too_long,
///         Code::header_too_large, Code::payload_too_large. After one, the connection must be
///         closed.
///
/// Invariants:
/// (1) the result depends on the bytes, not on how they were cut;
/// (2) bytes after the request are not consumed;
/// (3) what is held never exceeds a head (limits.head_bytes) and a body (limits.body_bytes).
///
/// Refused is everything that two HTTP implementations could read differently (request smuggling):
/// - Content-Length twice, in a list, not plain digits, or beside Transfer-Encoding;
/// - any Transfer-Encoding but `chunked`, or one in HTTP/1.0;
/// - obs-fold, line ends other than CR LF, white space before a colon, an empty line at the start;
/// - no Host or two in HTTP/1.1, or one that is not a host name or address with a port;
/// - two of Authorization, Content-Type or Origin: a proxy may have judged the other one;
/// - absolute-form targets, and authority-form ones, which are for CONNECT. RFC 9112 section 3.2.2
/// asks servers to take
///   absolute-form; no client of ours sends it, and two host names in one request are a trap;
/// - versions other than 1.0 and 1.1.
/// Trailers and chunk extensions are checked, limited and dropped.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http_body_decoder.h"
#include "net/http_head_scanner.h"
#include "net/http_limits.h"
#include "net/http_message.h"
#include "protocol/codes.h"

namespace gp::net {

class HttpRequestParser {
 public:
  explicit HttpRequestParser(const HttpLimits& limits);

  /// Must not be called again after kComplete or an error.
  Result<HttpProgress> feed(std::string_view bytes);

  bool head_complete() const { return head_complete_; }
  /// `Expect: 100-continue` came and body bytes are still awaited: send kContinue once (RFC 9110
  /// section 10.1.1).
  bool expects_continue() const;
  /// Valid after kComplete; with head_complete() everything but the body is there.
  const HttpRequest& request() const { return request_; }
  HttpRequest take_request() { return std::move(request_); }

 private:
  Result<> read_head(std::string_view head);

  HttpLimits limits_;
  HttpHeadScanner scanner_;
  HttpBodyDecoder body_;
  std::string partial_head_;
  HttpRequest request_;
  bool head_complete_ = false;
};

}  // namespace gp::net
