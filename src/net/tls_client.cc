#include "net/tls_client.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <system_error>

#include "base/assert.h"

namespace gp::net {
namespace {

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using Context = std::unique_ptr<SSL_CTX, FreeContext>;

/// OpenSSL's words for what is first in its queue of errors.
std::string openssl_words() {
  const unsigned long error = ERR_peek_error();
  if (ERR_SYSTEM_ERROR(error)) return std::generic_category().message(ERR_GET_REASON(error));
  const char* const words = ERR_reason_error_string(error);
  return words == nullptr ? "no reason given" : words;
}

Result<> trust(SSL_CTX* context, const std::string& ca_file) {
  if (ca_file.empty()) {
    GP_ASSERT(SSL_CTX_set_default_verify_paths(context) == 1, "OpenSSL knows no place for roots");
    return ok();
  }
  if (SSL_CTX_load_verify_file(context, ca_file.c_str()) != 1)
    return fail(
        Code::bad_request,
        fmt::format("cannot read CA certificates from `{}`: {}; name a file in PEM with --ca",
                    ca_file, openssl_words()));
  // Whoever names a server's own certificate means it.
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
  return ok();
}

/// As certificates write it: a name without the dot of the root, an IPv6 address without the
/// interface to reach it by.
std::string certified_form(std::string host) {
  if (host.find(':') != std::string::npos) return host.substr(0, host.find('%'));
  if (host.ends_with('.')) host.pop_back();
  return host;
}

/// The certificate must be for this name or address; a name is told to the server, too.
Result<> expect(SSL* ssl, const std::string& host) {
  const std::string name = certified_form(host);
  X509_VERIFY_PARAM* const expected = SSL_get0_param(ssl);
  X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (X509_VERIFY_PARAM_set1_ip_asc(expected, name.c_str()) == 1) return ok();
  ERR_clear_error();
  // For OpenSSL every certificate is for no name, and those of all subdomains for one with a dot
  // before it.
  if (!name.empty() && !name.starts_with('.') && SSL_set1_host(ssl, name.c_str()) == 1 &&
      SSL_set_tlsext_host_name(ssl, name.c_str()) == 1)
    return ok();
  return fail(
      Code::bad_request,
      fmt::format("TLS cannot ask for the host `{}`: a name has 1 to 255 bytes and does not "
                  "begin with a dot",
                  host));
}

}  // namespace

Result<std::unique_ptr<TlsClient>> TlsClient::create(const Options& options) {
  ERR_clear_error();
  const Context context(SSL_CTX_new(TLS_client_method()));
  GP_ASSERT(context != nullptr, "OpenSSL has no memory");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE);
  // What is written does not wait for a peer's answer here: no new handshakes in TLS 1.2.
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION);
  GP_TRY(trust(context.get(), options.ca_file));
  constexpr std::array<unsigned char, 9> kHttp11{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  SSL_CTX_set_alpn_protos(context.get(), kHttp11.data(), kHttp11.size());
  SSL* const ssl = SSL_new(context.get());
  GP_ASSERT(ssl != nullptr, "OpenSSL has no memory");
  std::unique_ptr<TlsClient> client(new TlsClient(ssl, options));
  GP_TRY(expect(ssl, options.host));
  return client;
}

TlsClient::TlsClient(SSL* ssl, const Options& options)
    : options_(options), ssl_(ssl), in_(BIO_new(BIO_s_mem())), out_(BIO_new(BIO_s_mem())) {
  GP_ASSERT(in_ != nullptr && out_ != nullptr, "OpenSSL has no memory");
  SSL_set_bio(ssl_, in_, out_);
  SSL_set_connect_state(ssl_);
}

TlsClient::~TlsClient() {
  SSL_free(ssl_);
  ERR_clear_error();
}

void TlsClient::give(std::string_view records) {
  std::size_t taken = 0;
  GP_ASSERT(records.empty() || (BIO_write_ex(in_, records.data(), records.size(), &taken) == 1 &&
                                taken == records.size()),
            "OpenSSL has no memory");
}

std::string TlsClient::take() {
  std::string records(BIO_ctrl_pending(out_), '\0');
  std::size_t got = 0;
  if (!records.empty()) (void)BIO_read_ex(out_, records.data(), records.size(), &got);
  records.resize(got);
  return records;
}

Result<bool> TlsClient::shake_hands() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_);
  if (result == 1) return true;
  if (SSL_get_error(ssl_, result) == SSL_ERROR_WANT_READ) return false;
  return failure();
}

Result<TlsClient::Read> TlsClient::read(std::span<char> plain) {
  ERR_clear_error();
  Read got;
  if (SSL_read_ex(ssl_, plain.data(), plain.size(), &got.size) == 1) return got;
  switch (SSL_get_error(ssl_, 0)) {
    case SSL_ERROR_WANT_READ: return Read{};
    case SSL_ERROR_ZERO_RETURN: return Read{0, true};
    default: return failure();
  }
}

Result<> TlsClient::write(std::string_view plain) {
  while (!plain.empty()) {
    ERR_clear_error();
    std::size_t written = 0;
    // Memory takes everything: whatever is no success is a failure.
    if (SSL_write_ex(ssl_, plain.data(), plain.size(), &written) != 1) return failure();
    plain.remove_prefix(written);
  }
  return ok();
}

void TlsClient::close() {
  ERR_clear_error();
  if (SSL_is_init_finished(ssl_) == 1) (void)SSL_shutdown(ssl_);
}

Error TlsClient::failure() const {
  const long verdict = SSL_get_verify_result(ssl_);
  if (verdict != X509_V_OK) return distrust(verdict);
  const int reason = ERR_GET_REASON(ERR_peek_error());
  if (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_PACKET_LENGTH_TOO_LONG)
    return {
        Code::protocol_error,
        fmt::format("{} does not speak TLS: use http:// or ws://, or another port", options_.peer)};
  // What a full goldenpath says before the handshake, where it has no HTTP yet (ConnectionGate).
  if (reason == SSL_R_TLSV1_ALERT_INTERNAL_ERROR)
    return {Code::overloaded,
            fmt::format("{} refused the connection; it may be at a limit", options_.peer)};
  return {Code::protocol_error,
          fmt::format("TLS with {} failed: {}", options_.peer, openssl_words())};
}

Error TlsClient::distrust(long verdict) const {
  const std::string why = X509_verify_cert_error_string(verdict);
  switch (verdict) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return {Code::protocol_error,
              fmt::format("the certificate of {} is not for {}: use a name that is in it",
                          options_.peer, options_.host)};
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return {
          Code::protocol_error,
          fmt::format("the certificate of {} is not valid today: {}; renew it, or set the clock "
                      "of this machine",
                      options_.peer, why)};
    default: break;
  }
  const std::string advice =
      options_.ca_file.empty() ? "if a private CA signed it, name the file of that CA with --ca"
                               : fmt::format("`{}` is not the CA that signed it", options_.ca_file);
  return {Code::protocol_error,
          fmt::format("the certificate of {} is not trusted: {}; {}", options_.peer, why, advice)};
}

}  // namespace gp::net
