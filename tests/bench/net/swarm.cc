#include "swarm.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "meter.h"

namespace gp::bench {
namespace {

constexpr std::uint64_t kPatience = 30'000'000'000;
constexpr std::uint32_t kHandshakesAtOnce = 100;
constexpr std::size_t kBufferBytes = 256U << 10;
/// Tells connections from Readables in an epoll event: pointers are even.
constexpr std::uintptr_t kReadableTag = 1;

sockaddr_in loopback(std::uint32_t last, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(0x7f000000 | last);
  return address;
}

}  // namespace

Swarm::Swarm(const Target& target, const Dialect& dialect, Receiver& receiver)
    : target_(target),
      dialect_(dialect),
      receiver_(receiver),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      buffer_(kBufferBytes) {
  if (!target.tls) return;
  tls_ = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_verify(tls_, SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_mode(tls_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

// With resets, so that no port waits for a peer.
Swarm::~Swarm() {
  for (const auto& client : clients_) {
    const linger reset{1, 0};
    (void)::setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    if (client->tls != nullptr) SSL_free(client->tls);
    ::close(client->fd);
  }
  if (tls_ != nullptr) SSL_CTX_free(tls_);
  ::close(epoll_);
}

void Swarm::fail(std::string_view problem) {
  if (problem_.empty()) problem_ = problem;
}

bool Swarm::open(Role role, std::uint32_t from, std::uint32_t to) {
  const std::uint32_t wanted = ready_ + to - from;
  std::uint64_t deadline = now_nanoseconds() + kPatience;
  for (std::uint32_t next = from; ready_ < wanted && !failed();) {
    const std::uint32_t before = ready_;
    for (; next < to && clients_.size() - ready_ < kHandshakesAtOnce && !failed(); ++next)
      begin(role, next);
    turn(10);
    if (ready_ > before) deadline = now_nanoseconds() + kPatience;
    if (now_nanoseconds() > deadline)
      fail(fmt::format("{} of {} connections became ready", ready_, wanted));
  }
  return !failed();
}

void Swarm::begin(Role role, std::uint32_t index) {
  auto& client = *clients_.emplace_back(std::make_unique<Client>());
  client.peer = {role, index};
  client.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  (void)::setsockopt(client.fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  (void)::setsockopt(client.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const auto from = static_cast<std::uint32_t>(1 + clients_.size() % target_.addresses);
  const sockaddr_in source = loopback(from, 0);
  const sockaddr_in server = loopback(1, target_.port);
  if (client.fd < 0 ||
      ::bind(client.fd, reinterpret_cast<const sockaddr*>(&source), sizeof source) != 0 ||
      ::connect(client.fd, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0)
    return fail(fmt::format("cannot connect: {}", std::strerror(errno)));
  (void)::fcntl(client.fd, F_SETFL, O_NONBLOCK);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = &client;
  (void)::epoll_ctl(epoll_, EPOLL_CTL_ADD, client.fd, &event);
  if (tls_ == nullptr) return send_upgrade(client);
  client.state = Client::State::kTls;
  client.tls = SSL_new(tls_);
  SSL_set_fd(client.tls, client.fd);
  SSL_set_connect_state(client.tls);
  continue_tls(client);
}

void Swarm::continue_tls(Client& client) {
  const int result = SSL_do_handshake(client.tls);
  if (result == 1) return send_upgrade(client);
  const int error = SSL_get_error(client.tls, result);
  if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
    fail("the TLS handshake failed");
}

void Swarm::send_upgrade(Client& client) {
  client.state = Client::State::kUpgrade;
  const std::string nonce = fmt::format("{:016}", clients_.size());
  client.key = base64(nonce);
  client.unsent += fmt::format(
      "GET {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {}\r\n{}{}\r\n",
      dialect_.path(target_, client.peer), target_.port, client.key,
      target_.deflate ? "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover; "
                        "server_no_context_takeover\r\n"
                      : "",
      dialect_.headers(target_, client.peer));
  mark_dirty(client);
}

bool Swarm::turn(int milliseconds) {
  std::array<epoll_event, 256> events;
  for (std::size_t i = 0; i < dirty_.size(); ++i) flush(*dirty_[i]);
  dirty_.clear();
  if (failed()) return false;
  const int count =
      ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), milliseconds);
  for (int i = 0; i < count && !failed(); ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    const auto pointer = reinterpret_cast<std::uintptr_t>(event.data.ptr);
    if ((pointer & kReadableTag) != 0) {
      reinterpret_cast<Readable*>(pointer & ~kReadableTag)->on_readable();
    } else {
      on_events(*static_cast<Client*>(event.data.ptr), event.events);
    }
  }
  for (std::size_t i = 0; i < dirty_.size(); ++i) flush(*dirty_[i]);
  dirty_.clear();
  return count > 0;
}

void Swarm::poll() {
  const std::uint64_t before = now_nanoseconds();
  if (!turn(0)) idle_ += now_nanoseconds() - before;
}

void Swarm::run_until(std::uint64_t nanoseconds) {
  while (!failed() && now_nanoseconds() < nanoseconds) poll();
}

void Swarm::watch(int fd, Readable& readable) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr =
      reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(&readable) | kReadableTag);
  (void)::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
}

void Swarm::on_events(Client& client, std::uint32_t events) {
  if ((events & EPOLLOUT) != 0) mark_dirty(client);
  if ((events & ~static_cast<std::uint32_t>(EPOLLOUT)) == 0) return;
  if (client.state == Client::State::kTls) continue_tls(client);
  if (client.state != Client::State::kTls) read(client);
}

void Swarm::read(Client& client) {
  if (client.tls == nullptr) {
    const ssize_t got = ::recv(client.fd, buffer_.data(), buffer_.size(), 0);
    if (got > 0) return take(client, {buffer_.data(), static_cast<std::size_t>(got)});
    if (got == 0 || errno != EAGAIN)
      fail(fmt::format("connection {} was closed", client.peer.index));
    return;
  }
  for (;;) {
    const int got = SSL_read(client.tls, buffer_.data(), static_cast<int>(buffer_.size()));
    if (got > 0) {
      take(client, {buffer_.data(), static_cast<std::size_t>(got)});
    } else {
      if (SSL_get_error(client.tls, got) != SSL_ERROR_WANT_READ)
        fail(fmt::format("TLS connection {} was closed", client.peer.index));
      return;
    }
  }
}

void Swarm::take(Client& client, std::string_view bytes) {
  if (!client.partial.empty()) {
    client.partial.append(bytes);
    const std::string whole = std::move(client.partial);
    client.partial.assign(whole, take_frames(client, whole));
  } else {
    const std::size_t taken = take_frames(client, bytes);
    if (taken < bytes.size()) client.partial.assign(bytes.substr(taken));
  }
}

std::size_t Swarm::take_frames(Client& client, std::string_view bytes) {
  std::size_t at = 0;
  if (client.state == Client::State::kUpgrade) {
    at = take_upgrade(client, bytes);
    if (at == 0) return 0;
  }
  while (!failed()) {
    const ParsedFrame parsed = parse_frame(bytes.substr(at));
    if (parsed.state == ParsedFrame::State::kPartial) break;
    if (parsed.state == ParsedFrame::State::kBroken) {
      fail("a frame that breaks RFC 6455");
      break;
    }
    at += parsed.size;
    if (!take_frame(client, parsed.frame)) break;
  }
  return at;
}

std::size_t Swarm::take_upgrade(Client& client, std::string_view bytes) {
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  const std::string_view head = bytes.substr(0, end);
  if (!head.starts_with("HTTP/1.1 101") ||
      head.find(accept_of(client.key)) == std::string_view::npos)
    fail(fmt::format("no upgrade: {}", head.substr(0, 300)));
  if (target_.deflate && head.find("permessage-deflate") == std::string_view::npos)
    fail("the server does not compress");
  client.state = Client::State::kLogin;
  if (dialect_.ready_at_once()) on_ready(client);
  return end + 4;
}

void Swarm::on_ready(Client& client) {
  client.state = Client::State::kReady;
  ++ready_;
}

bool Swarm::take_frame(Client& client, const Frame& frame) {
  switch (frame.opcode) {
    case Opcode::kPing: queue(client, Opcode::kPong, frame.payload); return true;
    case Opcode::kPong: return true;
    case Opcode::kText:
    case Opcode::kBinary:
      if (frame.fin) return take_message(client, frame.payload, frame.compressed);
      client.fragment_compressed = frame.compressed;
      client.fragment.assign(frame.payload);
      return true;
    case Opcode::kContinuation: {
      client.fragment.append(frame.payload);
      if (!frame.fin) return true;
      const std::string whole = std::move(client.fragment);
      return take_message(client, whole, client.fragment_compressed);
    }
    case Opcode::kClose: break;
  }
  fail(fmt::format("a frame of opcode {}: {}", static_cast<int>(frame.opcode),
                   frame.payload.substr(0, 100)));
  return false;
}

bool Swarm::take_message(Client& client, std::string_view payload, bool compressed) {
  if (compressed) {
    ++compressed_;
    if (payload != last_compressed_) {
      const auto message = inflater_.inflate(payload);
      if (!message) {
        fail("a message that cannot be inflated");
        return false;
      }
      last_compressed_ = payload;
      last_message_ = *message;
    }
    payload = last_message_;
  }
  if (client.state == Client::State::kLogin) {
    const auto login = dialect_.login(client.peer, payload);
    if (!login.answer.empty()) queue(client, Opcode::kText, login.answer);
    if (login.ready) on_ready(client);
    if (payload.starts_with(R"({"type":"error")")) fail(payload);
    return !failed();
  }
  const auto unwrapped = dialect_.unwrap(client.peer, payload);
  if (!unwrapped.answer.empty()) queue(client, Opcode::kText, unwrapped.answer);
  if (unwrapped.message) receiver_.on_message(client, *unwrapped.message);
  return !failed();
}

void Swarm::send(Client& client, std::string_view message) {
  wrapped_.clear();
  dialect_.wrap(wrapped_, message);
  queue(client, Opcode::kText, wrapped_);
}

void Swarm::queue(Client& client, Opcode opcode, std::string_view payload) {
  append_client_frame(client.unsent, opcode, payload);
  mark_dirty(client);
}

void Swarm::mark_dirty(Client& client) {
  if (client.dirty) return;
  client.dirty = true;
  dirty_.push_back(&client);
}

void Swarm::flush(Client& client) {
  client.dirty = false;
  if (client.unsent.empty()) return want_writing(client, false);
  ssize_t sent = 0;
  if (client.tls == nullptr) {
    sent = ::send(client.fd, client.unsent.data(), client.unsent.size(), MSG_NOSIGNAL);
  } else {
    // After WANT_WRITE the same bytes are given again, as OpenSSL wants it: only more may follow.
    sent = SSL_write(client.tls, client.unsent.data(), static_cast<int>(client.unsent.size()));
  }
  if (sent <= 0) return want_writing(client, true);
  client.unsent.erase(0, static_cast<std::size_t>(sent));
  want_writing(client, !client.unsent.empty());
}

void Swarm::want_writing(Client& client, bool wanted) {
  if (client.writing == wanted) return;
  client.writing = wanted;
  epoll_event event{};
  event.events = wanted ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.ptr = &client;
  (void)::epoll_ctl(epoll_, EPOLL_CTL_MOD, client.fd, &event);
}

}  // namespace gp::bench
