// The part of Socket that is between its handler and TLS. The rest is in socket.cc.
#include "base/log.h"
#include "net/socket.h"

namespace gp::net {
namespace {

constexpr std::string_view kSpeakTls =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 51\r\n"
    "Connection: close\r\n\r\nThis port speaks TLS: use https:// or wss:// here.\n";

/// Handshake messages, alerts and answers to key updates that wait for a peer that does not read,
/// beyond one write. Reaction: reset.
constexpr std::size_t kWaitingRecordsMax = 64 * kKiB;

metrics::Counter& counter_of(metrics::CoreMetrics& metrics, TlsFailure failure) {
  switch (failure) {
    case TlsFailure::kPlainHttp: return metrics.tls_failures_plain_http;
    case TlsFailure::kNoAgreement: return metrics.tls_failures_agreement;
    case TlsFailure::kNoProtocol: return metrics.tls_failures_protocol;
    case TlsFailure::kPeerRefused: return metrics.tls_failures_refused;
    case TlsFailure::kNone:
    case TlsFailure::kMalformed: break;
  }
  return metrics.tls_failures_malformed;
}

}  // namespace

void Socket::receive_records(std::string_view records) {
  const std::size_t room = records.size() + TlsFilter::kRecordBytesMax;
  if (hub_.plain_.size() < room) hub_.plain_.resize(room);
  hub_.records_.clear();
  const TlsFilter::Received got = tls_->receive(records, hub_.plain_, hub_.records_);
  if (!hub_.records_.empty() && !write_behind(hub_.records_)) return;
  if (got.secured) {
    hub_.metrics_.tls_handshakes.add();
    if (tls_->resumed()) hub_.metrics_.tls_resumed.add();
    handler_->on_secured();
    want_flush();
  }
  if (got.plain > 0 && state_ == State::kOpen)
    handler_->on_bytes(std::span(hub_.plain_.data(), got.plain));
  // A handler may have moved the connection to another core, where adopt() goes on.
  if (state_ == State::kDead || tls_ == nullptr) return;
  if (got.failed) return end_broken_tls();
  if (got.closed && !peer_closed_ && state_ == State::kOpen) hear_close();
}

// Records that OpenSSL wants sent on its own wait behind those that are unsent. False if the socket
// died.
bool Socket::write_behind(std::string_view records) {
  if (!blocked()) return write(records);
  if (unsent_.size() > hub_.limits_.write_bytes + kWaitingRecordsMax) {
    abort(CloseReason::stalled_reader);
    return false;
  }
  unsent_.append(records);
  return true;
}

// The alert is on its way; the connection ends as if the handler had closed it, which would have
// nothing to say: TLS has no place for it.
void Socket::end_broken_tls() {
  counter_of(hub_.metrics_, tls_->failure()).add();
  GP_LOG_DEBUG("net", "TLS with {} failed: {} ({})", to_string(peer_), to_string(tls_->failure()),
               tls_->reason());
  if (tls_->failure() == TlsFailure::kPlainHttp)
    return close_with(kSpeakTls, CloseReason::tls_failed);
  close_after_flush(CloseReason::tls_failed);
}

// False if the socket died, or has to wait until the kernel took close_notify.
bool Socket::say_goodbye() {
  hub_.records_.clear();
  tls_->close(hub_.records_);
  return write(hub_.records_) && !blocked();
}

}  // namespace gp::net
