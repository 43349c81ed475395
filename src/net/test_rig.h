/// TestRig: a real core, hub and TCP loopback connections, driven by the test's own thread.
///
/// run_until() runs the core in slices and reads what clients got until a fact holds; the patience
/// only bounds a failing test.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "net/socket.h"

namespace gp::net {

/// The peer of an adopted socket: a non-blocking descriptor and all that arrived on it.
class TestClient {
 public:
  enum class End { kOpen, kClosed, kReset };

  explicit TestClient(int fd) : fd_(fd) {}
  ~TestClient() { vanish(); }
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  const std::string& received() const { return received_; }
  bool got(std::string_view text) const { return received_.find(text) != std::string::npos; }
  /// How often `text` arrived.
  std::size_t count(std::string_view text) const {
    std::size_t found = 0;
    for (auto at = received_.find(text); at != std::string::npos; at = received_.find(text, at + 1))
      ++found;
    return found;
  }
  End end() const { return end_; }
  void forget_received() { received_.clear(); }

  /// All of it must fit into the kernel's buffers: a few KiB.
  void send(std::string_view bytes) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    GP_ASSERT(sent == static_cast<ssize_t>(bytes.size()), "the kernel did not take a test's bytes");
  }
  /// As much as the kernel takes.
  std::size_t try_send(std::string_view bytes) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent > 0 ? static_cast<std::size_t>(sent) : 0;
  }
  /// The connection ends with a reset.
  void reset() {
    const linger now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    vanish();
  }
  void half_close() { ::shutdown(fd_, SHUT_WR); }
  void vanish() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  void stop_reading() { reading_ = false; }
  void start_reading() { reading_ = true; }

  void pump() {
    std::array<char, 16 * kKiB> buffer;
    while (reading_ && fd_ >= 0 && end_ == End::kOpen) {
      const ssize_t got = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (got > 0) {
        received_.append(buffer.data(), static_cast<std::size_t>(got));
      } else if (got == 0) {
        end_ = End::kClosed;
      } else {
        if (errno != EAGAIN) end_ = End::kReset;
        return;
      }
    }
  }

 private:
  int fd_;
  std::string received_;
  End end_ = End::kOpen;
  bool reading_ = true;
};

class TestRig {
 public:
  struct Pair {
    TestClient* client;
    int server_fd;
  };

  explicit TestRig(SocketLimits limits = {}) : hub(core, limits, metrics) {}

  /// A connection over loopback with small kernel buffers; the rig owns the client.
  Pair connect() {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int buffer_bytes = 16 * 1024;
    ::setsockopt(listener, SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof(buffer_bytes));
    ::setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof(buffer_bytes));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    GP_ASSERT(::bind(listener, raw, size) == 0 && ::listen(listener, 1) == 0, "no loopback");
    ::getsockname(listener, raw, &size);
    const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ::setsockopt(client, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof(buffer_bytes));
    ::setsockopt(client, SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof(buffer_bytes));
    GP_ASSERT(::connect(client, raw, size) == 0, "no loopback");
    const int server = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    ::close(listener);
    clients_.push_back(std::make_unique<TestClient>(client));
    return {clients_.back().get(), server};
  }

  /// A connection to a listener of this rig, on 127.0.0.1.
  TestClient& dial(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int buffer_bytes = 16 * 1024;
    ::setsockopt(client, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof(buffer_bytes));
    GP_ASSERT(::connect(client, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0,
              "the listener does not answer");
    clients_.push_back(std::make_unique<TestClient>(client));
    return *clients_.back();
  }

  /// A connection whose server side has this handler.
  TestClient& connect_to(std::unique_ptr<SocketHandler> handler) {
    const Pair pair = connect();
    in_turn([&] { hub.adopt(DetachedSocket(pair.server_fd, {}), std::move(handler)); });
    return *pair.client;
  }

  void in_turn(UniqueFunction<void()> task) {
    runtime::Core::Turn turn(core);
    task();
  }

  void step() {
    core.io().run_one_for(std::chrono::milliseconds(2));
    for (auto& client : clients_) client->pump();
  }

  /// False if the fact did not come true.
  bool run_until(UniqueFunction<bool()> fact, Duration patience = std::chrono::seconds(20)) {
    const MonotonicTime deadline = core.now() + patience;
    while (!fact()) {
      if (core.now() > deadline) return false;
      step();
    }
    return true;
  }

  /// Runs until everything posted and every ready descriptor was handled, several times over.
  void settle() {
    for (int round = 0; round < 10; ++round) {
      step();
      core.io().poll();
    }
  }

  runtime::AsioCore core;
  metrics::CoreMetrics metrics;
  SocketHub hub;

 private:
  std::vector<std::unique_ptr<TestClient>> clients_;
};

}  // namespace gp::net
