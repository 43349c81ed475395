#include "net/tls_context.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>

#include <cstring>
#include <new>
#include <type_traits>

#include "net/tls_test_support.h"
#include "protocol/codes.h"

namespace gp::net {
namespace {

class HandClock final : public Clock {
 public:
  MonotonicTime now() const override { return now_; }
  WallTime wall_now() const override { return WallTime{}; }
  void pass(Duration time) { now_ += time; }

 private:
  MonotonicTime now_{std::chrono::hours(1000)};
};

using Options = TlsTestClient::Options;

class TlsContextTest : public testing::Test {
 protected:
  std::unique_ptr<TlsContext> make(const TlsMaterial& material) {
    auto made = TlsContext::create(material, seed_, clock_);
    EXPECT_TRUE(made.has_value()) << (made.has_error() ? made.error().message : "");
    return std::move(made.value());
  }
  /// Shakes hands with a new client; the server's side is in server_.
  std::unique_ptr<TlsTestClient> connect(TlsContext& context, const Options& options = {}) {
    server_ = context.accept();
    auto client = std::make_unique<TlsTestClient>(options);
    for (int flight = 0; flight < 4; ++flight) {
      std::string answer;
      (void)server_->receive(client->take(), buffer_, answer);
      client->give(answer);
    }
    return client;
  }
  std::string error_of(const TlsMaterial& material) {
    auto made = TlsContext::create(material, seed_, clock_);
    EXPECT_TRUE(made.has_error());
    EXPECT_EQ(made.has_error() ? made.error().code : Code::normal, Code::bad_request);
    return made.has_error() ? made.error().message : "";
  }

  HandClock clock_;
  TlsTicketSeed seed_ = TlsTicketSeed::draw(clock_.now());
  TestCertificate own_ = make_test_certificate({"chat.example"});
  std::unique_ptr<TlsFilter> server_;
  std::vector<char> buffer_ = std::vector<char>(64 * 1024);
};

// The seed opens every ticket that was ever sealed: copies of it that were forgotten in memory did.
static_assert(!std::is_copy_constructible_v<TlsTicketSeed>);
TEST(TlsTickets, NeedNoSeedAfterTheirBirthAndLeaveNone) {
  HandClock clock;
  constexpr std::array<unsigned char, 32> kZeros{};
  alignas(TlsTicketSeed) std::array<unsigned char, sizeof(TlsTicketSeed)> place;
  auto* const seed = new (place.data()) TlsTicketSeed(TlsTicketSeed::draw(clock.now()));
  EXPECT_NE(seed->secret(), kZeros);
  TlsTickets tickets(*seed, clock);
  TlsTickets other(*seed, clock);
  const std::ptrdiff_t at = seed->secret().data() - place.data();
  seed->~TlsTicketSeed();
  EXPECT_EQ(std::memcmp(place.data() + at, kZeros.data(), kZeros.size()), 0);
  for (int period = 0; period < 3; ++period) {
    EXPECT_EQ(tickets.sealing().cipher, other.sealing().cipher);
    EXPECT_NE(tickets.sealing().cipher, kZeros);
    clock.pass(TlsTickets::kPeriod);
  }
}

TEST(TlsTickets, OpensNothingThatItDidNotSeal) {
  HandClock clock;
  TlsTickets tickets(TlsTicketSeed::draw(clock.now()), clock);
  const std::array<unsigned char, 16> zeros{};
  EXPECT_EQ(tickets.opening(zeros.data()), nullptr) << "no key of a period before the first";
  EXPECT_EQ(tickets.opening(tickets.sealing().name.data()), &tickets.sealing());
}

TEST_F(TlsContextTest, ShowsTheCertificateOfTheNameThatIsAskedFor) {
  const auto context = make(test_material({own_, make_test_certificate({"a.example", "b.example"}),
                                           make_test_certificate({"*.wild.example"})}));
  const auto shown = [&](const char* name) {
    return connect(*context, {.server_name = name})->server_name();
  };
  EXPECT_EQ(shown(""), "chat.example");
  EXPECT_EQ(shown("chat.example"), "chat.example");
  EXPECT_EQ(shown("A.example"), "a.example");
  EXPECT_EQ(shown("b.example"), "a.example");
  EXPECT_EQ(shown("x.wild.example"), "*.wild.example");
  EXPECT_EQ(shown("x.y.wild.example"), "chat.example");
  EXPECT_EQ(shown("nobody.example"), "chat.example");
}

TEST_F(TlsContextTest, SpeaksTls12AndLaterOnly) {
  const auto context = make(test_material({own_}));
  EXPECT_TRUE(connect(*context, {.max_version = TLS1_2_VERSION})->connected());
  EXPECT_FALSE(connect(*context, {.max_version = TLS1_1_VERSION})->connected());
  EXPECT_EQ(server_->failure(), TlsFailure::kNoAgreement);
  TlsMaterial strict = test_material({own_});
  strict.min_version = TlsVersion::k13;
  const auto only13 = make(strict);
  EXPECT_TRUE(connect(*only13)->connected());
  EXPECT_FALSE(connect(*only13, {.max_version = TLS1_2_VERSION})->connected());
}

TEST_F(TlsContextTest, TakesForwardSecretAeadCiphersOnlyAndChooses) {
  const auto context = make(test_material({own_}));
  for (const char* cipher : {"ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA", "AES128-SHA",
                             "ECDHE-ECDSA-AES128-CCM"}) {
    EXPECT_FALSE(connect(*context, {.max_version = TLS1_2_VERSION, .ciphers = cipher})->connected())
        << cipher;
    EXPECT_EQ(server_->failure(), TlsFailure::kNoAgreement) << cipher;
  }
  const auto client =
      connect(*context, {.max_version = TLS1_2_VERSION,
                         .ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256"});
  ASSERT_TRUE(client->connected());
  EXPECT_STREQ(SSL_get_cipher_name(client->ssl()), "ECDHE-ECDSA-AES128-GCM-SHA256");
}

TEST_F(TlsContextTest, AgreesOnHttp11Alone) {
  const auto context = make(test_material({own_}));
  const auto client = connect(*context, {.alpn = {"h2", "http/1.1"}});
  ASSERT_TRUE(client->connected());
  const unsigned char* protocol = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(client->ssl(), &protocol, &size);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(protocol), size), "http/1.1");
  EXPECT_TRUE(connect(*context)->connected()) << "without ALPN";
  const auto other = connect(*context, {.alpn = {"h2", "spdy/3"}});
  EXPECT_FALSE(other->connected());
  EXPECT_EQ(other->reason(), SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL);
  EXPECT_EQ(server_->failure(), TlsFailure::kNoProtocol);
}

class TlsResumption : public TlsContextTest, public testing::WithParamInterface<int> {};
INSTANTIATE_TEST_SUITE_P(Tls, TlsResumption, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION));

// Cores make their own contexts from one seed; a client may come back to any of them.
TEST_P(TlsResumption, WorksOnEveryCoreUntilTheKeysAreGone) {
  const auto first = make(test_material({own_}));
  const auto second = make(test_material({own_}));
  const auto client = connect(*first, {.max_version = GetParam()});
  ASSERT_TRUE(client->connected());
  EXPECT_FALSE(server_->resumed());
  SSL_SESSION* const session = SSL_get1_session(client->ssl());
  const auto comes_back = [&] {
    const auto again = connect(*second, {.max_version = GetParam(), .session = session});
    EXPECT_TRUE(again->connected());
    again->close();  // or OpenSSL's client takes the session for broken
    return server_->resumed();
  };
  EXPECT_TRUE(comes_back());
  clock_.pass(TlsTickets::kPeriod);
  EXPECT_TRUE(comes_back());
  clock_.pass(TlsTickets::kPeriod);
  EXPECT_FALSE(comes_back());
  SSL_SESSION_free(session);
}

TEST_P(TlsResumption, IsNotForOtherServers) {
  const auto context = make(test_material({own_}));
  const auto client = connect(*context, {.max_version = GetParam()});
  SSL_SESSION* const session = SSL_get1_session(client->ssl());
  const auto stranger =
      TlsContext::create(test_material({own_}), TlsTicketSeed::draw(clock_.now()), clock_);
  const auto again = connect(*stranger.value(), {.max_version = GetParam(), .session = session});
  EXPECT_TRUE(again->connected());
  EXPECT_FALSE(server_->resumed());
  SSL_SESSION_free(session);
}

TEST_F(TlsContextTest, ReplacesCertificatesAndLeavesConnectionsAlone) {
  const auto context = make(test_material({own_}));
  const auto old_client = connect(*context);
  auto old_server = std::move(server_);
  // A handshake that is under way when the certificates change goes on.
  auto half_server = context->accept();
  TlsTestClient half_client;
  ASSERT_TRUE(context->reload(test_material({make_test_certificate({"new.example"})})).has_value());
  for (int flight = 0; flight < 4; ++flight) {
    std::string answer;
    (void)half_server->receive(half_client.take(), buffer_, answer);
    half_client.give(answer);
  }
  EXPECT_TRUE(half_client.connected());
  EXPECT_EQ(connect(*context)->server_name(), "new.example");
  std::string records;
  ASSERT_TRUE(old_server->send("still here", records));
  old_client->give(records);
  EXPECT_EQ(old_client->received(), "still here");
  EXPECT_EQ(old_client->server_name(), "chat.example");
}

TEST_F(TlsContextTest, KeepsTheOldCertificatesWhenNewOnesAreBad) {
  const auto context = make(test_material({own_}));
  TlsMaterial bad = test_material({own_});
  bad.certificates[0].key_pem = make_test_certificate({"x"}).key_pem;
  ASSERT_TRUE(context->reload(bad).has_error());
  EXPECT_EQ(connect(*context)->server_name(), "chat.example");
}

TEST_F(TlsContextTest, SaysWhatIsWrongWithAFile) {
  const auto names = [](const std::string& message, const char* file, const char* problem) {
    EXPECT_NE(message.find(file), std::string::npos) << message;
    EXPECT_NE(message.find(problem), std::string::npos) << message;
  };
  TlsMaterial material = test_material({own_});
  material.certificates[0].certificate_pem = "nothing";
  names(error_of(material), "a.pem", "has no certificate");
  material = test_material({own_});
  material.certificates[0].certificate_pem += "-----BEGIN CERTIFICATE-----\n!\n";
  names(error_of(material), "a.pem", "broken intermediate");
  material = test_material({own_});
  material.certificates[0].key_pem = "";
  names(error_of(material), "a.key", "has no private key");
  material.certificates[0].key_pem = make_test_certificate({"x"}).key_pem;
  names(error_of(material), "a.key", "does not belong to the certificate in a.pem");
  BIO* const bio = BIO_new(BIO_s_mem());
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  char password[] = "secret";
  PEM_write_bio_PrivateKey(bio, key, EVP_aes_128_cbc(), reinterpret_cast<unsigned char*>(password),
                           6, nullptr, nullptr);
  material.certificates[0].key_pem = take_all(bio);
  BIO_free(bio);
  EVP_PKEY_free(key);
  names(error_of(material), "a.key", "encrypted");
}

TEST_F(TlsContextTest, SaysWhenACertificateIsNotOfItsTime) {
  const auto problem = [](const TestCertificate& certificate, Duration shift) {
    return certificate_date_problem(test_material({certificate}).certificates[0],
                                    SystemClock().wall_now() + shift);
  };
  EXPECT_EQ(problem(own_, {}), "");
  EXPECT_EQ(problem(make_test_certificate({"x"}, -60), {}).substr(0, 11), "expired on ");
  EXPECT_EQ(problem(own_, -std::chrono::hours(100)).substr(0, 20), "is not valid before ");
}

}  // namespace
}  // namespace gp::net
