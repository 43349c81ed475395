/// What the kernel knows about the way of our bytes to a peer.
///
/// In a file of its own, because <linux/tcp.h> and the headers of Asio exclude each other.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gp::net {

struct Delivery {
  std::uint64_t acknowledged = 0;  ///< bytes the peer's system has taken, ever
  std::size_t pending = 0;         ///< bytes it has not taken yet
};

/// Costs two system calls: for timers, not for every write.
Delivery delivery_of(int fd);

}  // namespace gp::net
