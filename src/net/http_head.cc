#include "net/http_head.h"

#include <arpa/inet.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <optional>
#include <string>
#include <utility>

// Beast's basic_parser checks the grammar of the start line and of every header; we take its
// callbacks instead of its Fields container, whose limits throw. It sees heads only: its chunk
// parser asserts when a last chunk arrives byte by byte (Boost 1.81, parse_chunk_header), and
// nothing from outside may assert. Bodies are HttpBodyDecoder's.

namespace gp::net {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

Error too_many_headers() {
  return Error{Code::header_too_large, "more headers than the limit; send fewer"};
}

/// What both kinds of head share. Body callbacks are never called, because only heads are put in.
template <bool kIsRequest>
class HeadParser : public http::basic_parser<kIsRequest> {
 public:
  HeadParser(const HttpLimits& limits, HttpHeaders& headers) : limits_(limits), headers_(headers) {
    this->header_limit(
        static_cast<std::uint32_t>(std::min<std::size_t>(limits.head_bytes, UINT32_MAX)));
    this->body_limit(boost::none);
    this->eager(false);
  }

  Result<> parse(std::string_view head) {
    error_code error;
    this->put(boost::asio::const_buffer(head.data(), head.size()), error);
    if (failure_) return fail(failure_->code, std::move(failure_->message));
    if (error == http::error::header_limit)
      return fail(Code::header_too_large,
                  "the head is larger than the limit; send fewer or shorter headers");
    if (error) return fail(Code::bad_request, "the HTTP head breaks RFC 9112: " + error.message());
    if (!this->is_header_done()) return fail(Code::bad_request, "the HTTP head is not complete");
    return ok();
  }

 protected:
  void refuse(Error failure, error_code& error) {
    failure_ = std::move(failure);
    error = http::error::bad_value;
  }

  static HttpVersion version_of(int version) {
    return version == 11 ? HttpVersion::kHttp11 : HttpVersion::kHttp10;
  }

  const HttpLimits& limits_;

 private:
  void on_request_impl(http::verb, string_view, string_view, int, error_code&) override {}
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_field_impl(http::field, string_view name, string_view value, error_code& error) override {
    if (headers_.size() == limits_.header_count) return refuse(too_many_headers(), error);
    headers_.push_back({std::string(name), std::string(value)});
  }
  void on_header_impl(error_code& error) override { error = {}; }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code& error) override {
    error = {};
  }
  std::size_t on_body_impl(string_view, error_code& error) override {
    error = {};
    return 0;
  }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code& error) override { error = {}; }
  std::size_t on_chunk_body_impl(std::uint64_t, string_view, error_code& error) override {
    error = {};
    return 0;
  }
  void on_finish_impl(error_code& error) override { error = {}; }

  HttpHeaders& headers_;
  std::optional<Error> failure_;
};

class RequestHeadParser final : public HeadParser<true> {
 public:
  RequestHeadParser(const HttpLimits& limits, HttpRequest& request)
      : HeadParser(limits, request.headers), request_(request) {}

 private:
  void on_request_impl(http::verb, string_view method, string_view target, int version,
                       error_code& error) override {
    if (target.size() > limits_.target_bytes) return refuse(target_too_long(), error);
    request_.method = method;
    request_.target = target;
    request_.version = version_of(version);
  }

  HttpRequest& request_;
};

class ResponseHeadParser final : public HeadParser<false> {
 public:
  ResponseHeadParser(const HttpLimits& limits, ResponseHead& head)
      : HeadParser(limits, head.response.headers), head_(head) {}

 private:
  void on_response_impl(int status, string_view, int version, error_code&) override {
    head_.response.status = status;
    head_.version = version_of(version);
  }

  ResponseHead& head_;
};

bool is_port(std::string_view text) {
  unsigned value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + static_cast<unsigned>(c - '0');
    if (value > 65535) return false;
  }
  return true;
}

/// Stricter than RFC 3986, whose hosts may have almost any character: names as DNS has them (with
/// '_'), addresses, IPv6 in brackets; a port may follow.
bool is_host(std::string_view host) {
  std::string_view port;
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    if (end == std::string_view::npos) return false;
    const std::string address(host.substr(1, end - 1));
    in6_addr parsed{};
    if (::inet_pton(AF_INET6, address.c_str(), &parsed) != 1) return false;
    port = host.substr(end + 1);
  } else {
    const auto name_character = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '-' || c == '.' || c == '_';
    };
    const auto end = std::ranges::find_if_not(host, name_character);
    if (end == host.begin()) return false;
    port = host.substr(static_cast<std::size_t>(end - host.begin()));
  }
  return port.empty() || (port.front() == ':' && is_port(port.substr(1)));
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Looser than RFC 3986 where browsers are (they send | { } [ ] ^ ` as they are), strict where it
/// matters: visible ASCII, no fragment, and every '%' can be decoded to something other than NUL.
Result<> check_target(const HttpRequest& request) {
  const std::string& target = request.target;
  if (target == "*" && request.method == "OPTIONS") return ok();
  if (request.method == "CONNECT" && is_host(target))
    return fail(Code::method_not_allowed, "this server is no proxy: it opens no tunnel (CONNECT)");
  if (!target.starts_with('/'))
    return fail(Code::bad_request,
                "the request target must start with '/'; other forms are for proxies");
  for (std::size_t i = 0; i < target.size(); ++i) {
    const char c = target[i];
    if (c <= ' ' || c > '~' || c == '#' || c == '"' || c == '<' || c == '>' || c == '\\')
      return fail(Code::bad_request,
                  "the request target has a character that must be percent-encoded");
    if (c != '%') continue;
    const int high = i + 2 < target.size() ? hex_value(target[i + 1]) : -1;
    const int low = i + 2 < target.size() ? hex_value(target[i + 2]) : -1;
    if (high < 0 || low < 0 || high + low == 0)
      return fail(Code::bad_request,
                  "the request target has a '%' without two hexadecimal digits, or %00");
  }
  return ok();
}

/// RFC 9112 section 3.2.
Result<> check_host(const HttpRequest& request) {
  const std::size_t count = count_header(request.headers, "Host");
  if (count > 1) return fail(Code::bad_request, "two Host headers; send one");
  if (count == 0) {
    if (request.version == HttpVersion::kHttp10) return ok();
    return fail(Code::bad_request, "no Host header; HTTP/1.1 needs one");
  }
  if (!is_host(*request.header("Host")))
    return fail(Code::bad_request, "the Host header is not a host name with an optional port");
  return ok();
}

/// What decides who may do what must not be there twice: a proxy may have looked at the other one.
Result<> check_single(const HttpHeaders& headers) {
  for (const std::string_view name : {"Authorization", "Content-Type", "Origin"}) {
    if (count_header(headers, name) > 1)
      return fail(Code::bad_request, "two " + std::string(name) + " headers; send one");
  }
  return ok();
}

bool keeps_alive(HttpVersion version, const HttpHeaders& headers) {
  if (has_list_token(headers, "Connection", "close")) return false;
  return version == HttpVersion::kHttp11 || has_list_token(headers, "Connection", "keep-alive");
}

}  // namespace

Error target_too_long() {
  return Error{Code::uri_too_long,
               "the request target is longer than the limit; send what it says as headers or body"};
}

Result<HttpRequest> parse_request_head(std::string_view head, const HttpLimits& limits) {
  HttpRequest request;
  RequestHeadParser parser(limits, request);
  GP_TRY(parser.parse(head));
  GP_TRY(check_target(request));
  GP_TRY(check_host(request));
  GP_TRY(check_single(request.headers));
  request.keep_alive = keeps_alive(request.version, request.headers);
  return request;
}

Result<ResponseHead> parse_response_head(std::string_view head, const HttpLimits& limits) {
  ResponseHead parsed;
  ResponseHeadParser parser(limits, parsed);
  GP_TRY(parser.parse(head));
  return parsed;
}

}  // namespace gp::net
