#include "net/socket.h"

#include <gtest/gtest.h>

#include <fcntl.h>

#include "net/test_rig.h"

namespace gp::net {
namespace {

using std::chrono::milliseconds;
using End = TestClient::End;

struct HandlerLog {
  int attached = 0;
  int destroyed = 0;
  int timeouts = 0;
  int peer_closed = 0;
  std::vector<Code> gone;
  std::string bytes;
  std::string to_send;
  std::size_t endless_left = 0;
  std::size_t fills = 0;
  Socket* socket = nullptr;
};

class LoggingHandler final : public SocketHandler {
 public:
  explicit LoggingHandler(HandlerLog& log) : log_(log) {}
  ~LoggingHandler() override { ++log_.destroyed; }
  void on_attached(Socket& socket) override {
    ++log_.attached;
    log_.socket = &socket;
  }
  void on_bytes(std::span<char> bytes) override { log_.bytes.append(bytes.data(), bytes.size()); }
  Fill fill(std::string& out, std::size_t bytes_max) override {
    ++log_.fills;
    out.append(std::exchange(log_.to_send, {}));
    if (out.size() >= bytes_max) return log_.endless_left > 0 ? Fill::kMore : Fill::kDone;
    const std::size_t count = std::min(bytes_max - out.size(), log_.endless_left);
    out.append(count, 'e');
    log_.endless_left -= count;
    return log_.endless_left > 0 ? Fill::kMore : Fill::kDone;
  }
  void on_timeout() override { ++log_.timeouts; }
  void on_peer_closed() override {
    ++log_.peer_closed;
    log_.socket->close_after_flush(CloseReason::finished);
  }
  void on_gone(Code reason) override { log_.gone.push_back(reason); }

 private:
  HandlerLog& log_;
};

std::unique_ptr<SocketHandler> handler_for(HandlerLog& log) {
  return std::make_unique<LoggingHandler>(log);
}

void expect_ended_once(const HandlerLog& log, Code reason) {
  EXPECT_EQ(log.attached, 1);
  EXPECT_EQ(log.destroyed, 1);
  EXPECT_EQ(log.gone, std::vector<Code>{reason});
}

TEST(Socket, CarriesBytesBothWays) {
  HandlerLog log;
  TestRig rig;
  TestClient& client = rig.connect_to(handler_for(log));
  client.send("to the server");
  ASSERT_TRUE(rig.run_until([&] { return log.bytes == "to the server"; }));
  rig.in_turn([&] {
    log.to_send = "to the client";
    log.socket->want_flush();
    log.socket->want_flush();
  });
  EXPECT_EQ(log.fills, 1u);
  ASSERT_TRUE(rig.run_until([&] { return client.received() == "to the client"; }));
  EXPECT_EQ(rig.metrics.bytes_sent.value(), 13u);
  EXPECT_EQ(rig.metrics.bytes_received.value(), 13u);
  EXPECT_EQ(rig.metrics.connections_open.value(), 1.0);
}

TEST(Socket, FlushesWhatIsLeftBeforeItCloses) {
  HandlerLog log;
  TestRig rig;
  TestClient& client = rig.connect_to(handler_for(log));
  rig.in_turn([&] {
    log.to_send = std::string(300'000, 'z') + "end";
    log.socket->close_after_flush(CloseReason::draining);
    log.socket->close_after_flush(CloseReason::internal);
  });
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  EXPECT_EQ(client.end(), End::kClosed);
  EXPECT_EQ(client.received().size(), 300'003u);
  EXPECT_TRUE(client.received().ends_with("end"));
  EXPECT_TRUE(log.gone.empty());
  client.vanish();
  ASSERT_TRUE(rig.run_until([&] { return rig.hub.size() == 0; }));
  expect_ended_once(log, Code::draining);
}

// Bytes that arrive while we close must not turn our last words into a reset.
TEST(Socket, ReadsAndDropsInputWhileItCloses) {
  HandlerLog log;
  TestRig rig;
  TestClient& client = rig.connect_to(handler_for(log));
  rig.in_turn([&] {
    log.to_send = "last words";
    log.socket->close_after_flush(CloseReason::finished);
  });
  client.send(std::string(1000, 'i'));
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  client.send(std::string(1000, 'i'));
  rig.settle();
  EXPECT_EQ(client.received(), "last words");
  EXPECT_EQ(client.end(), End::kClosed);
  EXPECT_EQ(log.bytes, "");
  client.half_close();
  ASSERT_TRUE(rig.run_until([&] { return rig.hub.size() == 0; }));
  expect_ended_once(log, Code::normal);
}

TEST(Socket, ClosesCleanlyWhenThePeerDid) {
  HandlerLog log;
  TestRig rig;
  TestClient& client = rig.connect_to(handler_for(log));
  client.send("x");
  client.half_close();
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  EXPECT_EQ(client.end(), End::kClosed);
  EXPECT_EQ(log.bytes, "x");
  EXPECT_EQ(log.peer_closed, 1);
  expect_ended_once(log, Code::normal);
}

TEST(Socket, AbortResets) {
  HandlerLog log;
  TestRig rig;
  TestClient& client = rig.connect_to(handler_for(log));
  rig.in_turn([&] {
    log.to_send = "never sent";
    log.socket->want_flush();
    log.socket->abort(CloseReason::internal);
    log.socket->abort(CloseReason::finished);
    log.socket->close_after_flush(CloseReason::finished);
    EXPECT_EQ(log.destroyed, 0) << "the handler lives until the turn ends";
  });
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  EXPECT_EQ(client.end(), End::kReset);
  EXPECT_EQ(client.received(), "");
  expect_ended_once(log, Code::internal);
}

TEST(Socket, HearsOfAPeersReset) {
  HandlerLog log;
  TestRig rig;
  TestClient& client = rig.connect_to(handler_for(log));
  rig.in_turn([&] {
    log.to_send = "unread bytes make the peer's close a reset";
    log.socket->want_flush();
  });
  client.stop_reading();
  rig.settle();
  client.vanish();
  ASSERT_TRUE(rig.run_until([&] { return rig.hub.size() == 0; }));
  ASSERT_EQ(log.gone.size(), 1u);
  EXPECT_EQ(log.destroyed, 1);
}

TEST(Socket, ResetsAPeerThatNeverCloses) {
  SocketLimits limits;
  limits.linger = milliseconds(1);
  HandlerLog log;
  TestRig rig(limits);
  TestClient& client = rig.connect_to(handler_for(log));
  rig.in_turn([&] { log.socket->close_after_flush(CloseReason::draining); });
  ASSERT_TRUE(rig.run_until([&] { return rig.hub.size() == 0; }));
  EXPECT_EQ(client.end(), End::kClosed);
  expect_ended_once(log, Code::draining);
  EXPECT_EQ(log.timeouts, 0);
  EXPECT_EQ(rig.metrics.timeouts.value(), 1u);
}

TEST(Socket, TellsItsHandlerWhenItsTimePassed) {
  HandlerLog log;
  TestRig rig;
  rig.connect_to(handler_for(log));
  rig.in_turn([&] { log.socket->set_timeout(milliseconds(1)); });
  ASSERT_TRUE(rig.run_until([&] { return log.timeouts == 1; }));
  EXPECT_TRUE(log.socket->open());
}

TEST(Socket, PausedReadingLeavesBytesInTheKernel) {
  HandlerLog log;
  TestRig rig;
  TestClient& client = rig.connect_to(handler_for(log));
  rig.in_turn([&] { log.socket->pause_reading(); });
  client.send("later");
  rig.settle();
  EXPECT_EQ(log.bytes, "");
  rig.in_turn([&] { log.socket->resume_reading(); });
  EXPECT_TRUE(rig.run_until([&] { return log.bytes == "later"; }));
}

TEST(Socket, GivesOthersTheirTurnWhileItHasMore) {
  SocketLimits limits;
  limits.write_bytes = 100;
  limits.writes_per_turn = 3;
  HandlerLog log;
  TestRig rig(limits);
  TestClient& client = rig.connect_to(handler_for(log));
  rig.in_turn([&] {
    log.endless_left = 2'000;
    log.socket->want_flush();
  });
  EXPECT_EQ(log.fills, 3u);
  EXPECT_EQ(rig.metrics.bytes_sent.value(), 300u);
  EXPECT_TRUE(rig.run_until([&] { return client.received().size() == 2'000; }));
}

TEST(Socket, HoldsOneWriteForAReaderThatStopsAndLosesNothing) {
  HandlerLog log;
  TestRig rig;
  TestClient& client = rig.connect_to(handler_for(log));
  client.stop_reading();
  constexpr std::size_t kAll = 32 * kMiB;
  rig.in_turn([&] {
    log.endless_left = kAll;
    log.socket->want_flush();
  });
  ASSERT_TRUE(rig.run_until([&] { return log.socket->blocked(); }));
  rig.settle();
  const std::size_t pulled = kAll - log.endless_left;
  EXPECT_LE(pulled - rig.metrics.bytes_sent.value(), rig.hub.limits().write_bytes);
  const std::size_t fills = log.fills;
  rig.in_turn([&] { log.socket->want_flush(); });
  EXPECT_EQ(log.fills, fills) << "a blocked socket asks for nothing more";
  (void)log.socket->take_progress();
  EXPECT_FALSE(log.socket->take_progress());
  log.endless_left = 1'000;
  client.start_reading();
  ASSERT_TRUE(rig.run_until([&] { return client.received().size() >= pulled + 1'000; }));
  rig.settle();
  EXPECT_EQ(client.received().size(), pulled + 1'000);
  EXPECT_TRUE(log.socket->take_progress());
}

TEST(Socket, KeepsTheOrderOfBytesAcrossAMove) {
  HandlerLog here;
  HandlerLog there;
  TestRig rig;
  TestRig other;
  TestClient& client = rig.connect_to(handler_for(here));
  client.stop_reading();
  std::string sent;
  for (int i = 0; sent.size() < 8 * kMiB; ++i) sent += std::to_string(i) + ",";
  rig.in_turn([&] {
    here.to_send = sent;
    here.socket->want_flush();
  });
  ASSERT_TRUE(here.socket->blocked());
  client.send("for whoever reads first");
  DetachedSocket moved;
  rig.in_turn([&] {
    moved = here.socket->detach();
    here.socket->want_flush();
  });
  EXPECT_EQ(here.destroyed, 1);
  EXPECT_TRUE(here.gone.empty());
  EXPECT_EQ(rig.hub.size(), 0u);
  EXPECT_FALSE(moved.unsent.empty());

  other.in_turn([&] {
    there.to_send = "and the rest";
    Socket* const socket = other.hub.adopt(std::move(moved), handler_for(there));
    socket->want_flush();
  });
  EXPECT_EQ(there.fills, 0u);
  client.start_reading();
  ASSERT_TRUE(other.run_until([&] {
    client.pump();
    return client.received().size() >= sent.size() + 12;
  }));
  EXPECT_TRUE(client.received() == sent + "and the rest");
  EXPECT_EQ(there.bytes, "for whoever reads first");
}

TEST(Socket, ClosesADetachedConnectionThatNobodyAdopts) {
  HandlerLog log;
  TestRig rig;
  TestClient& client = rig.connect_to(handler_for(log));
  rig.in_turn([&] { (void)log.socket->detach(); });
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  EXPECT_EQ(log.destroyed, 1);
}

TEST(Socket, ChangesItsHandlerWhileTheOldOneIsAtWork) {
  HandlerLog old_log;
  HandlerLog new_log;
  TestRig rig;
  TestClient& client = rig.connect_to(handler_for(old_log));
  rig.in_turn([&] {
    old_log.socket->set_handler(handler_for(new_log));
    EXPECT_EQ(old_log.destroyed, 0);
    EXPECT_EQ(new_log.attached, 1);
  });
  EXPECT_EQ(old_log.destroyed, 1);
  EXPECT_TRUE(old_log.gone.empty());
  client.send("new");
  ASSERT_TRUE(rig.run_until([&] { return new_log.bytes == "new"; }));
  EXPECT_EQ(old_log.bytes, "");
}

TEST(SocketHub, RefusesSocketsOverItsLimit) {
  SocketLimits limits;
  limits.sockets = 1;
  HandlerLog first;
  HandlerLog second;
  TestRig rig(limits);
  rig.connect_to(handler_for(first));
  const auto pair = rig.connect();
  rig.in_turn([&] {
    EXPECT_EQ(rig.hub.adopt(DetachedSocket(pair.server_fd, {}), handler_for(second)), nullptr);
  });
  EXPECT_EQ(::fcntl(pair.server_fd, F_GETFD), -1);
  EXPECT_EQ(second.attached, 0);
  EXPECT_EQ(second.destroyed, 1);
  EXPECT_EQ(rig.metrics.connections_refused.value(), 1u);
  EXPECT_EQ(rig.hub.size(), 1u);
}

TEST(SocketHub, EndsEverySocketExactlyOnce) {
  std::vector<HandlerLog> logs(50);
  TestRig rig;
  std::vector<TestClient*> clients;
  for (HandlerLog& log : logs) clients.push_back(&rig.connect_to(handler_for(log)));
  rig.in_turn([&] { logs[7].socket->abort(CloseReason::internal); });
  rig.hub.abort_all();
  for (std::size_t i = 0; i < logs.size(); ++i)
    expect_ended_once(logs[i], i == 7 ? Code::internal : Code::going_away);
  EXPECT_EQ(rig.metrics.connections_open.value(), 0.0);
  EXPECT_TRUE(rig.run_until([&] {
    return std::ranges::all_of(clients, [](auto* client) { return client->end() == End::kReset; });
  }));
}

TEST(SocketHub, DestroysHandlersWithItself) {
  HandlerLog log;
  {
    TestRig rig;
    rig.connect_to(handler_for(log));
  }
  EXPECT_EQ(log.destroyed, 1);
}

}  // namespace
}  // namespace gp::net
