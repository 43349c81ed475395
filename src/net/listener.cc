#include "net/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
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

// Linux hands these on from the listening socket to every connection.
void set_connection_options(int fd, const ListenerOptions& options) {
  const int on = 1;
  (void)::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (options.send_buffer_bytes != 0) {
    const int bytes = static_cast<int>(options.send_buffer_bytes);
    (void)::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
  }
  if (options.unsent_bytes != 0) {
    const int bytes = static_cast<int>(options.unsent_bytes);
    (void)::setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &bytes, sizeof(bytes));
  }
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
                                                 MakeHandler make_handler,
                                                 ListenerOptions options) {
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
  set_connection_options(fd, options);
  std::unique_ptr<Listener> listener(
      new Listener(hub, endpoint, fd, std::move(make_handler), std::move(options)));
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

Listener::Listener(SocketHub& hub, Endpoint endpoint, int fd, MakeHandler make_handler,
                   ListenerOptions options)
    : hub_(hub),
      endpoint_(std::move(endpoint)),
      fd_(fd),
      options_(std::move(options)),
      make_handler_(std::move(make_handler)),
      memory_(options_.memory_bytes),
      farewell_(hub.core()),
      resume_(hub.core()) {
  take_reserve();
}

Listener::~Listener() { close(); }

void Listener::close() {
  if (fd_ < 0) return;
  resume_.cancel();
  farewell_.close_all();
  hub_.poller().forget(fd_);
  ::close(std::exchange(fd_, -1));
  if (reserve_fd_ >= 0) ::close(std::exchange(reserve_fd_, -1));
}

void Listener::on_events(std::uint32_t) {
  for (int i = 0; i < kAcceptsPerTurn && fd_ >= 0; ++i) {
    sockaddr_storage storage{};
    socklen_t size = sizeof(storage);
    const int accepted =
        ::accept4(fd_, reinterpret_cast<sockaddr*>(&storage), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted >= 0) {
      accept_one(accepted, peer_of(storage));
      continue;
    }
    if (errno == EAGAIN) return;
    if (errno == EMFILE || errno == ENFILE) {
      warn(errno);
      if (!refuse_with_reserve()) return rest();
    } else if (errno == ENOBUFS || errno == ENOMEM) {
      warn(errno);
      return rest();
    }
    // ECONNABORTED and its kin concern one connection only.
  }
}

void Listener::accept_one(int fd, const Peer& peer) {
  hub_.metrics().connections_accepted.add();
  DetachedSocket accepted(fd, {});
  accepted.peer = peer;
  if (!admit(fd, peer, accepted.ticket)) {
    accepted.fd = -1;
    return;
  }
  hub_.adopt(std::move(accepted), first_handler());
}

// False: the connection was refused, and `fd` is not ours any more.
bool Listener::admit(int fd, const Peer& peer, AddressLimits::Ticket& ticket) {
  const MonotonicTime now = hub_.core().now();
  const bool proxy = contains(options_.trusted_proxies, peer.address);
  if (options_.proxy_protocol == ProxyProtocol::kOn && !proxy) {
    hub_.metrics().proxy_strangers.add();
    hub_.count_close(CloseReason::forbidden);
    ::close(fd);
    return false;
  }
  if (hub_.size() >= hub_.limits().sockets) return refuse(fd, Refusal::kServerFull), false;
  if (memory_.reached(now)) return refuse(fd, Refusal::kMemory), false;
  if (proxy || options_.address_limits == nullptr) return true;
  auto admission = options_.address_limits->admit(peer.address, now);
  ticket = std::move(admission.ticket);
  switch (admission.verdict) {
    case AddressVerdict::kAdmitted: return true;
    case AddressVerdict::kTooMany: refuse(fd, Refusal::kAddressFull); return false;
    case AddressVerdict::kTooFast: refuse(fd, Refusal::kAddressFast); return false;
  }
  return true;
}

void Listener::refuse(int fd, Refusal refusal) {
  count_refusal(hub_.metrics(), refusal);
  const bool is_address = refusal == Refusal::kAddressFull || refusal == Refusal::kAddressFast;
  hub_.count_close(is_address ? CloseReason::address_limit : CloseReason::overloaded);
  farewell_.say(fd, last_words(refusal, options_));
}

// False if there was nobody to refuse, or no descriptor to do it with.
bool Listener::refuse_with_reserve() {
  farewell_.close_all();
  if (reserve_fd_ >= 0) ::close(std::exchange(reserve_fd_, -1));
  const int accepted = ::accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (accepted >= 0) {
    count_refusal(hub_.metrics(), Refusal::kDescriptors);
    hub_.count_close(CloseReason::overloaded);
    const std::string_view words = last_words(Refusal::kDescriptors, options_);
    (void)::send(accepted, words.data(), words.size(), MSG_NOSIGNAL);
    // What the peer sent already is read, so that closing is no reset that takes our words back.
    std::array<char, 4096> unread;
    (void)::recv(accepted, unread.data(), unread.size(), 0);
    ::close(accepted);
  }
  take_reserve();
  return accepted >= 0 && reserve_fd_ >= 0;
}

void Listener::take_reserve() { reserve_fd_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

std::unique_ptr<SocketHandler> Listener::first_handler() {
  if (options_.tls == nullptr && options_.proxy_protocol == ProxyProtocol::kOff)
    return make_handler_();
  return std::make_unique<ConnectionGate>(options_, make_handler_);
}

void Listener::warn(int error) {
  hub_.metrics().accept_failures.add();
  const MonotonicTime now = hub_.core().now();
  if (last_warning_ != MonotonicTime{} && now - last_warning_ <= std::chrono::seconds(1)) return;
  last_warning_ = now;
  GP_LOG_WARNING("net", "cannot accept connections: {}; raise the limit of open files (ulimit -n)",
                 std::strerror(error));
}

void Listener::rest() {
  hub_.poller().change(fd_, 0, *this);
  resume_.arm(kRest, [this] {
    if (reserve_fd_ < 0) take_reserve();
    hub_.poller().change(fd_, EPOLLIN, *this);
  });
}

}  // namespace gp::net
