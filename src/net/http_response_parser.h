/// HttpResponseParser: bytes in any cut become status, headers and the body as it arrives. For our
/// own client.
///
/// Owner:   a client connection; one parser per request sent.
/// Thread:  a part: runs on its owner's Core.
/// Interim: 1xx responses other than 101 are skipped.
/// Errors:  Code::bad_request (the answer breaks RFC 9112), Code::header_too_large,
///          Code::payload_too_large: limits.body_bytes counts what take_body() has not taken yet,
///          so a stream may go on for ever.
///
/// Invariants:
/// (1) the result depends on the bytes, not on how they were cut;
/// (2) bytes after the response are not consumed; after a 101 they are WebSocket frames;
/// (3) what is held never exceeds a head (limits.head_bytes) and a body (limits.body_bytes).
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "net/http_body_decoder.h"
#include "net/http_head_scanner.h"
#include "net/http_limits.h"
#include "net/http_message.h"
#include "protocol/codes.h"

namespace gp::net {

class HttpResponseParser {
 public:
  /// `method` of the request: an answer to HEAD has no body.
  HttpResponseParser(const HttpLimits& limits, std::string_view method);

  /// Must not be called again after kComplete or an error.
  Result<HttpProgress> feed(std::string_view bytes);
  /// The peer closed the connection: the end of a body that lasts until then. Errors:
  /// Code::bad_request if the response was cut off.
  Result<> feed_end();

  bool head_complete() const { return head_complete_; }
  bool complete() const { return complete_; }
  /// Status and headers with head_complete(); `body` is what came and was not taken yet.
  const HttpResponse& response() const { return response_; }
  std::string take_body() { return std::exchange(response_.body, {}); }
  HttpResponse take_response() { return std::move(response_); }

 private:
  Result<> read_head(std::string_view head);

  HttpLimits limits_;
  std::string method_;
  HttpHeadScanner scanner_;
  HttpBodyDecoder body_;
  std::string partial_head_;
  HttpResponse response_;
  bool head_complete_ = false;
  bool complete_ = false;
};

}  // namespace gp::net
