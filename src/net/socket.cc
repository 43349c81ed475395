#include "net/socket.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "base/assert.h"
#include "base/log.h"

namespace gp::net {

DetachedSocket::~DetachedSocket() {
  if (fd >= 0) ::close(fd);
}

void DetachedSocket::append(std::string_view bytes) {
  if (tls == nullptr) {
    unsent.append(bytes);
  } else {
    // A connection that failed meanwhile is ended by the core that adopts it.
    (void)tls->send(bytes, unsent);
  }
}

Socket::Socket(SocketHub& hub, DetachedSocket detached)
    : hub_(hub),
      tls_(std::move(detached.tls)),
      unsent_(std::move(detached.unsent)),
      ticket_(std::move(detached.ticket)),
      peer_(detached.peer),
      fd_(std::exchange(detached.fd, -1)) {}

Socket::~Socket() {
  if (fd_ >= 0) ::close(fd_);
}

void Socket::want_flush() {
  if (dirty_ || state_ == State::kDead) return;
  dirty_ = true;
  hub_.mark_dirty(*this);
}

void Socket::close_after_flush(CloseReason reason) {
  if (state_ != State::kOpen) return;
  state_ = State::kFlushing;
  close_reason_ = reason;
  acknowledged_ = static_cast<std::uint32_t>(delivery().acknowledged);
  set_timeout(hub_.limits().linger);
  want_flush();
}

void Socket::abort(CloseReason reason) {
  if (state_ == State::kDead) return;
  const linger reset{1, 0};
  (void)::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
  die(reason);
}

void Socket::set_handler(std::unique_ptr<SocketHandler> handler) {
  hub_.core_.assert_here();
  if (handler_ != nullptr) {
    hub_.dead_handlers_.push_back(std::move(handler_));
    hub_.core_.request_turn_end();
  }
  handler_ = std::move(handler);
  handler_->on_attached(*this);
}

DetachedSocket Socket::detach() {
  GP_ASSERT(state_ == State::kOpen, "only an open socket can move to another core");
  DetachedSocket detached(fd_, std::move(unsent_));
  detached.tls = std::move(tls_);
  detached.peer = peer_;
  detached.ticket = std::move(ticket_);
  hub_.poller_.forget(fd_);
  fd_ = -1;
  state_ = State::kDead;
  unlink();
  hub_.bury(*this);
  return detached;
}

void Socket::set_peer(const Peer& peer, AddressLimits::Ticket ticket) {
  peer_ = peer;
  ticket_ = std::move(ticket);
}

void Socket::close_with(std::string_view last_words, CloseReason reason) {
  if (state_ != State::kOpen) return;
  silenced_ = true;
  if (write_behind(last_words)) close_after_flush(reason);
}

void Socket::set_timeout(Duration timeout) {
  if (state_ != State::kDead) hub_.wheel_.touch(*this, timeout);
}

Delivery Socket::delivery() const {
  Delivery delivery = delivery_of(fd_);
  delivery.pending += unsent_.size();
  return delivery;
}

void Socket::pause_reading() {
  if (std::exchange(reading_paused_, true)) return;
  update_interest();
}

void Socket::resume_reading() {
  if (!std::exchange(reading_paused_, false)) return;
  update_interest();
}

void Socket::update_interest() {
  if (state_ == State::kDead) return;
  const std::uint32_t wanted =
      (reading_paused_ || peer_closed_ ? 0U : EPOLLIN) | (blocked() || more_ ? EPOLLOUT : 0U);
  if (wanted == interest_) return;
  interest_ = static_cast<std::uint8_t>(wanted);
  hub_.poller_.change(fd_, wanted, *this);
}

void Socket::on_events(std::uint32_t events) {
  if (state_ == State::kDead) return;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0)
    return die(state_ == State::kOpen ? CloseReason::peer_reset : close_reason_);
  if ((events & EPOLLOUT) != 0) {
    if (blocked()) {
      std::string bytes = std::move(unsent_);
      unsent_.clear();
      if (!write(bytes)) return;
    }
    more_ = false;
    want_flush();
  }
  if ((events & EPOLLIN) != 0) {
    if (state_ == State::kOpen) {
      read();
    } else {
      discard_input();
    }
  }
}

void Socket::read() {
  const ssize_t got = ::recv(fd_, hub_.receive_buffer_.data(), hub_.limits_.read_bytes, 0);
  if (got > 0) {
    hub_.metrics_.bytes_received.add(static_cast<std::uint64_t>(got));
    return receive(std::span(hub_.receive_buffer_.data(), static_cast<std::size_t>(got)));
  }
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got < 0) return die(CloseReason::peer_reset);
  hear_close();
}

void Socket::receive(std::span<char> bytes) {
  if (tls_ == nullptr) return handler_->on_bytes(bytes);
  receive_records({bytes.data(), bytes.size()});
}

void Socket::hear_close() {
  peer_closed_ = true;
  update_interest();
  handler_->on_peer_closed();
}

// While closing, what the peer still sends is read and dropped, so that it gets our last bytes
// instead of a reset.
void Socket::discard_input() {
  const ssize_t got = ::recv(fd_, hub_.receive_buffer_.data(), hub_.limits_.read_bytes, 0);
  if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR))) return;
  if (got < 0 || state_ == State::kLingering) return die(close_reason_);
  peer_closed_ = true;
  update_interest();
}

void Socket::flush() {
  dirty_ = false;
  if (state_ == State::kDead || state_ == State::kLingering || blocked()) return;
  if (silenced_ || (tls_ != nullptr && !tls_->can_send())) {
    if (state_ == State::kFlushing) finish_closing();
    return;
  }
  std::string& scratch = hub_.scratch_;
  for (int writes = 0; writes < hub_.limits_.writes_per_turn; ++writes) {
    scratch.clear();
    const SocketHandler* const asked = handler_.get();
    const auto fill = handler_->fill(scratch, hub_.limits_.write_bytes);
    if (state_ == State::kDead) return;
    if (!scratch.empty() && !send(scratch)) return;
    if (blocked()) return;
    if (handler_.get() != asked) return want_flush();  // an upgrade: the new one has its say first
    if (fill == SocketHandler::Fill::kDone) {
      if (state_ == State::kFlushing) finish_closing();
      return;
    }
  }
  more_ = true;
  update_interest();
}

// False if the socket died.
bool Socket::send(std::string_view bytes) {
  if (tls_ == nullptr) return write(bytes);
  hub_.records_.clear();
  if (tls_->send(bytes, hub_.records_)) return write(hub_.records_);
  abort(CloseReason::internal);
  return false;
}

// False if the socket died.
bool Socket::write(std::string_view bytes) {
  const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN && errno != EINTR) {
    die(state_ == State::kOpen ? CloseReason::peer_reset : close_reason_);
    return false;
  }
  const std::size_t taken = sent > 0 ? static_cast<std::size_t>(sent) : 0;
  hub_.metrics_.bytes_sent.add(taken);
  if (taken > 0) progress_ = true;
  if (taken < bytes.size()) {
    unsent_.assign(bytes.substr(taken));
    hub_.metrics_.writes_blocked.add();
  } else {
    std::string().swap(unsent_);
  }
  update_interest();
  return true;
}

void Socket::finish_closing() {
  if (tls_ != nullptr && tls_->can_send() && !say_goodbye()) return;
  if (peer_closed_) return die(close_reason_);
  state_ = State::kLingering;
  (void)::shutdown(fd_, SHUT_WR);
  reading_paused_ = false;
  update_interest();
}

// What the kernel still holds for a slow reader may go on, as long as it does.
bool Socket::delivers_last_bytes() {
  const Delivery now = delivery();
  const auto acknowledged = static_cast<std::uint32_t>(now.acknowledged);
  const std::uint32_t taken = acknowledged - std::exchange(acknowledged_, acknowledged);
  if (now.pending == 0 || taken < hub_.limits().linger_bytes) return false;
  set_timeout(hub_.limits().linger);
  return true;
}

void Socket::die(CloseReason reason) {
  if (state_ == State::kDead) return;
  state_ = State::kDead;
  hub_.count_close(reason);
  GP_LOG_DEBUG("net", "connection {}-{} {} closed: {}", hub_.core_.index(), number_,
               handler_->connection_id(), protocol::info(reason).name);
  unlink();
  hub_.poller_.forget(fd_);
  ::close(fd_);
  fd_ = -1;
  handler_->on_gone(protocol::info(reason).code);
  hub_.bury(*this);
}

SocketHub::SocketHub(runtime::AsioCore& core, SocketLimits limits, metrics::CoreMetrics& metrics)
    : core_(core),
      limits_(limits),
      metrics_(metrics),
      poller_(core),
      wheel_(core,
             [this](runtime::LazyWheel::Entry& entry) {
               auto& socket = static_cast<Socket&>(entry);
               if (socket.state_ == Socket::State::kOpen) {
                 socket.handler_->on_timeout();
               } else if (!socket.delivers_last_bytes()) {
                 metrics_.timeouts.add();
                 socket.abort(socket.close_reason_);
               }
             }),
      receive_buffer_(limits.read_bytes + 64) {
  core_.at_turn_end([this, token = liveness_.token()] {
    if (token.alive()) end_of_turn();
  });
}

SocketHub::~SocketHub() = default;

Socket* SocketHub::adopt(DetachedSocket detached, std::unique_ptr<SocketHandler> handler) {
  core_.assert_here();
  if (sockets_.size() >= limits_.sockets) {
    metrics_.connections_refused.add();
    count_close(CloseReason::overloaded);
    return nullptr;
  }
  const int fd = detached.fd;
  std::string unread = std::move(detached.unread);
  auto socket = std::make_unique<Socket>(*this, std::move(detached));
  const std::uint32_t interest = EPOLLIN | (socket->blocked() ? EPOLLOUT : 0U);
  socket->interest_ = static_cast<std::uint8_t>(interest);
  if (poller_.watch(fd, interest, *socket).has_error()) {
    metrics_.connections_refused.add();
    count_close(CloseReason::overloaded);
    return nullptr;
  }
  socket->slot_ = static_cast<std::uint32_t>(sockets_.size());
  socket->number_ = ++last_number_;
  Socket& adopted = *sockets_.emplace_back(std::move(socket));
  metrics_.connections_open.set(static_cast<double>(sockets_.size()));
  adopted.set_handler(std::move(handler));
  if (!unread.empty() && adopted.open()) adopted.handler_->on_bytes(std::span(unread));
  // What TLS heard before the connection was moved is in no kernel buffer any more. It came behind
  // the bytes that were not looked at.
  if (const TlsFilter* tls = adopted.tls_.get(); tls != nullptr && adopted.open()) {
    if (tls->failure() != TlsFailure::kNone) {
      adopted.end_broken_tls();
    } else if (tls->peer_closed()) {
      adopted.hear_close();
    }
  }
  return &adopted;
}

void SocketHub::abort_all() {
  core_.assert_here();
  runtime::Core::Turn turn(core_);
  while (!sockets_.empty()) sockets_.back()->abort(CloseReason::shutdown);
}

void SocketHub::mark_dirty(Socket& socket) {
  core_.assert_here();
  dirty_.push_back(&socket);
  core_.request_turn_end();
}

void SocketHub::bury(Socket& socket) {
  core_.assert_here();
  const std::uint32_t slot = socket.slot_;
  dead_.push_back(std::move(sockets_[slot]));
  if (slot + 1 < sockets_.size()) {
    sockets_[slot] = std::move(sockets_.back());
    sockets_[slot]->slot_ = slot;
  }
  sockets_.pop_back();
  metrics_.connections_open.set(static_cast<double>(sockets_.size()));
  core_.request_turn_end();
}

void SocketHub::end_of_turn() {
  core_.assert_here();
  for (std::size_t i = 0; i < dirty_.size(); ++i) dirty_[i]->flush();
  dirty_.clear();
  dead_handlers_.clear();
  dead_.clear();
}

}  // namespace gp::net
