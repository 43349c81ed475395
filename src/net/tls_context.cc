#include "net/tls_context.h"

#include <fmt/core.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstring>

#include "base/assert.h"
#include "protocol/codes.h"

namespace gp::net {
namespace {

constexpr const char* kCiphersTls12 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* kGroups = "X25519:P-256:P-384";
constexpr const char* kSignatures =
    "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:"
    "RSA+SHA256:RSA+SHA384:RSA+SHA512";
constexpr std::string_view kHttp11 = "http/1.1";
constexpr std::string_view kSessionScope = "goldenpath";

struct Free {
  void operator()(BIO* bio) const { ::BIO_free(bio); }
  void operator()(X509* certificate) const { ::X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { ::EVP_PKEY_free(key); }
};
using Bio = std::unique_ptr<BIO, Free>;
using Certificate = std::unique_ptr<X509, Free>;
using Key = std::unique_ptr<EVP_PKEY, Free>;

Bio reader(const std::string& text) {
  return Bio(::BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string openssl_reason() {
  const char* reason = ::ERR_reason_error_string(::ERR_peek_error());
  ::ERR_clear_error();
  return reason != nullptr ? reason : "no reason given";
}

auto refuse(const std::string& file, std::string_view problem) {
  ::ERR_clear_error();
  return fail(Code::bad_request, fmt::format("the TLS file {} {}", file, problem));
}

/// An encrypted key would need somebody at the keyboard.
int no_password(char*, int, int, void*) { return -1; }

Certificate read_certificate(BIO* bio) {
  return Certificate(::PEM_read_bio_X509(bio, nullptr, no_password, nullptr));
}

Result<> use_certificate(SSL_CTX* context, const TlsMaterial::Certificate& material) {
  const std::string& file = material.files.certificate;
  const Bio bio = reader(material.certificate_pem);
  const Certificate own = read_certificate(bio.get());
  if (own == nullptr)
    return refuse(file,
                  "has no certificate: give PEM, which has a line -----BEGIN CERTIFICATE-----");
  if (::SSL_CTX_use_certificate(context, own.get()) != 1)
    return refuse(file, fmt::format("cannot be used: {}", openssl_reason()));
  while (Certificate next = read_certificate(bio.get())) {
    if (::SSL_CTX_add0_chain_cert(context, next.get()) != 1)
      return refuse(file, fmt::format("has an intermediate certificate that cannot be used: {}",
                                      openssl_reason()));
    (void)next.release();
  }
  // The end of the file is an error of the queue; anything else is a broken intermediate.
  if (const auto error = ::ERR_peek_last_error();
      error != 0 && ERR_GET_REASON(error) != PEM_R_NO_START_LINE)
    return refuse(file, fmt::format("has a broken intermediate certificate: {}", openssl_reason()));
  ::ERR_clear_error();
  return ok();
}

Result<> use_key(SSL_CTX* context, const TlsMaterial::Certificate& material) {
  const std::string& file = material.files.key;
  const Bio bio = reader(material.key_pem);
  const Key key(::PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  if (key == nullptr) {
    if (material.key_pem.find("ENCRYPTED") != std::string::npos)
      return refuse(file,
                    "has an encrypted key: remove its passphrase (openssl pkey -in … -out …)");
    return refuse(file,
                  "has no private key: give PEM, which has a line -----BEGIN PRIVATE KEY-----");
  }
  if (::SSL_CTX_use_PrivateKey(context, key.get()) != 1 ||
      ::SSL_CTX_check_private_key(context) != 1)
    return refuse(file, fmt::format("has a key that does not belong to the certificate in {}: give "
                                    "the key that the certificate was made for",
                                    material.files.certificate));
  return ok();
}

void set_policy(SSL_CTX* context, TlsVersion min_version) {
  const int least = min_version == TlsVersion::k13 ? TLS1_3_VERSION : TLS1_2_VERSION;
  const bool known = SSL_CTX_set_min_proto_version(context, least) == 1 &&
                     SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
                     ::SSL_CTX_set_cipher_list(context, kCiphersTls12) == 1 &&
                     SSL_CTX_set1_groups_list(context, kGroups) == 1 &&
                     SSL_CTX_set1_sigalgs_list(context, kSignatures) == 1;
  GP_ASSERT(known, "this OpenSSL does not know our TLS versions or ciphers");
  ::SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                     SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  ::SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  ::SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  ::SSL_CTX_set_timeout(
      context, std::chrono::duration_cast<std::chrono::seconds>(TlsTickets::kPeriod).count());
  (void)::SSL_CTX_set_session_id_context(
      context, reinterpret_cast<const unsigned char*>(kSessionScope.data()), kSessionScope.size());
}

}  // namespace

std::string certificate_date_problem(const TlsMaterial::Certificate& material, WallTime now) {
  const Bio bio = reader(material.certificate_pem);
  const Certificate certificate = read_certificate(bio.get());
  if (certificate == nullptr) return {};
  auto when = std::chrono::system_clock::to_time_t(
      std::chrono::time_point_cast<std::chrono::system_clock::duration>(now));
  const auto date = [](const ASN1_TIME* time) {
    std::tm parts{};
    (void)::ASN1_TIME_to_tm(time, &parts);
    return fmt::format("{:04}-{:02}-{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
  };
  const ASN1_TIME* const end = ::X509_get0_notAfter(certificate.get());
  const ASN1_TIME* const begin = ::X509_get0_notBefore(certificate.get());
  if (::X509_cmp_time(end, &when) < 0) return "expired on " + date(end);
  if (::X509_cmp_time(begin, &when) > 0) return "is not valid before " + date(begin);
  return {};
}

/// What OpenSSL calls back during handshakes. The argument is the TlsContext, not the SSL_CTX, so
/// that a handshake under way when certificates are replaced goes on.
struct TlsContext::Callbacks {
  static TlsContext& of(SSL* ssl) {
    return *static_cast<TlsContext*>(SSL_CTX_get_app_data(::SSL_get_SSL_CTX(ssl)));
  }

  static int choose_certificate(SSL* ssl, int*, void* self) {
    const char* const name = ::SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (name == nullptr) return SSL_TLSEXT_ERR_NOACK;
    for (const Context& context : static_cast<TlsContext*>(self)->contexts_) {
      X509* const certificate = ::SSL_CTX_get0_certificate(context.get());
      if (::X509_check_host(certificate, name, std::strlen(name), 0, nullptr) != 1) continue;
      ::SSL_set_SSL_CTX(ssl, context.get());
      return SSL_TLSEXT_ERR_OK;
    }
    return SSL_TLSEXT_ERR_NOACK;
  }

  static int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                             const unsigned char* offered, unsigned int offered_size, void*) {
    for (unsigned int at = 0; at < offered_size; at += 1U + offered[at]) {
      const std::string_view protocol(reinterpret_cast<const char*>(offered) + at + 1, offered[at]);
      if (protocol != kHttp11) continue;
      *chosen = offered + at + 1;
      *chosen_size = offered[at];
      return SSL_TLSEXT_ERR_OK;
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }

  /// 1: use it; 2: use it and give the client a new one; 0: not ours; -1: error (SSL_CTX_set_
  /// tlsext_ticket_key_evp_cb(3)).
  static int ticket_key(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                        EVP_MAC_CTX* mac, int sealing) {
    TlsTickets& tickets = of(ssl).tickets_;
    const TlsTickets::Key* const key = sealing != 0 ? &tickets.sealing() : tickets.opening(name);
    if (key == nullptr) return 0;
    // OSSL_PARAM has no const variant; what it points to is only read.
    std::string digest = "SHA256";
    std::array<unsigned char, 32> mac_key = key->mac;
    const std::array<OSSL_PARAM, 3> parameters{
        ::OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, mac_key.data(), mac_key.size()),
        ::OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
        ::OSSL_PARAM_construct_end()};
    if (::EVP_MAC_CTX_set_params(mac, parameters.data()) != 1) return -1;
    if (sealing != 0) {
      std::memcpy(name, key->name.data(), key->name.size());
      if (::RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1) return -1;
      return ::EVP_EncryptInit_ex2(cipher, EVP_aes_256_cbc(), key->cipher.data(), iv, nullptr) == 1
                 ? 1
                 : -1;
    }
    if (::EVP_DecryptInit_ex2(cipher, EVP_aes_256_cbc(), key->cipher.data(), iv, nullptr) != 1)
      return -1;
    return key == &tickets.sealing() ? 1 : 2;
  }
};

void TlsContext::FreeContext::operator()(SSL_CTX* context) const { ::SSL_CTX_free(context); }

TlsContext::TlsContext(const TlsTicketSeed& seed, const Clock& clock) : tickets_(seed, clock) {}
TlsContext::~TlsContext() = default;

Result<TlsContext::Context> TlsContext::make_context(const TlsMaterial::Certificate& certificate,
                                                     TlsVersion min_version) {
  ::ERR_clear_error();
  Context context(::SSL_CTX_new(::TLS_server_method()));
  GP_ASSERT(context != nullptr, "OpenSSL has no TLS");
  set_policy(context.get(), min_version);
  SSL_CTX_set_app_data(context.get(), this);
  ::SSL_CTX_set_tlsext_servername_callback(context.get(), Callbacks::choose_certificate);
  ::SSL_CTX_set_tlsext_servername_arg(context.get(), this);
  ::SSL_CTX_set_alpn_select_cb(context.get(), Callbacks::choose_protocol, nullptr);
  ::SSL_CTX_set_tlsext_ticket_key_evp_cb(context.get(), Callbacks::ticket_key);
  GP_TRY(use_certificate(context.get(), certificate));
  GP_TRY(use_key(context.get(), certificate));
  return context;
}

Result<std::unique_ptr<TlsContext>> TlsContext::create(const TlsMaterial& material,
                                                       const TlsTicketSeed& seed,
                                                       const Clock& clock) {
  std::unique_ptr<TlsContext> made(new TlsContext(seed, clock));
  GP_TRY(made->reload(material));
  return made;
}

Result<> TlsContext::reload(const TlsMaterial& material) {
  std::vector<Context> contexts;
  for (const auto& certificate : material.certificates) {
    GP_TRY(auto context, make_context(certificate, material.min_version));
    contexts.push_back(std::move(context));
  }
  GP_ASSERT(!contexts.empty(), "TLS without a certificate");
  contexts_ = std::move(contexts);
  return ok();
}

std::unique_ptr<TlsFilter> TlsContext::accept() {
  return std::make_unique<TlsFilter>(contexts_.front().get());
}

}  // namespace gp::net
