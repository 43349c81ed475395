/// HttpRequest and HttpResponse: whole HTTP/1.1 messages as values, and a response on the wire.
///
/// Thread: values; no thread of their own.
/// Limits: a request's are those of the parser that made it (http_limits.h).
/// Source: RFC 9110 (semantics), RFC 9112 (HTTP/1.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "net/peer.h"

namespace gp::net {

struct HttpHeader {
  std::string name;
  std::string value;  ///< without the white space around it
};
using HttpHeaders = std::vector<HttpHeader>;

/// ASCII only: what header names, tokens and schemes need.
bool equals_ignore_case(std::string_view a, std::string_view b);
/// A non-empty RFC 9110 token (section 5.6.2): method, header name, subprotocol.
bool is_token(std::string_view text);
/// The first header of this name, any case.
std::optional<std::string_view> find_header(const HttpHeaders& headers, std::string_view name);
std::size_t count_header(const HttpHeaders& headers, std::string_view name);
/// The elements of a comma-separated list, over all headers of this name, in order. Empty elements
/// are left out.
std::vector<std::string_view> list_elements(const HttpHeaders& headers, std::string_view name);
/// Whether that list has `token`, any case: has_list_token(headers, "Connection", "upgrade").
bool has_list_token(const HttpHeaders& headers, std::string_view name, std::string_view token);

enum class HttpVersion { kHttp10, kHttp11 };

/// One request. Made by HttpRequestParser it promises: `target` starts with '/' (or is "*" for
/// OPTIONS), has visible ASCII only, and every '%' in it is followed by two hexadecimal digits that
/// are not 00.
struct HttpRequest {
  std::string method;  ///< as sent; methods are case-sensitive
  std::string target;  ///< as sent: path and query, not decoded
  HttpVersion version = HttpVersion::kHttp11;
  HttpHeaders headers;  ///< as sent, in order
  std::string body;
  bool keep_alive = true;  ///< what version and Connection say (RFC 9112 section 9.3)
  Peer peer{};             ///< who sent it, as far as the connection tells
  bool secure = false;     ///< it came over TLS

  std::optional<std::string_view> header(std::string_view name) const {
    return find_header(headers, name);
  }
  /// The part before '?', not decoded: split at '/' first, then decode the segments
  /// (base/encoding.h).
  std::string_view path() const;
  /// The part after '?', not decoded; empty if there is none.
  std::string_view query() const;
  /// First parameter of this name, decoded; '+' means a space (WHATWG URL, form encoding). `?a` and
  /// `?a=` give "".
  std::optional<std::string> query_parameter(std::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  HttpHeaders headers;  ///< Content-Length, Transfer-Encoding and Connection are left to the
                        ///< functions below
  std::string body;
  /// Instead of `body`: bytes that outlive every connection (files of the page). They are not
  /// copied and leave piece by piece, so that a slow reader holds none of them.
  std::string_view lasting_body{};

  std::string_view content() const { return lasting_body.empty() ? body : lasting_body; }
  std::optional<std::string_view> header(std::string_view name) const {
    return find_header(headers, name);
  }
};

enum class AfterResponse { kKeepAlive, kClose };
/// How the end of a body of unknown size is told: chunks for HTTP/1.1, the end of the connection
/// for HTTP/1.0.
enum class StreamFraming { kChunked, kUntilClose };

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7).
std::string http_date(WallTime time);

/// "Not Found"; "Status" for a status without a name.
std::string_view reason_phrase(int status);

/// Head and body, with Content-Length (none for 1xx, 204 and 304, which have no body). A control
/// character in a header becomes a space, so that no value can end its line. If the headers name
/// Upgrade, Connection says so too.
std::string serialize(const HttpResponse& response, AfterResponse after);
/// The answer to HEAD: the same head, no body.
std::string serialize_head(const HttpResponse& response, AfterResponse after);
/// The head of a response whose body follows in pieces (SSE); `response.body` is ignored.
/// kUntilClose implies kClose.
std::string serialize_stream_head(const HttpResponse& response, AfterResponse after,
                                  StreamFraming framing);
/// Appends one chunk (RFC 9112 section 7.1); nothing for empty bytes, because an empty chunk would
/// end the body.
void append_chunk(std::string& out, std::string_view bytes);
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";
inline constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace gp::net
