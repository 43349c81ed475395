#include "client/tcp_stream.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

namespace gp::client {
namespace {

/// One TLS record and a half.
constexpr std::size_t kRecordBytes = 24 * 1024;

std::string words(int error) { return std::generic_category().message(error); }

/// Whether one of `events` (or an error) came before the deadline.
bool wait_for(int descriptor, short events, Deadline deadline) {
  for (;;) {
    pollfd entry{descriptor, events, 0};
    const int ready = ::poll(&entry, 1, deadline.poll_milliseconds());
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

/// Nothing: connected. Otherwise why not.
std::string finish_connect(int descriptor, const addrinfo& address, Deadline deadline) {
  if (::connect(descriptor, address.ai_addr, address.ai_addrlen) == 0) return {};
  if (errno != EINPROGRESS) return words(errno);
  if (!wait_for(descriptor, POLLOUT, deadline)) return "no answer in time";
  int error = 0;
  socklen_t size = sizeof(error);
  if (::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return words(errno);
  return error == 0 ? std::string() : words(error);
}

}  // namespace

Result<TcpStream> TcpStream::connect(const Url& url, Deadline deadline) {
  const std::string peer = url.authority();
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int looked_up =
      ::getaddrinfo(url.host.c_str(), std::to_string(url.port).c_str(), &hints, &found);
  if (looked_up != 0)
    return fail(Code::going_away, fmt::format("no address of the host `{}`: {}", url.host,
                                              ::gai_strerror(looked_up)));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, &::freeaddrinfo);
  std::string why = "the host has no address";
  for (const addrinfo* address = addresses.get(); address; address = address->ai_next) {
    const int descriptor =
        ::socket(address->ai_family, address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
      why = words(errno);
      continue;
    }
    TcpStream stream(descriptor, peer);
    why = finish_connect(descriptor, *address, deadline);
    if (!why.empty()) continue;
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (url.scheme == Scheme::kHttps) {
      GP_TRY(stream.start_tls(url, deadline));
    }
    return stream;
  }
  return fail(Code::going_away, fmt::format("cannot connect to {}: {}", peer, why));
}

TcpStream::TcpStream(TcpStream&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      peer_(std::move(other.peer_)),
      tls_(std::move(other.tls_)) {}

TcpStream& TcpStream::operator=(TcpStream&& other) noexcept {
  if (this != &other) {
    close();
    descriptor_ = std::exchange(other.descriptor_, -1);
    peer_ = std::move(other.peer_);
    tls_ = std::move(other.tls_);
  }
  return *this;
}

Result<> TcpStream::start_tls(const Url& url, Deadline deadline) {
  GP_TRY(tls_, net::TlsClient::create({url.host, peer_, url.ca_file}));
  std::array<char, kRecordBytes> records;
  for (;;) {
    const Result<bool> secured = tls_->shake_hands();
    const Result<> sent = send_bytes(tls_->take(), deadline);
    if (!secured) return Error(secured.error());
    if (!sent) return Error(sent.error());
    if (secured.value()) return ok();
    const Received got = receive_bytes(records, deadline);
    if (got.kind == Received::Kind::kTimeout)
      return fail(
          Code::request_timeout,
          fmt::format("{} did not complete the TLS handshake in time; does it speak TLS?", peer_));
    if (got.kind != Received::Kind::kBytes)
      return fail(Code::going_away,
                  fmt::format("the TLS handshake with {} was broken off: {}", peer_, got.reason));
    tls_->give({records.data(), got.size});
  }
}

Result<> TcpStream::send_all(std::string_view bytes, Deadline deadline) {
  if (tls_ == nullptr || !open()) return send_bytes(bytes, deadline);
  GP_TRY(tls_->write(bytes));
  return send_bytes(tls_->take(), deadline);
}

Result<> TcpStream::send_bytes(std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    if (!open()) return fail(Code::going_away, "the connection is closed");
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (!wait_for(descriptor_, POLLOUT, deadline))
        return fail(Code::request_timeout,
                    fmt::format("{} did not take {} bytes in time", peer_, bytes.size()));
    } else if (errno != EINTR) {
      return fail(Code::going_away,
                  fmt::format("the connection to {} broke: {}", peer_, words(errno)));
    }
  }
  return ok();
}

TcpStream::Received TcpStream::receive(std::span<char> buffer, Deadline deadline) {
  return tls_ == nullptr ? receive_bytes(buffer, deadline) : receive_secured(buffer, deadline);
}

TcpStream::Received TcpStream::receive_secured(std::span<char> buffer, Deadline deadline) {
  using Kind = Received::Kind;
  if (!open()) return {Kind::kEnd, 0, "it was closed here"};
  std::array<char, kRecordBytes> records;
  for (;;) {
    const auto plain = tls_->read(buffer);
    // OpenSSL may have an answer of its own: half of it would be the end of the connection.
    const Result<> answered = send_bytes(tls_->take(), deadline);
    if (!plain) return {Kind::kCut, 0, plain.error().message};
    if (!answered) return {Kind::kCut, 0, answered.error().message};
    if (plain.value().size > 0) return {Kind::kBytes, plain.value().size, {}};
    if (plain.value().closed) return {Kind::kEnd, 0, "the peer ended it"};
    Received got = receive_bytes(records, deadline);
    if (got.kind == Kind::kEnd)
      return {Kind::kCut, 0, got.reason + " without a word of TLS: it may have been cut off"};
    if (got.kind != Kind::kBytes) return got;
    tls_->give({records.data(), got.size});
  }
}

TcpStream::Received TcpStream::receive_bytes(std::span<char> buffer, Deadline deadline) {
  using Kind = Received::Kind;
  for (;;) {
    if (!open()) return {Kind::kEnd, 0, "it was closed here"};
    const ssize_t size = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
    if (size > 0) return {Kind::kBytes, static_cast<std::size_t>(size), {}};
    if (size == 0) return {Kind::kEnd, 0, "the peer ended it"};
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) return {Kind::kCut, 0, words(errno)};
    if (!wait_for(descriptor_, POLLIN, deadline)) return {Kind::kTimeout, 0, {}};
  }
}

void TcpStream::close() {
  if (descriptor_ < 0) return;
  if (tls_ != nullptr) {
    tls_->close();
    const std::string goodbye = tls_->take();
    (void)::send(descriptor_, goodbye.data(), goodbye.size(), MSG_NOSIGNAL);
  }
  ::close(std::exchange(descriptor_, -1));
}

void TcpStream::cut() {
  if (descriptor_ < 0) return;
  const linger at_once{1, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  ::close(std::exchange(descriptor_, -1));
}

}  // namespace gp::client
