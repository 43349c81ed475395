#include "client/http_client.h"

#include <fmt/format.h>

#include <array>

#include "net/http_response_parser.h"

namespace gp::client {
namespace {

std::string request_text(const Url& url, const HttpClientRequest& request) {
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n",
                                 request.method, url.target(request.path), url.authority());
  if (!request.token.empty()) text += fmt::format("Authorization: Bearer {}\r\n", request.token);
  for (const net::HttpHeader& header : request.headers)
    text += fmt::format("{}: {}\r\n", header.name, header.value);
  if (!request.body.empty()) text += "Content-Type: application/json\r\n";
  if (!request.body.empty() || request.method != "GET")
    text += fmt::format("Content-Length: {}\r\n", request.body.size());
  return text + "\r\n" + request.body;
}

auto said(const HttpClientRequest& request, const Error& error) {
  return fail(error.code, fmt::format("{} {}: {}", request.method, request.path, error.message));
}

}  // namespace

Result<net::HttpResponse> HttpClient::send(const HttpClientRequest& request,
                                           Deadline deadline) const {
  return stream(request, deadline, nullptr);
}

Result<net::HttpResponse> HttpClient::stream(const HttpClientRequest& request, Deadline deadline,
                                             OnPiece on_piece) const {
  auto stream = TcpStream::connect(url_, deadline);
  if (!stream) return said(request, stream.error());
  const Result<> sent = stream.value().send_all(request_text(url_, request), deadline);
  if (!sent) return said(request, sent.error());
  net::HttpLimits limits;
  limits.body_bytes = kBodyBytesMax;
  net::HttpResponseParser parser(limits, request.method);
  std::array<char, 16384> buffer;
  while (!parser.complete()) {
    const TcpStream::Received got = stream.value().receive(buffer, deadline);
    if (got.kind == TcpStream::Received::Kind::kTimeout)
      return said(request, {Code::request_timeout, "no complete answer in time"});
    if (got.kind == TcpStream::Received::Kind::kCut)
      return said(request, {Code::going_away, "the connection was cut: " + got.reason});
    if (got.kind == TcpStream::Received::Kind::kEnd) {
      const Result<> ended = parser.feed_end();
      if (!ended)
        return said(request, {ended.error().code, ended.error().message + " (" + got.reason + ")"});
    } else if (auto fed = parser.feed({buffer.data(), got.size}); !fed) {
      return said(request, fed.error());
    }
    if (!on_piece || !parser.head_complete() || parser.response().status / 100 != 2) continue;
    const std::string piece = parser.take_body();
    if (!piece.empty() && on_piece(piece) == Flow::kStop) break;
  }
  return parser.take_response();
}

}  // namespace gp::client
