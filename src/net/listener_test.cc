#include "net/listener.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <netinet/tcp.h>

#include "net/test_rig.h"

namespace gp::net {
namespace {

using End = TestClient::End;

class Quiet final : public SocketHandler {
 public:
  explicit Quiet(int& made) { ++made; }
  void on_attached(Socket& socket) override { socket_ = &socket; }
  void on_bytes(std::span<char>) override {}
  Fill fill(std::string&, std::size_t) override { return Fill::kDone; }
  void on_timeout() override {}
  void on_peer_closed() override { socket_->close_after_flush(CloseReason::finished); }
  void on_gone(Code) override {}

 private:
  Socket* socket_ = nullptr;
};

class ListenerTest : public testing::Test {
 protected:
  void listen(ListenerOptions options = {}, SocketLimits limits = {}) {
    rig = std::make_unique<TestRig>(limits);
    auto opened = Listener::open(
        rig->hub, {"127.0.0.1", 0}, [this] { return std::make_unique<Quiet>(made); },
        std::move(options));
    ASSERT_TRUE(opened.has_value());
    listener = std::move(opened.value());
  }
  TestClient& dial() { return rig->dial(listener->endpoint().port); }
  /// Connects, and says whether the connection was taken; what it was told is in `told`.
  bool is_taken(TestClient& tcp) {
    const int before = made;
    EXPECT_TRUE(rig->run_until([&] { return made > before || tcp.end() != End::kOpen; }));
    told = tcp.received().substr(0, 12);
    return made > before;
  }

  int made = 0;
  std::string told;
  std::unique_ptr<TestRig> rig;
  std::unique_ptr<Listener> listener;
};

TEST_F(ListenerTest, AnswersWhoIsTooManyAndCloses) {
  listen({}, {.sockets = 1});
  TestClient& first = dial();
  ASSERT_TRUE(is_taken(first));
  TestClient& second = dial();
  second.send("GET / HTTP/1.1\r\n\r\n");
  ASSERT_FALSE(is_taken(second));
  EXPECT_EQ(told, "HTTP/1.1 503");
  EXPECT_EQ(second.end(), End::kClosed) << "a reset would take the answer back";
  EXPECT_EQ(rig->metrics.connections_refused.value(), 1u);
  first.vanish();
  ASSERT_TRUE(rig->run_until([&] { return rig->hub.size() == 0; }));
  EXPECT_TRUE(is_taken(dial()));
}

TEST_F(ListenerTest, RefusesAnAddressThatHasTooMany) {
  AddressLimits limits({.connections = 2}, 10);
  listen({.address_limits = &limits});
  TestClient& first = dial();
  ASSERT_TRUE(is_taken(first));
  ASSERT_TRUE(is_taken(dial()));
  EXPECT_FALSE(is_taken(dial()));
  EXPECT_EQ(told, "HTTP/1.1 429");
  EXPECT_EQ(rig->metrics.refused_address_full.value(), 1u);
  first.reset();
  ASSERT_TRUE(rig->run_until([&] { return rig->hub.size() == 1; }));
  EXPECT_TRUE(is_taken(dial()));
  rig->in_turn([&] { rig->hub.abort_all(); });
}

TEST_F(ListenerTest, RefusesAnAddressThatIsTooFast) {
  AddressLimits limits({.connections_per_second = 1, .connections_burst = 1}, 10);
  listen({.address_limits = &limits});
  ASSERT_TRUE(is_taken(dial()));
  EXPECT_FALSE(is_taken(dial()));
  EXPECT_EQ(told, "HTTP/1.1 429");
  EXPECT_EQ(rig->metrics.refused_address_fast.value(), 1u);
  rig->in_turn([&] { rig->hub.abort_all(); });
}

TEST_F(ListenerTest, LimitsNoTrustedProxy) {
  AddressLimits limits({.connections = 1}, 10);
  listen({.trusted_proxies = {IpNetwork::parse("127.0.0.1").value()}, .address_limits = &limits});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(is_taken(dial()));
}

TEST_F(ListenerTest, RefusesEverybodyAboveTheMemoryCeiling) {
  listen({.memory_bytes = 1});
  EXPECT_FALSE(is_taken(dial()));
  EXPECT_EQ(told, "HTTP/1.1 503");
  EXPECT_EQ(rig->metrics.refused_memory.value(), 1u);
}

TEST_F(ListenerTest, HandsItsSocketOptionsOn) {
  listen({.send_buffer_bytes = 40'000, .unsent_bytes = 20'000});
  int server_fd = -1;
  const int next = ::open("/dev/null", O_RDONLY);
  ::close(next);
  TestClient& tcp = dial();
  ASSERT_TRUE(is_taken(tcp));
  // The client took the lowest free descriptor, the accepted connection the one after it.
  for (int fd = next; fd < next + 8 && server_fd < 0; ++fd) {
    int value = 0;
    socklen_t size = sizeof(value);
    if (::getsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &value, &size) == 0 && value == 20'000)
      server_fd = fd;
  }
  ASSERT_GE(server_fd, 0);
  int value = 0;
  socklen_t size = sizeof(value);
  ASSERT_EQ(::getsockopt(server_fd, SOL_SOCKET, SO_SNDBUF, &value, &size), 0);
  EXPECT_EQ(value, 80'000) << "the kernel doubles it";
  ASSERT_EQ(::getsockopt(server_fd, IPPROTO_TCP, TCP_NODELAY, &value, &size), 0);
  EXPECT_NE(value, 0);
}

// Without descriptors UBSan takes good objects for bad ones (it looks through a pipe), so that is
// tested with the real server: tests/e2e/strangers.test.mjs.

}  // namespace
}  // namespace gp::net
