#include "net/tls_filter.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/assert.h"

namespace gp::net {
namespace {

/// Records under one key before TLS 1.3 takes a new one, far below what AES-GCM bears
/// (RFC 8446 section 5.5: 2^24.5).
constexpr std::uint32_t kRecordsPerKey = 1U << 23;
/// Reasons of alerts that the peer sent begin here (openssl/ssl.h: SSL_AD_REASON_OFFSET).
constexpr int kPeerAlerts = SSL_AD_REASON_OFFSET;

TlsFailure kind_of(int reason) {
  switch (reason) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_WRONG_SSL_VERSION:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_SUITABLE_KEY_SHARE:
    case SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
    case SSL_R_INAPPROPRIATE_FALLBACK: return TlsFailure::kNoAgreement;
    case SSL_R_NO_APPLICATION_PROTOCOL: return TlsFailure::kNoProtocol;
    default: return reason > kPeerAlerts ? TlsFailure::kPeerRefused : TlsFailure::kMalformed;
  }
}

}  // namespace

std::string_view to_string(TlsFailure failure) {
  switch (failure) {
    case TlsFailure::kNone: return "none";
    case TlsFailure::kPlainHttp: return "plain HTTP on a TLS port";
    case TlsFailure::kNoAgreement: return "no TLS version, cipher or signature in common";
    case TlsFailure::kNoProtocol: return "ALPN without http/1.1";
    case TlsFailure::kPeerRefused: return "the peer sent an alert";
    case TlsFailure::kMalformed: return "not TLS";
  }
  return "";
}

struct TlsFilter::Bio {
  static TlsFilter& of(BIO* bio) { return *static_cast<TlsFilter*>(::BIO_get_data(bio)); }

  static int read(BIO* bio, char* to, std::size_t size, std::size_t* got) {
    TlsFilter& filter = of(bio);
    BIO_clear_retry_flags(bio);
    *got = 0;
    if (filter.flooded()) return 0;  // the end, for OpenSSL: it would go on until there is data
    *got = std::min(size, filter.in_.size());
    if (*got == 0) {
      BIO_set_retry_read(bio);
      return 0;
    }
    std::memcpy(to, filter.in_.data(), *got);
    filter.in_.remove_prefix(*got);
    return 1;
  }

  static int write(BIO* bio, const char* from, std::size_t size, std::size_t* taken) {
    BIO_clear_retry_flags(bio);
    *taken = size;
    // Null when OpenSSL says goodbye on its own while it is freed: nobody listens then.
    if (std::string* out = of(bio).out_) out->append(from, size);
    return 1;
  }

  static void on_message(int written, int, int content, const void* bytes, std::size_t size, SSL*,
                         void* filter) {
    const bool update = content == SSL3_RT_HANDSHAKE && size > 0 &&
                        *static_cast<const unsigned char*>(bytes) == SSL3_MT_KEY_UPDATE;
    if (update && written == 0) ++static_cast<TlsFilter*>(filter)->key_updates_;
  }

  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

  static BIO_METHOD* method() {
    static BIO_METHOD* const made = [] {
      BIO_METHOD* fresh =
          ::BIO_meth_new(::BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "goldenpath");
      GP_ASSERT(fresh != nullptr, "OpenSSL has no memory for a BIO method");
      ::BIO_meth_set_read_ex(fresh, read);
      ::BIO_meth_set_write_ex(fresh, write);
      ::BIO_meth_set_ctrl(fresh, control);
      return fresh;
    }();
    return made;
  }
};

TlsFilter::TlsFilter(SSL_CTX* context) : ssl_(::SSL_new(context)) {
  BIO* const bio = ::BIO_new(Bio::method());
  GP_ASSERT(ssl_ != nullptr && bio != nullptr, "OpenSSL has no memory for a connection");
  ::BIO_set_data(bio, this);
  ::BIO_set_init(bio, 1);
  ::SSL_set_bio(ssl_, bio, bio);
  ::SSL_set_accept_state(ssl_);
  ::SSL_set_msg_callback(ssl_, Bio::on_message);
  ::SSL_set_msg_callback_arg(ssl_, this);
}

TlsFilter::~TlsFilter() { ::SSL_free(ssl_); }

bool TlsFilter::resumed() const { return ::SSL_session_reused(ssl_) == 1; }

TlsFilter::Received TlsFilter::receive(std::string_view records, std::span<char> plain,
                                       std::string& out) {
  GP_ASSERT(plain.size() >= records.size() + kRecordBytesMax, "no room for the plain bytes");
  Received got;
  if (records.empty() || peer_closed_ || state_ == State::kFailed) return got;
  // No TLS connection begins with a capital letter; every HTTP request does.
  if (!std::exchange(begun_, true) && records[0] >= 'A' && records[0] <= 'Z') {
    state_ = State::kFailed;
    failure_ = TlsFailure::kPlainHttp;
    got.failed = true;
    return got;
  }
  in_ = records;
  out_ = &out;
  ::ERR_clear_error();
  if (state_ != State::kHandshake || shake_hands(got)) read_plain(plain, got);
  in_ = {};
  out_ = nullptr;
  return got;
}

bool TlsFilter::shake_hands(Received& got) {
  const int done = ::SSL_do_handshake(ssl_);
  if (done == 1) {
    state_ = State::kOpen;
    got.secured = true;
    return true;
  }
  if (::SSL_get_error(ssl_, done) != SSL_ERROR_WANT_READ) fail_with_queue(got);
  return false;
}

void TlsFilter::read_plain(std::span<char> plain, Received& got) {
  while (true) {
    std::size_t size = 0;
    const int done = ::SSL_read_ex(ssl_, plain.data() + got.plain, plain.size() - got.plain, &size);
    if (done == 1) {
      got.plain += size;
      plain_bytes_ += size;
      continue;
    }
    switch (::SSL_get_error(ssl_, done)) {
      case SSL_ERROR_WANT_READ: return;
      case SSL_ERROR_ZERO_RETURN:
        peer_closed_ = true;
        got.closed = true;
        return;
      default: return fail_with_queue(got);
    }
  }
}

void TlsFilter::fail_with_queue(Received& got) {
  const auto error = ::ERR_peek_error();
  failure_ = kind_of(ERR_GET_REASON(error));
  const char* const reason = ::ERR_reason_error_string(error);
  reason_ = reason != nullptr ? reason : "";
  if (flooded()) {
    failure_ = TlsFailure::kMalformed;
    reason_ = "more key updates than data";
  }
  ::ERR_clear_error();
  state_ = State::kFailed;
  got.failed = true;
}

bool TlsFilter::send(std::string_view plain, std::string& out) {
  if (!can_send()) return false;
  out_ = &out;
  ::ERR_clear_error();
  while (!plain.empty()) {
    if (++records_sent_ % kRecordsPerKey == 0 && ::SSL_version(ssl_) == TLS1_3_VERSION)
      (void)::SSL_key_update(ssl_, SSL_KEY_UPDATE_NOT_REQUESTED);
    std::size_t taken = 0;
    const std::size_t record = std::min<std::size_t>(plain.size(), SSL3_RT_MAX_PLAIN_LENGTH);
    if (::SSL_write_ex(ssl_, plain.data(), record, &taken) != 1) {
      ::ERR_clear_error();
      state_ = State::kFailed;
      failure_ = TlsFailure::kMalformed;
      break;
    }
    plain.remove_prefix(taken);
  }
  out_ = nullptr;
  return state_ == State::kOpen;
}

void TlsFilter::close(std::string& out) {
  if (state_ != State::kOpen) return;
  out_ = &out;
  ::ERR_clear_error();
  (void)::SSL_shutdown(ssl_);
  out_ = nullptr;
  state_ = State::kClosed;
}

}  // namespace gp::net
