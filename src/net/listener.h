/// Listener: accepts connections on one address for one core (SO_REUSEPORT: each core has its own,
/// the kernel spreads).
///
/// Thread: its core. At most kAcceptsPerTurn per turn. Out of descriptors: says so once a second,
/// rests, and goes on; connections wait in the kernel's backlog meanwhile.
#pragma once

#include <string>

#include "base/result.h"
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

  using MakeHandler = UniqueFunction<std::unique_ptr<SocketHandler>()>;

  /// Errors: bad_request with a sentence if the address is not numeric or cannot be bound.
  static Result<std::unique_ptr<Listener>> open(SocketHub& hub, const Endpoint& endpoint,
                                                MakeHandler make_handler);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// Where it listens, with the port the kernel chose.
  const Endpoint& endpoint() const { return endpoint_; }
  /// No more connections are accepted.
  void close();

 private:
  Listener(SocketHub& hub, Endpoint endpoint, int fd, MakeHandler make_handler);
  void on_events(std::uint32_t events) override;
  void accept_one(int fd);
  void rest();

  SocketHub& hub_;
  Endpoint endpoint_;
  int fd_;
  MakeHandler make_handler_;
  runtime::Timer resume_;
  MonotonicTime last_warning_{};
};

}  // namespace gp::net
