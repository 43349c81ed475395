/// Poller: level-triggered epoll for client sockets, nested in the core's io_context as one
/// descriptor.
///
/// Why not Asio for these sockets: Asio adds one epoll_ctl per readiness wait (5–7 % on ping-pong);
/// nesting removes exactly that and leaves timers, mailbox, signals and outbound HTTP to Asio
/// (network_measurements.md section 1). Thread: its core. A Pollable that stops watching during a
/// turn may still be told of events of that turn; it must live until the turn ends (SocketHub
/// buries the dead then).
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstdint>

#include "base/result.h"
#include "runtime/asio_core.h"

namespace gp::net {

class Pollable {
 public:
  /// `events`: EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP.
  virtual void on_events(std::uint32_t events) = 0;

 protected:
  ~Pollable() = default;
};

class Poller {
 public:
  /// Ready descriptors handled in one turn; the others follow in the next.
  static constexpr int kEventsPerTurn = 256;

  explicit Poller(runtime::AsioCore& core);
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  /// Errors: Code::overloaded when the kernel has no room for another watch.
  Result<> watch(int fd, std::uint32_t events, Pollable& pollable);
  void change(int fd, std::uint32_t events, Pollable& pollable);
  void forget(int fd);

 private:
  void wait();
  void turn();

  runtime::AsioCore& core_;
  int epoll_fd_;
  boost::asio::posix::stream_descriptor readiness_;
};

}  // namespace gp::net
