#include "net/tls_client.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>

#include "net/tls_test_support.h"

namespace gp::net {
namespace {

/// A file that goes with the test.
class TestFile {
 public:
  explicit TestFile(const std::string& text)
      : path_(testing::TempDir() + "tls_client_test_" + std::to_string(::getpid()) + "_" +
              testing::UnitTest::GetInstance()->current_test_info()->name() + ".pem") {
    std::ofstream(path_) << text;
  }
  ~TestFile() { std::remove(path_.c_str()); }
  TestFile(const TestFile&) = delete;
  TestFile& operator=(const TestFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// A client and the server's filter, their bytes carried by hand.
class TlsClientTest : public testing::Test {
 protected:
  void serve(const std::vector<TestCertificate>& certificates) {
    context_ = std::move(
        TlsContext::create(test_material(certificates), TlsTicketSeed::draw(clock_.now()), clock_)
            .value());
    filter_ = context_->accept();
  }

  Result<> connect(const std::string& host, const std::string& ca_file) {
    GP_TRY(client_, TlsClient::create({host, host + ":8443", ca_file}));
    for (int flights = 0; flights < 10; ++flights) {
      auto secured = client_->shake_hands();
      carry();
      if (!secured) return Error(secured.error());
      if (secured.value()) return ok();
    }
    return fail(Code::internal, "a handshake without an end");
  }

  std::string why(const Result<>& result) {
    EXPECT_FALSE(result.has_value());
    return result.has_value() ? std::string() : result.error().message;
  }

  /// Both ways; what the server hears is in heard_.
  void carry() {
    const std::string records = client_->take();
    std::vector<char> plain(records.size() + TlsFilter::kRecordBytesMax);
    std::string back;
    server_ = filter_->receive(records, plain, back);
    heard_.append(plain.data(), server_.plain);
    client_->give(back);
  }

  std::string read_all() {
    std::string all;
    std::array<char, 100> buffer;
    for (;;) {
      const auto got = client_->read(buffer);
      EXPECT_TRUE(got.has_value());
      if (!got || got.value().size == 0) return all;
      all.append(buffer.data(), got.value().size);
    }
  }

  SystemClock clock_;
  std::unique_ptr<TlsContext> context_;
  std::unique_ptr<TlsFilter> filter_;
  std::unique_ptr<TlsClient> client_;
  TlsFilter::Received server_;
  std::string heard_;
};

TEST_F(TlsClientTest, TrustsTheCaThatIsNamedAndCarriesBytesBothWays) {
  const TestCertificate certificate = make_test_certificate({"localhost"});
  const TestFile ca(certificate.certificate_pem);
  serve({certificate});
  const auto connected = connect("localhost", ca.path());
  ASSERT_TRUE(connected) << connected.error().message;
  const std::string much(100'000, 'm');
  ASSERT_TRUE(client_->write(much));
  carry();
  EXPECT_TRUE(heard_ == much);
  std::string records;
  ASSERT_TRUE(filter_->send(much, records));
  client_->give(records);
  EXPECT_TRUE(read_all() == much);
}

TEST_F(TlsClientTest, TellsAGoodbyeFromSilence) {
  const TestCertificate certificate = make_test_certificate({"localhost"});
  const TestFile ca(certificate.certificate_pem);
  serve({certificate});
  ASSERT_TRUE(connect("localhost", ca.path()));
  carry();
  std::array<char, 10> buffer;
  auto got = client_->read(buffer);
  ASSERT_TRUE(got);
  EXPECT_EQ(got.value().size, 0u);
  EXPECT_FALSE(got.value().closed);
  std::string records;
  filter_->close(records);
  client_->give(records);
  got = client_->read(buffer);
  ASSERT_TRUE(got);
  EXPECT_TRUE(got.value().closed);
  client_->close();
  carry();
  EXPECT_TRUE(server_.closed);
}

TEST_F(TlsClientTest, RefusesWhomTheSystemDoesNotKnow) {
  serve({make_test_certificate({"localhost"})});
  const std::string message = why(connect("localhost", ""));
  EXPECT_NE(message.find("localhost:8443 is not trusted"), std::string::npos) << message;
  EXPECT_NE(message.find("--ca"), std::string::npos) << message;
  EXPECT_TRUE(server_.failed) << "the server is told by an alert";
}

TEST_F(TlsClientTest, RefusesWhomTheNamedCaDidNotSign) {
  const TestFile other(make_test_certificate({"localhost"}).certificate_pem);
  serve({make_test_certificate({"localhost"})});
  const std::string message = why(connect("localhost", other.path()));
  EXPECT_NE(message.find(other.path()), std::string::npos) << message;
}

TEST_F(TlsClientTest, RefusesACertificateForAnotherName) {
  const TestCertificate certificate = make_test_certificate({"other.example", "*.wild.example"});
  const TestFile ca(certificate.certificate_pem);
  for (const char* host : {"localhost", "127.0.0.1", "a.b.wild.example", "wild.example"}) {
    serve({certificate});
    const std::string message = why(connect(host, ca.path()));
    EXPECT_NE(message.find(std::string("is not for ") + host), std::string::npos) << message;
  }
  for (const char* host : {"other.example", "a.wild.example"}) {
    serve({certificate});
    EXPECT_TRUE(connect(host, ca.path())) << host;
  }
}

// Resolvers take the root's dot and an address' interface; names and certificates have neither.
TEST_F(TlsClientTest, AsksForTheHostAsCertificatesWriteIt) {
  const TestCertificate named = make_test_certificate({"localhost"});
  const TestCertificate address = make_test_certificate({"x", "IP:fe80::1", "IP:127.0.0.1"});
  const TestFile ca(named.certificate_pem + address.certificate_pem);
  for (const char* host : {"localhost", "localhost.", "fe80::1", "fe80::1%eth0", "127.0.0.1"}) {
    serve({address, named});  // named: only to who asks for it
    const auto connected = connect(host, ca.path());
    EXPECT_TRUE(connected) << connected.error().message;
  }
  for (const char* host : {"localhost..", "fe80::2%eth0"}) {
    serve({address, named});
    EXPECT_NE(why(connect(host, ca.path())).find("is not for"), std::string::npos) << host;
  }
}

// The first is 127.0.0.1 for the resolver.
TEST_F(TlsClientTest, SaysThatAHostIsNoName) {
  for (const std::string& host : {std::string(300, '0') + "17700000001", std::string("."),
                                  std::string(), std::string(".example.org")}) {
    const auto made = TlsClient::create({host, "peer", ""});
    ASSERT_FALSE(made) << host;
    EXPECT_EQ(made.error().code, Code::bad_request);
    EXPECT_NE(made.error().message.find("`" + host + "`"), std::string::npos);
  }
}

TEST_F(TlsClientTest, RefusesACertificateThatHasExpired) {
  const TestCertificate certificate = make_test_certificate({"localhost"}, -3600);
  const TestFile ca(certificate.certificate_pem);
  serve({certificate});
  const std::string message = why(connect("localhost", ca.path()));
  EXPECT_NE(message.find("expired"), std::string::npos) << message;
}

TEST_F(TlsClientTest, SaysThatAPeerSpeaksNoTls) {
  client_ = std::move(TlsClient::create({"localhost", "localhost:80", ""}).value());
  ASSERT_TRUE(client_->shake_hands());
  client_->give("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
  const auto secured = client_->shake_hands();
  ASSERT_FALSE(secured);
  EXPECT_NE(secured.error().message.find("http://"), std::string::npos) << secured.error().message;
}

// The words of a full server's ConnectionGate: `goldenpath chat` gave up for good.
TEST_F(TlsClientTest, MayComeBackToAPeerThatIsAtALimit) {
  client_ = std::move(TlsClient::create({"localhost", "localhost:443", ""}).value());
  ASSERT_TRUE(client_->shake_hands());
  client_->give(std::string_view("\x15\x03\x03\x00\x02\x02\x50", 7));
  const auto secured = client_->shake_hands();
  ASSERT_FALSE(secured);
  EXPECT_EQ(secured.error().code, Code::overloaded);
  EXPECT_NE(secured.error().message.find("localhost:443 refused"), std::string::npos)
      << secured.error().message;
}

TEST_F(TlsClientTest, NamesAFileThatHoldsNoCa) {
  const TestFile garbage("not a certificate");
  for (const std::string& path : {garbage.path(), std::string("/nowhere/ca.pem")}) {
    const auto made = TlsClient::create({"localhost", "localhost:443", path});
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, Code::bad_request);
    EXPECT_NE(made.error().message.find("`" + path + "`"), std::string::npos)
        << made.error().message;
  }
}

/// A server that, unlike ours, wants a new handshake on a connection that has one (TLS 1.2).
class RenegotiatingServer {
 public:
  explicit RenegotiatingServer(const TestCertificate& certificate)
      : context_(SSL_CTX_new(TLS_server_method())) {
    SSL_CTX_set_max_proto_version(context_, TLS1_2_VERSION);
    BIO* const pem = BIO_new(BIO_s_mem());
    BIO_puts(pem, (certificate.certificate_pem + certificate.key_pem).c_str());
    X509* const shown = PEM_read_bio_X509(pem, nullptr, nullptr, nullptr);
    EVP_PKEY* const key = PEM_read_bio_PrivateKey(pem, nullptr, nullptr, nullptr);
    SSL_CTX_use_cert_and_key(context_, shown, key, nullptr, 1);
    X509_free(shown);
    EVP_PKEY_free(key);
    BIO_free(pem);
    ssl_ = SSL_new(context_);
    SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_accept_state(ssl_);
  }
  ~RenegotiatingServer() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  RenegotiatingServer(const RenegotiatingServer&) = delete;
  RenegotiatingServer& operator=(const RenegotiatingServer&) = delete;

  /// What it answers to these records while it shakes hands.
  std::string answer(const std::string& records) {
    BIO_write(SSL_get_rbio(ssl_), records.data(), static_cast<int>(records.size()));
    SSL_do_handshake(ssl_);
    return take_all(SSL_get_wbio(ssl_));
  }
  /// Its HelloRequest.
  std::string ask() {
    SSL_renegotiate(ssl_);
    return answer({});
  }

 private:
  SSL_CTX* context_;
  SSL* ssl_ = nullptr;
};

// The new handshake began, and the next write failed for want of the server's answer.
TEST_F(TlsClientTest, GoesOnWhenItIsAskedForANewHandshake) {
  const TestCertificate certificate = make_test_certificate({"localhost"});
  const TestFile ca(certificate.certificate_pem);
  RenegotiatingServer server(certificate);
  client_ = std::move(TlsClient::create({"localhost", "localhost:443", ca.path()}).value());
  for (auto secured = client_->shake_hands(); !(secured && secured.value());
       secured = client_->shake_hands()) {
    ASSERT_TRUE(secured) << secured.error().message;
    client_->give(server.answer(client_->take()));
  }
  const std::string question = server.ask();
  ASSERT_FALSE(question.empty());
  client_->give(question);
  EXPECT_EQ(read_all(), "");
  const auto written = client_->write("still here");
  EXPECT_TRUE(written) << written.error().message;
}

TEST_F(TlsClientTest, FailsForGoodWhenABitWasChanged) {
  const TestCertificate certificate = make_test_certificate({"localhost"});
  const TestFile ca(certificate.certificate_pem);
  serve({certificate});
  ASSERT_TRUE(connect("localhost", ca.path()));
  carry();
  read_all();
  std::string records;
  ASSERT_TRUE(filter_->send("hello", records));
  records.back() ^= 1;
  client_->give(records);
  std::array<char, 10> buffer;
  for (int i = 0; i < 2; ++i) {
    const auto got = client_->read(buffer);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, Code::protocol_error);
  }
}

}  // namespace
}  // namespace gp::net
