/// For tests: certificates made on the spot, and a TLS client on memory.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "net/tls_context.h"

namespace gp::net {

struct TestCertificate {
  std::string certificate_pem;
  std::string key_pem;
};

inline std::string take_all(BIO* bio) {
  std::string bytes;
  std::array<char, 4096> buffer;
  for (int got; (got = BIO_read(bio, buffer.data(), static_cast<int>(buffer.size()))) > 0;)
    bytes.append(buffer.data(), static_cast<std::size_t>(got));
  return bytes;
}

/// Self-signed, P-256, valid for `valid_seconds` (negative: expired); the first name is its
/// commonName, all are subjectAltNames; "IP:::1" is an address.
inline TestCertificate make_test_certificate(const std::vector<std::string>& names,
                                             long valid_seconds = 24 * 3600) {
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  X509* const certificate = X509_new();
  GP_ASSERT(key != nullptr && certificate != nullptr, "no test certificate");
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -7200);
  X509_gmtime_adj(X509_getm_notAfter(certificate), valid_seconds);
  X509_set_pubkey(certificate, key);
  X509_NAME* const subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(names.at(0).c_str()), -1, -1,
                             0);
  X509_set_issuer_name(certificate, subject);
  std::string list;
  for (const std::string& name : names)
    list += (list.empty() ? "" : ",") + (name.starts_with("IP:") ? name : "DNS:" + name);
  X509_EXTENSION* const alt =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, list.c_str());
  X509_add_ext(certificate, alt, -1);
  X509_EXTENSION_free(alt);
  X509_sign(certificate, key, EVP_sha256());
  BIO* const bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(bio, certificate);
  TestCertificate made;
  made.certificate_pem = take_all(bio);
  PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  made.key_pem = take_all(bio);
  BIO_free(bio);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return made;
}

inline TlsMaterial test_material(const std::vector<TestCertificate>& certificates) {
  TlsMaterial material;
  for (const TestCertificate& each : certificates)
    material.certificates.push_back({{"a.pem", "a.key"}, each.certificate_pem, each.key_pem});
  return material;
}

/// A client that trusts everybody. Its bytes go in and out by hand.
class TlsTestClient {
 public:
  struct Options {
    std::string server_name{};
    std::vector<std::string> alpn{};
    int max_version = TLS1_3_VERSION;
    const char* ciphers = nullptr;
    SSL_SESSION* session = nullptr;
  };

  TlsTestClient() : TlsTestClient(Options{}) {}
  explicit TlsTestClient(const Options& options)
      : context_(SSL_CTX_new(TLS_client_method())),
        ssl_((SSL_CTX_set_max_proto_version(context_, options.max_version),
              SSL_CTX_set_min_proto_version(context_, 0), SSL_new(context_))),
        in_(BIO_new(BIO_s_mem())),
        out_(BIO_new(BIO_s_mem())) {
    SSL_set_bio(ssl_, in_, out_);
    SSL_set_connect_state(ssl_);
    SSL_set_security_level(ssl_, 0);
    if (!options.server_name.empty()) SSL_set_tlsext_host_name(ssl_, options.server_name.c_str());
    if (options.ciphers != nullptr) SSL_set_cipher_list(ssl_, options.ciphers);
    if (options.session != nullptr) SSL_set_session(ssl_, options.session);
    std::string protocols;
    for (const std::string& protocol : options.alpn)
      protocols += static_cast<char>(protocol.size()) + protocol;
    if (!protocols.empty())
      SSL_set_alpn_protos(ssl_, reinterpret_cast<const unsigned char*>(protocols.data()),
                          static_cast<unsigned>(protocols.size()));
    advance();
  }
  ~TlsTestClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
    ERR_clear_error();
  }
  TlsTestClient(const TlsTestClient&) = delete;
  TlsTestClient& operator=(const TlsTestClient&) = delete;

  SSL* ssl() { return ssl_; }
  bool connected() const { return SSL_is_init_finished(ssl_) == 1; }
  /// An alert or a broken record ended the connection; OpenSSL's reason.
  bool failed() const { return failed_; }
  int reason() const { return reason_; }
  bool heard_close() const { return (SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN) != 0; }
  const std::string& received() const { return received_; }

  /// Bytes for the server.
  std::string take() { return take_all(out_); }
  /// Bytes of the server.
  void give(std::string_view records) {
    if (!records.empty()) BIO_write(in_, records.data(), static_cast<int>(records.size()));
    advance();
  }
  void write(std::string_view plain) {
    judge(SSL_write(ssl_, plain.data(), static_cast<int>(plain.size())));
  }
  void close() { SSL_shutdown(ssl_); }
  std::string server_name() const {
    X509* const certificate = SSL_get0_peer_certificate(ssl_);
    std::array<char, 256> name{};
    if (certificate != nullptr)
      X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(),
                                static_cast<int>(name.size()));
    return name.data();
  }

 private:
  void advance() {
    if (failed_) return;
    ERR_clear_error();
    if (!connected()) {
      judge(SSL_do_handshake(ssl_));
      if (!connected()) return;
    }
    std::array<char, 4096> buffer;
    int got = 0;
    while ((got = SSL_read(ssl_, buffer.data(), static_cast<int>(buffer.size()))) > 0)
      received_.append(buffer.data(), static_cast<std::size_t>(got));
    judge(got);
  }
  void judge(int result) {
    if (result > 0) return;
    const int error = SSL_get_error(ssl_, result);
    if (error != SSL_ERROR_SSL && error != SSL_ERROR_SYSCALL) return;
    failed_ = true;
    reason_ = ERR_GET_REASON(ERR_peek_error());
  }

  SSL_CTX* context_;
  SSL* ssl_;
  BIO* in_;
  BIO* out_;
  std::string received_;
  int reason_ = 0;
  bool failed_ = false;
};

}  // namespace gp::net
