#include "net/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "base/log.h"

namespace gp::net {
namespace {

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

std::optional<Address> to_address(const Endpoint& endpoint) {
  const std::string host = endpoint.host == "localhost" ? "127.0.0.1" : endpoint.host;
  Address address;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  if (::inet_pton(AF_INET, host.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(endpoint.port);
    address.size = sizeof(sockaddr_in);
    return address;
  }
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  if (::inet_pton(AF_INET6, host.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(endpoint.port);
    address.size = sizeof(sockaddr_in6);
    return address;
  }
  return std::nullopt;
}

std::uint16_t bound_port(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof(storage);
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return 0;
  if (storage.ss_family == AF_INET6)
    return ntohs(reinterpret_cast<sockaddr_in6*>(&storage)->sin6_port);
  return ntohs(reinterpret_cast<sockaddr_in*>(&storage)->sin_port);
}

}  // namespace

Result<std::unique_ptr<Listener>> Listener::open(SocketHub& hub, const Endpoint& endpoint,
                                                 MakeHandler make_handler) {
  const auto address = to_address(endpoint);
  if (!address) {
    return fail(Code::bad_request, "cannot listen on \"" + endpoint.host +
                                       "\": give a numeric address such as 127.0.0.1 or ::1");
  }
  const int fd =
      ::socket(address->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return fail(Code::internal, std::string("socket: ") + std::strerror(errno));
  const int on = 1;
  (void)::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  (void)::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
  std::unique_ptr<Listener> listener(new Listener(hub, endpoint, fd, std::move(make_handler)));
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address->storage), address->size) != 0 ||
      ::listen(fd, kBacklog) != 0) {
    return fail(Code::bad_request, "cannot listen on " + endpoint.host + ":" +
                                       std::to_string(endpoint.port) + ": " + std::strerror(errno) +
                                       "; choose another address with --listen");
  }
  listener->endpoint_.port = bound_port(fd);
  GP_TRY(hub.poller().watch(fd, EPOLLIN, *listener));
  return listener;
}

Listener::Listener(SocketHub& hub, Endpoint endpoint, int fd, MakeHandler make_handler)
    : hub_(hub),
      endpoint_(std::move(endpoint)),
      fd_(fd),
      make_handler_(std::move(make_handler)),
      resume_(hub.core()) {}

Listener::~Listener() { close(); }

void Listener::close() {
  if (fd_ < 0) return;
  resume_.cancel();
  hub_.poller().forget(fd_);
  ::close(std::exchange(fd_, -1));
}

void Listener::on_events(std::uint32_t) {
  for (int i = 0; i < kAcceptsPerTurn && fd_ >= 0; ++i) {
    const int accepted = ::accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted >= 0) {
      accept_one(accepted);
      continue;
    }
    if (errno == EAGAIN) return;
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) return rest();
    // ECONNABORTED and its kin concern one connection only.
  }
}

void Listener::accept_one(int fd) {
  const int on = 1;
  (void)::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  hub_.metrics().connections_accepted.add();
  if (hub_.size() >= hub_.limits().sockets) {
    static constexpr std::string_view kFull =
        "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 5\r\nConnection: "
        "close\r\n\r\n";
    (void)::send(fd, kFull.data(), kFull.size(), MSG_NOSIGNAL);
    hub_.metrics().connections_refused.add();
    hub_.count_close(CloseReason::overloaded);
    ::close(fd);
    return;
  }
  hub_.adopt(DetachedSocket(fd, {}), make_handler_());
}

void Listener::rest() {
  const MonotonicTime now = hub_.core().now();
  if (now - last_warning_ > std::chrono::seconds(1)) {
    last_warning_ = now;
    GP_LOG_WARNING("net",
                   "cannot accept connections: {}; raise the limit of open files (ulimit -n)",
                   std::strerror(errno));
  }
  hub_.poller().change(fd_, 0, *this);
  resume_.arm(kRest, [this] { hub_.poller().change(fd_, EPOLLIN, *this); });
}

}  // namespace gp::net
