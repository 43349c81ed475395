/// Listener: accepts connections on one address for one core (SO_REUSEPORT: each core has its own,
/// the kernel spreads).
///
/// A connection that is over a limit (SocketLimits::sockets, memory, its address) is told so before
/// anything is made for it. Then it passes the ConnectionGate if there is one; its handler is made
/// behind that.
///
/// Out of descriptors: a reserve descriptor is given up for a moment, so that whoever waits is told
/// 503 instead of nothing; says so in the log once a second. Without memory in the kernel it rests,
/// and connections wait in the kernel's backlog.
///
/// Thread: its core. At most kAcceptsPerTurn per turn.
#pragma once

#include <string>

#include "base/result.h"
#include "net/connection_gate.h"
#include "net/farewell.h"
#include "net/memory_ceiling.h"
#include "net/socket.h"

namespace gp::net {

/// A listening address: numeric IPv4 or IPv6, or "localhost".
struct Endpoint {
  std::string host;
  std::uint16_t port = 0;  ///< 0: the kernel chooses
};

class Listener final : public Pollable {
 public:
  static constexpr int kAcceptsPerTurn = 64;
  static constexpr int kBacklog = 4096;
  static constexpr Duration kRest = std::chrono::milliseconds(100);

  using MakeHandler = ConnectionGate::MakeHandler;

  /// Errors: bad_request with a sentence if the address is not numeric or cannot be bound.
  static Result<std::unique_ptr<Listener>> open(SocketHub& hub, const Endpoint& endpoint,
                                                MakeHandler make_handler,
                                                ListenerOptions options = {});
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// Where it listens, with the port the kernel chose.
  const Endpoint& endpoint() const { return endpoint_; }
  /// No more connections are accepted.
  void close();

 private:
  Listener(SocketHub& hub, Endpoint endpoint, int fd, MakeHandler make_handler,
           ListenerOptions options);
  void on_events(std::uint32_t events) override;
  void accept_one(int fd, const Peer& peer);
  bool admit(int fd, const Peer& peer, AddressLimits::Ticket& ticket);
  void refuse(int fd, Refusal refusal);
  bool refuse_with_reserve();
  void take_reserve();
  std::unique_ptr<SocketHandler> first_handler();
  void warn(int error);
  void rest();

  SocketHub& hub_;
  Endpoint endpoint_;
  int fd_;
  int reserve_fd_ = -1;
  const ListenerOptions options_;
  MakeHandler make_handler_;
  MemoryCeiling memory_;
  Farewell farewell_;
  runtime::Timer resume_;
  MonotonicTime last_warning_{};
};

}  // namespace gp::net
