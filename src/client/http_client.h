/// HttpClient: one HTTP/1.1 request, one connection, one answer. Also the reader's side of SSE.
///
/// Thread: blocking; one thread at a time, never a Core's.
/// Errors: those of TcpStream and of net::HttpResponseParser. An answer with an error status is not
///         an error here. Messages name method and path.
#pragma once

#include <string>
#include <string_view>

#include "base/unique_function.h"
#include "client/deadline.h"
#include "client/tcp_stream.h"
#include "client/url.h"
#include "net/http_message.h"

namespace gp::client {

struct HttpClientRequest {
  std::string method = "GET";
  std::string path;   ///< "/v1/threads?limit=1", below the URL's base, already percent-encoded
  std::string token;  ///< Authorization: Bearer, unless empty
  std::string body;   ///< JSON, unless empty
  net::HttpHeaders headers{};
};

class HttpClient {
 public:
  /// Body of an answer, bytes: of a whole answer, or of one piece of a streamed one. More than any
  /// page of a server with default limits. Reaction: Code::payload_too_large.
  static constexpr std::size_t kBodyBytesMax = 64 * 1024 * 1024;

  explicit HttpClient(Url url) : url_(std::move(url)) {}

  Result<net::HttpResponse> send(const HttpClientRequest& request, Deadline deadline) const;

  enum class Flow { kGoOn, kStop };
  using OnPiece = UniqueFunction<Flow(std::string_view)>;
  /// As send, but the body of a 2xx answer goes to `on_piece` as it arrives, until that says kStop
  /// or the answer ends; the returned body is then empty.
  Result<net::HttpResponse> stream(const HttpClientRequest& request, Deadline deadline,
                                   OnPiece on_piece) const;

  const Url& url() const { return url_; }

 private:
  Url url_;
};

}  // namespace gp::client
