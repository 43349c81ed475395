#include "agent_source.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

namespace gp::bench {
namespace {

constexpr std::string_view kHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

std::size_t number_after(std::string_view text, std::string_view name, std::size_t otherwise) {
  const std::size_t at = text.rfind(name);
  if (at == std::string_view::npos) return otherwise;
  const std::string_view digits = text.substr(at + name.size());
  std::size_t value = otherwise;
  (void)std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

}  // namespace

AgentSource::AgentSource(Swarm& swarm, std::uint16_t port) : swarm_(swarm) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int on = 1;
  (void)::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 4096) != 0)
    swarm_.fail(fmt::format("the agent cannot listen: {}", std::strerror(errno)));
  swarm_.watch(listener_, *this);
}

AgentSource::~AgentSource() {
  for (const auto& connection : connections_) ::close(connection->fd);
  ::close(listener_);
}

void AgentSource::on_readable() {
  for (;;) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) return;
    const int on = 1;
    (void)::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    swarm_.watch(fd, *connections_.emplace_back(std::make_unique<Connection>(*this, fd)));
  }
}

void AgentSource::read(Connection& connection) {
  std::array<char, 65536> bytes;
  const ssize_t got = ::recv(connection.fd, bytes.data(), bytes.size(), 0);
  if (got <= 0) {
    if (got < 0 && errno == EAGAIN) return;
    return swarm_.fail("the server closed its connection to the agent");
  }
  connection.request.append(bytes.data(), static_cast<std::size_t>(got));
  const std::size_t head = connection.request.find("\r\n\r\n");
  if (head == std::string::npos || connection.streaming) return;
  const std::size_t body =
      number_after(std::string_view(connection.request).substr(0, head), "Content-Length: ", 0);
  if (connection.request.size() >= head + 4 + body) begin_stream(connection);
}

void AgentSource::begin_stream(Connection& connection) {
  const std::size_t stream = number_after(connection.request, "stream=", 0);
  if (by_stream_.size() <= stream) by_stream_.resize(stream + 1);
  if (by_stream_[stream] != nullptr) return swarm_.fail("two requests for one stream");
  by_stream_[stream] = &connection;
  ++open_streams_;
  connection.streaming = true;
  connection.request.clear();
  connection.unsent = kHead;
  dirty_.push_back(&connection);
  flush();
}

void AgentSource::say(std::uint32_t stream, std::string_view token) {
  Connection& connection = *by_stream_[stream];
  constexpr std::string_view kBefore =
      R"(data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"mock","choices":[{"index":0,"delta":{"content":")";
  constexpr std::string_view kAfter = "\"},\"finish_reason\":null}]}\n\n";
  if (connection.unsent.empty()) dirty_.push_back(&connection);
  fmt::format_to(std::back_inserter(connection.unsent), "{:x}\r\n{}{}{}\r\n",
                 kBefore.size() + token.size() + kAfter.size(), kBefore, token, kAfter);
}

void AgentSource::flush() {
  std::vector<Connection*> still;
  for (Connection* connection : dirty_) {
    const ssize_t sent =
        ::send(connection->fd, connection->unsent.data(), connection->unsent.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) swarm_.fail("the server left its agent");
    if (sent > 0) connection->unsent.erase(0, static_cast<std::size_t>(sent));
    if (!connection->unsent.empty()) still.push_back(connection);
  }
  dirty_ = std::move(still);
}

}  // namespace gp::bench
