/// Farewell: connections that were told no, kept open for a moment so that they hear it.
///
/// A descriptor that is closed while the peer's request lies unread resets the connection, and the
/// peer never reads why. So our side is closed for writing only, and the descriptor a second later.
/// Owner: a listener. Thread: its core. Limit: kKept; reaction: the oldest is closed at once.
#pragma once

#include <deque>

#include "runtime/core.h"

namespace gp::net {

class Farewell {
 public:
  static constexpr std::size_t kKept = 64;
  static constexpr Duration kPatience = std::chrono::seconds(1);

  explicit Farewell(runtime::Core& core) : core_(core), timer_(core) {}
  ~Farewell() { close_all(); }
  Farewell(const Farewell&) = delete;
  Farewell& operator=(const Farewell&) = delete;

  /// Sends the words and takes the descriptor.
  void say(int fd, std::string_view words);
  /// When descriptors are needed.
  void close_all();

 private:
  struct Parting {
    int fd;
    MonotonicTime until;
  };
  void close_oldest();
  void arm();

  runtime::Core& core_;
  runtime::Timer timer_;
  std::deque<Parting> partings_;
};

}  // namespace gp::net
