/// TcpStream: one TCP connection of a client, with TLS on it if the URL says so, and a deadline on
/// every wait.
///
/// Owner:   an HttpClient call or a WebSocketClient.
/// Thread:  blocking; one thread at a time, never a Core's.
/// Errors:  Code::request_timeout when the deadline passes, Code::going_away when there is no
///          connection (any more); those of net::TlsClient. The messages name the address.
/// Waiting: poll(2). Only looking up a host name is outside the deadline: getaddrinfo(3) has its
///          own.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "client/deadline.h"
#include "client/url.h"
#include "net/tls_client.h"

namespace gp::client {

class TcpStream {
 public:
  /// Tries every address of the host in turn; over https the connection is secure when it is there.
  static Result<TcpStream> connect(const Url& url, Deadline deadline);

  TcpStream(TcpStream&& other) noexcept;
  TcpStream& operator=(TcpStream&& other) noexcept;
  TcpStream(const TcpStream&) = delete;
  TcpStream& operator=(const TcpStream&) = delete;
  ~TcpStream() { close(); }

  Result<> send_all(std::string_view bytes, Deadline deadline);

  struct Received {
    /// kCut: an end that may not be the peer's: a reset, or one that TLS does not vouch for.
    enum class Kind { kBytes, kEnd, kCut, kTimeout };
    Kind kind = Kind::kTimeout;
    std::size_t size = 0;  ///< kBytes: of the buffer
    std::string reason;    ///< kEnd, kCut: how it ended
  };
  /// What is there, at most the buffer's size.
  Received receive(std::span<char> buffer, Deadline deadline);

  void close();
  /// Ends the connection as a broken network does: a reset, nothing flushed, nothing said.
  void cut();
  bool open() const { return descriptor_ >= 0; }
  /// For poll(2) beside other descriptors, once receive() has nothing (Deadline::now()): TLS may
  /// hold bytes that the descriptor does not show. -1 when closed.
  int descriptor() const { return descriptor_; }

 private:
  TcpStream(int descriptor, std::string peer) : descriptor_(descriptor), peer_(std::move(peer)) {}

  Result<> start_tls(const Url& url, Deadline deadline);
  Result<> send_bytes(std::string_view bytes, Deadline deadline);
  Received receive_bytes(std::span<char> buffer, Deadline deadline);
  Received receive_secured(std::span<char> buffer, Deadline deadline);

  int descriptor_ = -1;
  std::string peer_;
  std::unique_ptr<net::TlsClient> tls_;  ///< null: plain
};

}  // namespace gp::client
