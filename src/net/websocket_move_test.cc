// A WebSocket that goes to another core in the middle of what its peer says: the peer must not be
// able to tell, whatever it says behind the message that made it go.
#include <gtest/gtest.h>

#include <optional>

#include "net/test_rig.h"
#include "net/tls_test_support.h"
#include "net/websocket_session.h"

namespace gp::net {
namespace {

using End = TestClient::End;
using Texts = std::vector<std::string>;

constexpr std::string_view kGo = "go";

std::string masked(Opcode opcode, std::string_view payload) {
  std::string out;
  append_masked_frame(out, opcode, payload, 0x37fa213d);
  return out;
}

std::string text(std::string_view payload) { return masked(Opcode::kText, payload); }

std::string unmasked(Opcode opcode, std::string_view payload) {
  std::string out;
  append_frame(out, opcode, payload);
  return out;
}

struct Heard {
  Texts messages;
  std::vector<Code> closed;
  int destroyed = 0;
};

/// Echoes every message but the one that makes it go.
class Echo final : public WebSocketEndpoint {
 public:
  using Go = UniqueFunction<void(WebSocketSession&)>;
  Echo(Heard& heard, Go go) : heard_(heard), go_(std::move(go)) {}
  ~Echo() override { ++heard_.destroyed; }
  void on_opened(WebSocketSession& session) override { session_ = &session; }
  void on_message(MessageKind kind, std::string_view payload) override {
    heard_.messages.emplace_back(payload);
    if (payload == kGo) return go_(*session_);
    waiting_.emplace_back(kind, payload);
    session_->want_flush();
  }
  SocketHandler::Fill fill(WebSocketWriter& writer) override {
    for (const auto& [kind, payload] : std::exchange(waiting_, {}))
      kind == MessageKind::kText ? writer.text(payload) : writer.binary(payload);
    return SocketHandler::Fill::kDone;
  }
  void on_closed(Code reason) override { heard_.closed.push_back(reason); }

 private:
  Heard& heard_;
  Go go_;
  WebSocketSession* session_ = nullptr;
  std::vector<std::pair<MessageKind, std::string>> waiting_;
};

enum class Way { kStays, kMoves };
enum class Wire { kPlain, kTls };
/// What the peer does right behind its bytes; in the same packet.
enum class Then { kStays, kSaysNoMore, kSpoilsTls };

struct Outcome {
  Texts before;  ///< heard by the endpoint that goes
  Texts after;   ///< heard by the one that comes
  std::vector<Code> closed;
  std::string received;
  std::uint64_t broken_tls = 0;  ///< connections counted as such
  bool operator==(const Outcome&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
  for (const auto& each : outcome.before) out << each << "; ";
  out << "| ";
  for (const auto& each : outcome.after) out << each << "; ";
  for (const Code each : outcome.closed) out << protocol::info(each).name << ' ';
  return out << testing::PrintToString(outcome.received) << ' ' << outcome.broken_tls;
}

/// One connection on two cores. `bytes` are sent at once.
class Scene {
 public:
  Scene(Way way, Wire wire) : way_(way), wire_(wire) {}

  Outcome play(const std::string& bytes, Then then, std::size_t answer_bytes) {
    open();
    send(bytes, then);
    EXPECT_TRUE(run_until([&] {
      if (then == Then::kSpoilsTls) return end() != End::kOpen;
      return then == Then::kSaysNoMore ? came_.destroyed == 1 : received().size() >= answer_bytes;
    }));
    // The peer's part of a close handshake that the server began or ended.
    client_->half_close();
    EXPECT_TRUE(run_until([&] { return came_.destroyed == 1 && went_.destroyed == 1; }));
    EXPECT_EQ(here_.hub.size() + there_.hub.size(), 0u);
    EXPECT_TRUE(went_.closed.empty());
    return {went_.messages, came_.messages, came_.closed, received(),
            broken(here_) + broken(there_)};
  }
  End end() const { return client_->end(); }

 private:
  std::unique_ptr<WebSocketEndpoint> next() {
    return std::make_unique<Echo>(came_, [](WebSocketSession&) {});
  }

  void go(WebSocketSession& session) {
    if (way_ == Way::kStays) return session.set_endpoint(next());
    session.detach_then([this](WebSocketSession::Detached moved) { moved_ = std::move(moved); });
  }

  void open() {
    const TestRig::Pair pair = here_.connect();
    client_ = pair.client;
    DetachedSocket socket(pair.server_fd, {});
    if (wire_ == Wire::kTls) {
      context_ =
          std::move(TlsContext::create(test_material({make_test_certificate({"localhost"})}),
                                       TlsTicketSeed::draw(here_.core.now()), here_.core.clock())
                        .value());
      socket.tls = context_->accept();
      tls_.emplace();
    }
    here_.in_turn([&] {
      here_.hub.adopt(std::move(socket),
                      std::make_unique<WebSocketSession>(
                          limits_, std::make_unique<Echo>(
                                       went_, [this](WebSocketSession& session) { go(session); })));
    });
    EXPECT_TRUE(run_until([&] { return !tls_ || (tls_->connected() && secured()); }));
  }

  static std::uint64_t broken(const TestRig& rig) {
    return rig.metrics.tls_failures_malformed.value();
  }

  bool secured() const { return here_.metrics.tls_handshakes.value() == 1; }

  void send(const std::string& bytes, Then then) {
    if (!tls_) {
      client_->send(bytes);
      if (then == Then::kSaysNoMore) client_->half_close();
      return;
    }
    tls_->write(bytes);
    if (then == Then::kSaysNoMore) tls_->close();
    std::string records = tls_->take();
    if (then == Then::kSpoilsTls) records += "not a record of TLS";
    client_->send(records);
  }

  /// The adopting core takes what was posted to it.
  void adopt() {
    if (!moved_) return;
    auto session = std::make_unique<WebSocketSession>(limits_, next(), std::move(moved_->parser),
                                                      std::move(moved_->compression));
    there_.in_turn([&] { there_.hub.adopt(std::move(moved_->socket), std::move(session)); });
    moved_.reset();
  }

  bool run_until(UniqueFunction<bool()> fact) {
    return here_.run_until([&] {
      adopt();
      there_.core.io().poll();
      client_->pump();
      if (tls_) {
        tls_->give(client_->received());
        client_->forget_received();
        const std::string records = tls_->take();
        if (!records.empty()) client_->try_send(records);
      }
      return fact();
    });
  }

  std::string received() const { return tls_ ? tls_->received() : client_->received(); }

  const Way way_;
  const Wire wire_;
  WebSocketLimits limits_;
  std::unique_ptr<TlsContext> context_;
  Heard went_;
  Heard came_;
  std::optional<WebSocketSession::Detached> moved_;
  TestRig here_;
  TestRig there_;
  TestClient* client_ = nullptr;
  std::optional<TlsTestClient> tls_;
};

/// The outcome when it moves; checks that it is the one of staying, and that over TLS as much is
/// heard. (What a peer is sent that said goodbye at once differs: its TLS is over.)
Outcome outcome_of(const std::string& bytes, Then then, std::size_t answer_bytes = 0) {
  const auto play = [&](Way way, Wire wire) {
    return Scene(way, wire).play(bytes, then, answer_bytes);
  };
  const Outcome moves = play(Way::kMoves, Wire::kPlain);
  const Outcome secured = play(Way::kMoves, Wire::kTls);
  EXPECT_EQ(moves, play(Way::kStays, Wire::kPlain));
  EXPECT_EQ(secured, play(Way::kStays, Wire::kTls));
  EXPECT_EQ(secured.after, moves.after);
  EXPECT_EQ(secured.closed, moves.closed);
  return moves;
}

TEST(WebSocketMove, KeepsEveryKindOfFrameInOrder) {
  const std::string answer = unmasked(Opcode::kPong, "p") + unmasked(Opcode::kText, "one") +
                             unmasked(Opcode::kBinary, "two") + unmasked(Opcode::kText, "three");
  const Outcome outcome = outcome_of(text(kGo) + text("one") + masked(Opcode::kBinary, "two") +
                                         masked(Opcode::kPing, "p") + text("three"),
                                     Then::kStays, answer.size());
  EXPECT_EQ(outcome.before, Texts{std::string(kGo)});
  EXPECT_EQ(outcome.after, (Texts{"one", "two", "three"}));
  EXPECT_EQ(outcome.received, answer);
}

// The end of the connection overtook the messages before it: over TLS, where the old core had read
// it, they were dropped.
TEST(WebSocketMove, HearsMessagesBeforeTheEndOfTheConnection) {
  const Outcome outcome = outcome_of(
      text(kGo) + text("one") + text("two") + text("cut").substr(0, 4), Then::kSaysNoMore);
  EXPECT_EQ(outcome.after, (Texts{"one", "two"}));
  EXPECT_EQ(outcome.closed, std::vector<Code>{Code::going_away});
}

// A close frame behind the message called the move off, and with it went the messages between.
TEST(WebSocketMove, HearsMessagesBeforeACloseFrame) {
  const std::string goodbye = close_payload(static_cast<CloseStatus>(4000), "bye");
  const std::string answer =
      unmasked(Opcode::kClose, close_payload(static_cast<CloseStatus>(4000), {}));
  for (const Then then : {Then::kStays, Then::kSaysNoMore}) {
    const Outcome outcome =
        outcome_of(text(kGo) + text("one") + masked(Opcode::kClose, goodbye) + text("ignored"),
                   then, answer.size());
    EXPECT_EQ(outcome.after, Texts{"one"});
    EXPECT_EQ(outcome.closed, std::vector<Code>{Code::normal});
    EXPECT_EQ(outcome.received, answer);
  }
}

// Alike a violation: the old core closed for it.
TEST(WebSocketMove, HearsMessagesBeforeAViolation) {
  const std::string violation = unmasked(Opcode::kText, "not masked");
  const Outcome outcome = outcome_of(text(kGo) + text("one") + violation, Then::kStays, 4);
  EXPECT_EQ(outcome.after, Texts{"one"});
  EXPECT_EQ(outcome.closed, std::vector<Code>{Code::protocol_error});
  EXPECT_TRUE(outcome.received.find("must mask") != std::string::npos) << outcome;
}

// It was reset, which may cost the peer the alert, and not counted.
TEST(WebSocketMove, EndsABrokenTlsConnectionAsIfItHadStayed) {
  const std::string bytes = text(kGo) + text("one");
  const auto play = [&](Way way) {
    Scene scene(way, Wire::kTls);
    Outcome outcome = scene.play(bytes, Then::kSpoilsTls, 0);
    EXPECT_EQ(scene.end(), End::kClosed);
    return outcome;
  };
  const Outcome moves = play(Way::kMoves);
  EXPECT_EQ(moves, play(Way::kStays));
  EXPECT_EQ(moves.after, Texts{"one"});
  EXPECT_EQ(moves.broken_tls, 1u);
}

TEST(WebSocketMove, GoesOnInsideAFrameThatWasCut) {
  Heard went;
  Heard came;
  std::optional<WebSocketSession::Detached> moved;
  WebSocketLimits limits;
  TestRig here;
  TestRig there;
  TestClient& client = here.connect_to(std::make_unique<WebSocketSession>(
      limits, std::make_unique<Echo>(went, [&](auto& session) {
        session.detach_then(
            [&](WebSocketSession::Detached detached) { moved = std::move(detached); });
      })));
  const std::string cut = text("cut in two");
  client.send(text(kGo) + cut.substr(0, 9));
  ASSERT_TRUE(here.run_until([&] { return moved.has_value(); }));
  EXPECT_EQ(here.hub.size(), 0u);
  client.send(cut.substr(9));
  there.in_turn([&] {
    there.hub.adopt(std::move(moved->socket),
                    std::make_unique<WebSocketSession>(
                        limits, std::make_unique<Echo>(came, [](auto&) {}),
                        std::move(moved->parser), std::move(moved->compression)));
  });
  ASSERT_TRUE(there.run_until([&] { return came.messages == Texts{"cut in two"}; }));
}

}  // namespace
}  // namespace gp::net
