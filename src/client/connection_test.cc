// TcpStream, HttpClient, WebSocketClient and Session against a peer on loopback that plays one
// scene on one connection.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <thread>

#include "client/demo_session.h"
#include "client/http_client.h"
#include "client/session.h"
#include "net/http_parser.h"
#include "net/websocket_handshake.h"

namespace gp::client {
namespace {

Deadline soon() { return Deadline::in(std::chrono::seconds(20)); }

/// The peer's end of the one connection.
class Peer {
 public:
  explicit Peer(int descriptor) : descriptor_(descriptor) {}
  ~Peer() { ::close(descriptor_); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  std::string read_some() const {
    std::array<char, 4096> buffer;
    const ssize_t size = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
    return size <= 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(size));
  }
  net::HttpRequest read_request() const {
    net::HttpRequestParser parser{net::HttpLimits{}};
    for (;;) {
      const std::string bytes = read_some();
      const auto progress = parser.feed(bytes);
      if (bytes.empty() || !progress || progress.value().state == net::ParseState::kComplete) break;
    }
    return parser.take_request();
  }
  /// Accepts the upgrade; `first` goes into the same write.
  net::HttpRequest accept_websocket(std::string_view first = {}) const {
    net::HttpRequest request = read_request();
    const auto upgrade = net::check_upgrade(request);
    if (upgrade)
      write(net::switching_protocols_response(upgrade.value().key, "goldenpath.v1") +
            std::string(first));
    return request;
  }
  void write_text(std::string_view text) const { write(frame(net::Opcode::kText, text)); }
  static std::string frame(net::Opcode opcode, std::string_view payload) {
    std::string bytes;
    net::append_frame(bytes, opcode, payload);
    return bytes;
  }
  /// Until the client ends the connection.
  std::string read_all() const {
    std::string all;
    for (std::string some = read_some(); !some.empty(); some = read_some()) all += some;
    return all;
  }

 private:
  int descriptor_;
};

/// Listens on a free port of 127.0.0.1 and plays `scene` with the first connection.
class LoopbackServer {
 public:
  explicit LoopbackServer(std::function<void(const Peer&)> scene) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(::listen(listener_, 1), 0);
    socklen_t size = sizeof(address);
    EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    url_ = Url{"127.0.0.1", ntohs(address.sin_port), {}};
    thread_ = std::thread([this, scene = std::move(scene)] {
      const int accepted = ::accept(listener_, nullptr, nullptr);
      if (accepted >= 0) scene(Peer(accepted));
    });
  }
  ~LoopbackServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  const Url& url() const { return url_; }

 private:
  int listener_;
  Url url_;
  std::thread thread_;
};

/// All frames a client sent, unmasked.
struct SentFrames final : net::WebSocketSink {
  explicit SentFrames(std::string bytes) {
    net::WebSocketParser parser({net::WebSocketRole::kServer, 1024});
    EXPECT_FALSE(parser.consume(bytes.data(), bytes.size(), *this).has_value());
  }
  net::Next on_message(net::MessageKind kind, std::string_view payload) override {
    told += (kind == net::MessageKind::kText ? "text:" : "binary:") + std::string(payload) + ";";
    return net::Next::kGoOn;
  }
  net::Next on_ping(std::string_view payload) override {
    told += "ping:" + std::string(payload) + ";";
    return net::Next::kGoOn;
  }
  net::Next on_pong(std::string_view payload) override {
    told += "pong:" + std::string(payload) + ";";
    return net::Next::kGoOn;
  }
  void on_close(net::CloseStatus status, std::string_view reason) override {
    told += "close:" + std::to_string(static_cast<int>(status)) + std::string(reason) + ";";
  }
  std::string told;
};

TEST(HttpClient, SendsTokenAndBodyAndReadsAChunkedAnswer) {
  net::HttpRequest seen;
  std::string body;
  {
    const LoopbackServer server([&](const Peer& peer) {
      seen = peer.read_request();
      peer.write("HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
      peer.write("2\r\nde\r\n0\r\n\r\n");
    });
    const auto response = HttpClient(server.url()).send({"POST", "/v1/x?y=1", "tok", "{}"}, soon());
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response.value().status, 201);
    body = response.value().body;
  }
  EXPECT_EQ(body, "abcde");
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.target, "/v1/x?y=1");
  EXPECT_EQ(seen.header("Authorization"), "Bearer tok");
  EXPECT_EQ(seen.body, "{}");
}

TEST(HttpClient, StopsAStreamWhenTold) {
  const LoopbackServer server([](const Peer& peer) {
    peer.read_request();
    peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
    peer.read_all();
  });
  std::string got;
  const auto response =
      HttpClient(server.url()).stream({"GET", "/e", {}, {}}, soon(), [&](std::string_view piece) {
        got += piece;
        return HttpClient::Flow::kStop;
      });
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(got, "first");
}

TEST(HttpClient, SaysThatAnAnswerWasCutOff) {
  const LoopbackServer server([](const Peer& peer) {
    peer.read_request();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
  });
  const auto response = HttpClient(server.url()).send({"GET", "/x", {}, {}}, soon());
  ASSERT_FALSE(response);
  EXPECT_NE(response.error().message.find("GET /x"), std::string::npos);
}

TEST(HttpClient, GivesUpAtTheDeadline) {
  const LoopbackServer server([](const Peer& peer) { peer.read_all(); });
  const auto response =
      HttpClient(server.url())
          .send({"GET", "/x", {}, {}}, Deadline::in(std::chrono::milliseconds(50)));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::request_timeout);
}

TEST(TcpStream, NamesTheAddressItCannotReach) {
  Url url{"127.0.0.1", 1, {}};
  {
    const LoopbackServer closed([](const Peer&) {});
    url = closed.url();
  }
  const auto stream = TcpStream::connect(url, soon());
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().code, Code::going_away);
  EXPECT_NE(stream.error().message.find(url.authority()), std::string::npos);
}

TEST(DemoSession, SaysWhatToDoWhenThereIsNoDemo) {
  const LoopbackServer server([](const Peer& peer) {
    peer.read_request();
    peer.write("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  });
  const auto session = demo_session(HttpClient(server.url()), "a", soon());
  ASSERT_FALSE(session);
  EXPECT_NE(session.error().message.find("--token"), std::string::npos);
}

TEST(WebSocketClient, TakesAFrameThatCameWithTheHandshake) {
  const LoopbackServer server([](const Peer& peer) {
    peer.accept_websocket(Peer::frame(net::Opcode::kText, "at once"));
    peer.read_all();
  });
  SystemRandom random;
  auto socket = WebSocketClient::connect(server.url(), {}, random, soon());
  ASSERT_TRUE(socket) << socket.error().message;
  EXPECT_EQ(socket.value().subprotocol(), "goldenpath.v1");
  EXPECT_EQ(socket.value().receive(soon()).text, "at once");
  EXPECT_EQ(socket.value().receive(Deadline::now()).kind, Incoming::Kind::kTimeout);
}

TEST(WebSocketClient, AnswersPingsAndClosesAndMasksWhatItSends) {
  std::string bytes;
  {
    const LoopbackServer server([&](const Peer& peer) {
      peer.accept_websocket();
      // Only when both messages have come: a client that has read a close sends nothing more.
      constexpr std::size_t kBoth = 2 * (2 + 4) + 5 + 3;
      while (bytes.size() < kBoth) {
        const std::string more = peer.read_some();
        if (more.empty()) break;
        bytes += more;
      }
      peer.write(
          Peer::frame(net::Opcode::kPing, "p") +
          Peer::frame(net::Opcode::kClose, net::close_payload(net::CloseStatus(4401), "no")));
      bytes += peer.read_all();
    });
    SystemRandom random;
    auto socket = WebSocketClient::connect(server.url(), {}, random, soon());
    ASSERT_TRUE(socket) << socket.error().message;
    ASSERT_TRUE(socket.value().send_text("hello", soon()));
    ASSERT_TRUE(socket.value().send_binary("bin", soon()));
    const Incoming closed = socket.value().receive(soon());
    EXPECT_EQ(closed.kind, Incoming::Kind::kClosed);
    EXPECT_EQ(closed.close_code, 4401);
    EXPECT_EQ(closed.cause, "no");
    EXPECT_EQ(socket.value().receive(soon()).close_code, 4401);
  }
  EXPECT_EQ(SentFrames(bytes).told, "text:hello;binary:bin;pong:p;close:1000;");
}

TEST(WebSocketClient, TellsAnEndWithoutACloseFrame) {
  const LoopbackServer server([](const Peer& peer) { peer.accept_websocket(); });
  SystemRandom random;
  auto socket = WebSocketClient::connect(server.url(), {}, random, soon());
  ASSERT_TRUE(socket) << socket.error().message;
  const Incoming closed = socket.value().receive(soon());
  EXPECT_EQ(closed.kind, Incoming::Kind::kClosed);
  EXPECT_EQ(closed.close_code, 1006);
}

TEST(WebSocketClient, ClosesAPeerThatBreaksTheProtocol) {
  std::string bytes;
  {
    const LoopbackServer server([&](const Peer& peer) {
      peer.accept_websocket();
      peer.write("\xff\xff");
      bytes = peer.read_all();
    });
    SystemRandom random;
    auto socket = WebSocketClient::connect(server.url(), {}, random, soon());
    ASSERT_TRUE(socket) << socket.error().message;
    EXPECT_EQ(socket.value().receive(soon()).close_code, 1002);
  }
  EXPECT_EQ(SentFrames(bytes).told.substr(0, 10), "close:1002");
}

TEST(WebSocketClient, QuotesARefusal) {
  net::HttpRequest seen;
  {
    const LoopbackServer server([&](const Peer& peer) {
      seen = peer.read_request();
      peer.write("HTTP/1.1 401 Unauthorized\r\nContent-Length: 4\r\n\r\nwhy?");
    });
    SystemRandom random;
    const auto socket = WebSocketClient::connect(
        server.url(), {.token = "a.b.c", .token_by = TokenBy::kSubprotocol}, random, soon());
    ASSERT_FALSE(socket);
    EXPECT_EQ(socket.error().code, Code::unauthenticated);
    EXPECT_NE(socket.error().message.find("401 Unauthorized: why?"), std::string::npos);
  }
  EXPECT_EQ(net::list_elements(seen.headers, "Sec-WebSocket-Protocol").at(1), "jwt.YS5iLmM");
  EXPECT_FALSE(seen.header("Authorization").has_value());
}

constexpr std::string_view kWelcome = R"({"type":"welcome","connection_id":"con_1","user_id":"u"})";

TEST(Session, LeavesWhatCameBeforeTheAckOfSubscribeToTheOldSubscription) {
  constexpr std::string_view kEvent =
      R"({"type":"thread_updated","seq":1,"event_id":"e","thread_id":"t","payload":{"title":"x"}})";
  const LoopbackServer server([&](const Peer& peer) {
    peer.accept_websocket(Peer::frame(net::Opcode::kText, kWelcome));
    peer.read_some();
    peer.write_text(kEvent);
    peer.write_text(R"({"type":"ack","id":"c1","thread_id":"t","epoch":"E","seq":1})");
    peer.write_text(kEvent);
    peer.write_text(R"({"type":"caught_up","thread_id":"t","epoch":"E","seq":1})");
    peer.read_all();
  });
  SystemRandom random;
  auto session = Session::open(server.url(), {}, random, soon());
  ASSERT_TRUE(session) << session.error().message;
  ThreadReader reader("t", 0, ThreadReader::Keep::kEvents);
  const Result<> subscribed = session.value().subscribe(reader, "c1", soon());
  ASSERT_TRUE(subscribed) << subscribed.error().message;
  EXPECT_EQ(reader.resume_item(), "t:1:E");
  EXPECT_EQ(reader.events().size(), 1u);
  EXPECT_EQ(session.value().events(), 2u);
}

TEST(Session, SaysWhatWasExpectedAndWhatCame) {
  const LoopbackServer server([](const Peer& peer) {
    peer.accept_websocket(Peer::frame(net::Opcode::kText, kWelcome));
    peer.read_some();
    peer.write_text(R"({"type":"pong"})");
    peer.read_some();
    peer.write(
        Peer::frame(net::Opcode::kClose, net::close_payload(net::CloseStatus(4409), "replaced")));
  });
  SystemRandom random;
  auto session = Session::open(server.url(), {}, random, soon());
  ASSERT_TRUE(session) << session.error().message;
  ASSERT_TRUE(session.value().send(R"({"type":"ping"})", soon()));
  ASSERT_TRUE(session.value().next(soon()).value().has_value());
  const auto missing =
      session.value().await([](const Frame&) { return true; }, Deadline::now(), "an ack");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::request_timeout);
  EXPECT_EQ(missing.error().message,
            "expected an ack, which did not come in time; the last frame was pong");
  ASSERT_TRUE(session.value().send("{}", soon()));
  const auto closed = session.value().next(soon());
  ASSERT_FALSE(closed);
  EXPECT_EQ(closed.error().code, Code::replaced);
}

TEST(Session, RefusesAFirstFrameThatIsNoWelcome) {
  const LoopbackServer server([](const Peer& peer) {
    peer.accept_websocket(Peer::frame(net::Opcode::kText, R"({"type":"pong"})"));
    peer.read_all();
  });
  SystemRandom random;
  const auto session = Session::open(server.url(), {}, random, soon());
  ASSERT_FALSE(session);
  EXPECT_EQ(session.error().code, Code::protocol_error);
}

}  // namespace
}  // namespace gp::client
