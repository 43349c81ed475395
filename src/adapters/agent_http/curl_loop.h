/// CurlLoop: outgoing HTTP on a core's loop. One per core; libcurl's multi interface stands behind
/// it.
///
/// Thread:     its core. Every wake-up opens a runtime::Core::Turn.
/// How:        libcurl says which sockets and which timeout it waits for; the core's io_context
/// waits for them. What libcurl
///             reads is put aside and given to the observer only after libcurl has returned, so
///             observers may do anything: start, pause or destroy transfers, their own too.
/// Transfers:  HTTP/1.1 POST to http and https, keep-alive connections reused, no redirects, no
/// proxies (not even from the
///             environment), certificates verified. A request on a reused connection that the
///             server closed before it sent a byte is sent again on a new one; nothing else is
///             retried.
/// Lifetime:   the loop outlives its transfers. Sockets are libcurl's; Asio only watches them.
/// The process must ignore SIGPIPE: OpenSSL writes without MSG_NOSIGNAL.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_size.h"
#include "base/clock.h"
#include "base/result.h"

namespace gp::runtime {
class AsioCore;
}

namespace gp::agent_http {

struct HttpTimeouts {
  /// Name, connection and TLS. Reaction: agent_unreachable.
  Duration connect = std::chrono::seconds(10);
  /// Without a byte from the server, the first one included; stands still while paused. Reaction:
  /// agent_timeout.
  Duration idle = std::chrono::seconds(120);
  /// The whole transfer. Reaction: agent_timeout.
  Duration total = std::chrono::hours(1);
};

struct HttpLimits {
  /// Status line, headers and trailers. Reaction: agent_protocol.
  std::size_t head_bytes_max = 64 * kKiB;
  /// The response's body, as it is streamed. Reaction: output_too_large.
  std::size_t body_bytes_max = 256 * kMiB;
};

struct HttpPost {
  std::string url;
  std::vector<std::string> headers;  ///< "Name: value", without line ends
  std::string body;
  HttpTimeouts timeouts{};
  HttpLimits limits{};
};

struct HttpHead {
  int status = 0;
  std::string content_type;  ///< as sent, empty if absent
};

/// Told on the core, never before post() has returned: on_head once, on_body any number of times,
/// on_done once and last. Without an answer on_done comes alone.
class HttpObserver {
 public:
  virtual void on_head(const HttpHead& head) = 0;
  virtual void on_body(std::string_view bytes) = 0;
  /// Errors: agent_unreachable, agent_timeout, agent_disconnected (reset, or a body cut short),
  /// agent_protocol, output_too_large. A body that is ended by the connection's end is no error.
  virtual void on_done(Result<> result) = 0;

 protected:
  ~HttpObserver() = default;
};

/// Destroying it before on_done closes the connection at once.
class HttpTransfer {
 public:
  virtual ~HttpTransfer() = default;
  /// The observer is told nothing until resume(); the connection is no longer read, so the server
  /// feels it.
  virtual void pause() = 0;
  virtual void resume() = 0;
};

class CurlLoop {
 public:
  explicit CurlLoop(runtime::AsioCore& core);
  ~CurlLoop();
  CurlLoop(const CurlLoop&) = delete;
  CurlLoop& operator=(const CurlLoop&) = delete;

  /// The observer outlives the transfer.
  std::unique_ptr<HttpTransfer> post(HttpPost post, HttpObserver& observer);

  runtime::AsioCore& core();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Errors: bad_request if `url` is no absolute http or https URL, or has a user name, a query or a
/// fragment.
Result<> check_base_url(std::string_view url);

}  // namespace gp::agent_http
