#include "net/tls_filter.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "net/tls_test_support.h"

namespace gp::net {
namespace {

TlsContext& context() {
  static const SystemClock clock;
  static const std::unique_ptr<TlsContext> made =
      std::move(TlsContext::create(test_material({make_test_certificate({"localhost"})}),
                                   TlsTicketSeed::draw(clock.now()), clock)
                    .value());
  return *made;
}

constexpr std::size_t kPieceMax = 64 * 1024;

/// A client, a filter, and the wire between them in memory.
class Wire {
 public:
  explicit Wire(const TlsTestClient::Options& options = {}) : client(options) {}

  /// What the client has to say goes to the server in pieces of `piece` bytes.
  void to_server(std::size_t piece = kPieceMax) { feed(client.take(), piece); }
  void feed(std::string_view records, std::size_t piece = kPieceMax) {
    while (!records.empty()) {
      const std::string_view now = records.substr(0, piece);
      records.remove_prefix(now.size());
      const auto got = server->receive(now, buffer_, to_client);
      plain.append(buffer_.data(), got.plain);
      secured += got.secured ? 1 : 0;
      closed += got.closed ? 1 : 0;
      failed += got.failed ? 1 : 0;
    }
  }
  void deliver(std::size_t piece = kPieceMax) {
    std::string_view bytes = to_client;
    while (!bytes.empty()) {
      client.give(bytes.substr(0, piece));
      bytes.remove_prefix(std::min(piece, bytes.size()));
    }
    to_client.clear();
  }
  void shake_hands(std::size_t piece = kPieceMax) {
    for (int flight = 0; flight < 4; ++flight) {
      to_server(piece);
      deliver(piece);
    }
  }

  std::unique_ptr<TlsFilter> server = context().accept();
  TlsTestClient client;
  std::string to_client;
  std::string plain;
  int secured = 0;
  int closed = 0;
  int failed = 0;

 private:
  std::vector<char> buffer_ = std::vector<char>(kPieceMax + TlsFilter::kRecordBytesMax);
};

class TlsVersions : public testing::TestWithParam<int> {
 protected:
  TlsTestClient::Options options() const { return {.max_version = GetParam()}; }
};
INSTANTIATE_TEST_SUITE_P(Tls, TlsVersions, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION));

TEST_P(TlsVersions, CarriesBytesBothWays) {
  Wire wire(options());
  wire.shake_hands();
  ASSERT_TRUE(wire.client.connected());
  EXPECT_EQ(wire.secured, 1);
  EXPECT_EQ(SSL_version(wire.client.ssl()), GetParam());
  wire.client.write("to the server");
  wire.to_server();
  EXPECT_EQ(wire.plain, "to the server");
  ASSERT_TRUE(wire.server->send("to the client", wire.to_client));
  wire.deliver();
  EXPECT_EQ(wire.client.received(), "to the client");
}

TEST_P(TlsVersions, TakesAHandshakeSplitAnywhere) {
  for (const std::size_t piece : std::initializer_list<std::size_t>{1, 2, 3, 5, 7, 64, 517}) {
    Wire wire(options());
    wire.shake_hands(piece);
    ASSERT_TRUE(wire.client.connected()) << piece;
    wire.client.write(std::string(20'000, 'p'));
    wire.to_server(piece);
    EXPECT_EQ(wire.plain, std::string(20'000, 'p')) << piece;
    EXPECT_EQ(wire.secured, 1);
    EXPECT_EQ(wire.failed, 0);
  }
}

// One cut at every byte of everything the client sends: hello, finish, request.
TEST_P(TlsVersions, TakesEveryCutOfTheFirstFlight) {
  const std::size_t hello = Wire(options()).client.take().size();
  ASSERT_GT(hello, 100u);
  for (std::size_t cut = 1; cut < hello; ++cut) {
    Wire wire(options());
    const std::string flight = wire.client.take();
    wire.feed(std::string_view(flight).substr(0, cut));
    EXPECT_EQ(wire.to_client, "") << "nothing is said to half a hello";
    wire.feed(std::string_view(flight).substr(cut));
    EXPECT_NE(wire.to_client, "");
    if (cut % 16 != 0) continue;
    wire.deliver();
    wire.shake_hands();
    ASSERT_TRUE(wire.client.connected()) << cut;
  }
}

void update_keys(Wire& wire) {
  ASSERT_EQ(SSL_key_update(wire.client.ssl(), SSL_KEY_UPDATE_REQUESTED), 1);
  ASSERT_EQ(SSL_do_handshake(wire.client.ssl()), 1);
}

TEST(TlsKeyUpdates, AFewAreFineAndDataEarnsMore) {
  Wire wire;
  wire.shake_hands();
  for (std::uint32_t i = 0; i < TlsFilter::kKeyUpdatesFree; ++i) update_keys(wire);
  wire.client.write("still here");
  wire.to_server();
  ASSERT_TRUE(wire.server->send("and answered", wire.to_client));
  wire.deliver();
  EXPECT_EQ(wire.plain, "still here");
  EXPECT_EQ(wire.client.received(), "and answered");
  wire.client.write(std::string(2 << 20, 'd'));
  wire.to_server();
  update_keys(wire);
  update_keys(wire);
  wire.client.write("!");
  wire.to_server();
  EXPECT_EQ(wire.failed, 0);
  EXPECT_TRUE(wire.plain.ends_with("d!"));
}

TEST(TlsKeyUpdates, AFloodEndsTheConnectionBeforeItIsAnswered) {
  Wire wire;
  wire.shake_hands();
  for (int i = 0; i < 1'000; ++i) update_keys(wire);
  wire.to_server();
  EXPECT_EQ(wire.failed, 1);
  EXPECT_EQ(wire.server->failure(), TlsFailure::kMalformed);
  EXPECT_STREQ(wire.server->reason(), "more key updates than data");
  EXPECT_LT(wire.to_client.size(), 4'000u);
}

// A flood of changed bytes: each handshake ends in success or in one failure, and says nothing
// after.
TEST_P(TlsVersions, EndsOnceWhateverIsChangedInTheHello) {
  const std::size_t hello = Wire(options()).client.take().size();
  int failures = 0;
  for (std::size_t at = 0; at < hello; ++at) {
    Wire wire(options());
    std::string flight = wire.client.take();
    flight[at] = static_cast<char>(flight[at] ^ 0xff);
    wire.feed(flight);
    wire.feed(flight);
    EXPECT_LE(wire.failed, 1) << at;
    if (wire.failed == 0) continue;
    ++failures;
    EXPECT_FALSE(wire.server->can_send());
    EXPECT_NE(wire.server->failure(), TlsFailure::kNone) << at;
    std::string more;
    EXPECT_FALSE(wire.server->send("x", more));
    wire.server->close(more);
    EXPECT_EQ(more, "") << at;
  }
  EXPECT_GT(failures, 50);
}

TEST_P(TlsVersions, RefusesRecordsThatWereChangedOnTheWay) {
  Wire wire(options());
  wire.shake_hands();
  wire.client.write("first");
  wire.client.write("second");
  std::string records = wire.client.take();
  records.back() = static_cast<char>(records.back() ^ 1);
  wire.to_client.clear();
  wire.feed(records);
  EXPECT_EQ(wire.plain, "first") << "what was right before stays";
  EXPECT_EQ(wire.failed, 1);
  EXPECT_EQ(wire.server->failure(), TlsFailure::kMalformed);
  EXPECT_FALSE(wire.to_client.empty()) << "an alert";
  wire.deliver();
  EXPECT_TRUE(wire.client.failed());
}

TEST_P(TlsVersions, KeepsAnIncompleteRecordForLater) {
  Wire wire(options());
  wire.shake_hands();
  wire.client.write("whole");
  const std::string record = wire.client.take();
  wire.feed(std::string_view(record).substr(0, record.size() - 1));
  EXPECT_EQ(wire.plain, "");
  wire.feed(std::string_view(record).substr(record.size() - 1));
  EXPECT_EQ(wire.plain, "whole");
}

TEST_P(TlsVersions, HearsAndSaysGoodbye) {
  Wire wire(options());
  wire.shake_hands();
  wire.client.write("last words");
  wire.client.close();
  wire.to_server();
  EXPECT_EQ(wire.plain, "last words");
  EXPECT_EQ(wire.closed, 1);
  EXPECT_TRUE(wire.server->can_send()) << "the other direction is still open";
  wire.feed("nobody reads this");
  EXPECT_EQ(wire.failed, 0);
  ASSERT_TRUE(wire.server->send("an answer", wire.to_client));
  wire.server->close(wire.to_client);
  EXPECT_FALSE(wire.server->can_send());
  const std::size_t said = wire.to_client.size();
  wire.server->close(wire.to_client);
  EXPECT_EQ(wire.to_client.size(), said) << "goodbye is said once";
  wire.deliver();
  EXPECT_TRUE(wire.client.heard_close());
}

TEST_P(TlsVersions, CutsLongWritesIntoRecords) {
  Wire wire(options());
  wire.shake_hands();
  const std::string megabyte(1 << 20, 'm');
  ASSERT_TRUE(wire.server->send(megabyte, wire.to_client));
  EXPECT_LT(wire.to_client.size(), megabyte.size() + megabyte.size() / 100);
  wire.deliver(1000);
  EXPECT_TRUE(wire.client.received() == megabyte);
}

TEST(TlsFilter, RefusesRenegotiation) {
  Wire wire({.max_version = TLS1_2_VERSION});
  wire.shake_hands();
  ASSERT_EQ(SSL_renegotiate(wire.client.ssl()), 1);
  (void)SSL_do_handshake(wire.client.ssl());
  wire.to_server();
  EXPECT_EQ(wire.secured, 1) << "no second handshake";
  wire.deliver();
  EXPECT_TRUE(wire.client.failed());
  EXPECT_EQ(wire.client.reason(), SSL_R_NO_RENEGOTIATION);
}

TEST(TlsFilter, KnowsPlainHttpByItsFirstByte) {
  for (const char* request : {"GET / HTTP/1.1\r\n\r\n", "P", "OPTIONS *"}) {
    Wire wire;
    wire.feed(request);
    EXPECT_EQ(wire.failed, 1);
    EXPECT_EQ(wire.server->failure(), TlsFailure::kPlainHttp);
    EXPECT_EQ(wire.to_client, "");
  }
}

TEST(TlsFilter, RefusesGarbage) {
  std::string noise;
  for (int i = 0; i < 4096; ++i) noise.push_back(static_cast<char>(i * 131 + 7));
  for (const std::string& bytes :
       {std::string("\x16\x03\x01\xff\xff", 5) + noise, std::string(64, '\0'), noise,
        std::string("\x80\x2e\x01\x00\x02", 5) + noise, std::string(8192, '\xff')}) {
    Wire wire;
    wire.feed(bytes);
    EXPECT_EQ(wire.failed, 1);
    EXPECT_EQ(wire.server->failure() == TlsFailure::kMalformed ||
                  wire.server->failure() == TlsFailure::kNoAgreement,
              true);
  }
}

TEST(TlsFilter, ChangesKeysWhenAsked) {
  Wire wire;
  wire.shake_hands();
  for (int round = 0; round < 20; ++round) {
    ASSERT_EQ(SSL_key_update(wire.client.ssl(), SSL_KEY_UPDATE_REQUESTED), 1);
    wire.client.write("x");
    wire.to_server();
    ASSERT_TRUE(wire.server->send("y", wire.to_client));
    wire.deliver();
  }
  EXPECT_EQ(wire.plain, std::string(20, 'x'));
  EXPECT_EQ(wire.client.received(), std::string(20, 'y'));
  EXPECT_EQ(wire.failed, 0);
}

}  // namespace
}  // namespace gp::net
