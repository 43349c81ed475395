#include "net/connection_gate.h"

#include "base/log.h"
#include "net/proxy_header.h"

namespace gp::net {
namespace {

constexpr std::string_view kUnavailable =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 5\r\n"
    "Connection: close\r\n\r\n";
constexpr std::string_view kTooMany =
    "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\nRetry-After: 5\r\n"
    "Connection: close\r\n\r\n";
/// A fatal alert, internal_error (80), in a record that every TLS version understands (RFC 8446
/// section 6).
constexpr std::string_view kAlert("\x15\x03\x03\x00\x02\x02\x50", 7);

}  // namespace

std::string_view last_words(Refusal refusal, const ListenerOptions& options) {
  if (options.tls != nullptr) return kAlert;
  const bool address = refusal == Refusal::kAddressFull || refusal == Refusal::kAddressFast;
  return address ? kTooMany : kUnavailable;
}

void count_refusal(metrics::CoreMetrics& metrics, Refusal refusal) {
  switch (refusal) {
    case Refusal::kServerFull: return metrics.connections_refused.add();
    case Refusal::kAddressFull: return metrics.refused_address_full.add();
    case Refusal::kAddressFast: return metrics.refused_address_fast.add();
    case Refusal::kMemory: return metrics.refused_memory.add();
    case Refusal::kDescriptors: return metrics.refused_descriptors.add();
  }
}

void ConnectionGate::on_attached(Socket& socket) {
  socket_ = &socket;
  if (options_.proxy_protocol == ProxyProtocol::kOn) {
    socket.set_timeout(options_.proxy_timeout);
  } else {
    go_on();
  }
}

// Plain bytes come here only while the PROXY header arrives.
void ConnectionGate::on_bytes(std::span<char> bytes) {
  header_.append(bytes.data(), bytes.size());
  const ProxyHeader header = parse_proxy_header(header_);
  if (header.state == ProxyHeader::State::kNeedMore) return;
  Socket& socket = *socket_;
  if (header.state == ProxyHeader::State::kMalformed) {
    socket.hub().metrics().proxy_headers_malformed.add();
    GP_LOG_DEBUG("net", "PROXY header of {} refused: {}", to_string(socket.peer()), header.problem);
    return socket.abort(CloseReason::proxy_header);
  }
  header_done_ = true;
  if (!header.local && !take_peer(header.source)) return;
  std::string rest = header_.substr(header.size);
  std::string().swap(header_);
  go_on();
  // `this` lives until the turn ends, though it is the socket's handler no more.
  if (!rest.empty() && socket.open()) socket.receive(rest);
}

// False: the address behind the proxy is at a limit.
bool ConnectionGate::take_peer(const Peer& peer) {
  AddressLimits::Ticket ticket;
  if (options_.address_limits != nullptr) {
    auto admission = options_.address_limits->admit(peer.address, socket_->hub().core().now());
    if (admission.verdict != AddressVerdict::kAdmitted) {
      const Refusal refusal = admission.verdict == AddressVerdict::kTooMany ? Refusal::kAddressFull
                                                                            : Refusal::kAddressFast;
      count_refusal(socket_->hub().metrics(), refusal);
      socket_->close_with(last_words(refusal, options_), CloseReason::address_limit);
      return false;
    }
    ticket = std::move(admission.ticket);
  }
  socket_->set_peer(peer, std::move(ticket));
  return true;
}

void ConnectionGate::go_on() {
  header_done_ = true;
  if (options_.tls == nullptr) return socket_->set_handler(make_handler_());
  const IpAddress& address = socket_->peer().address;
  if (options_.address_limits != nullptr && !contains(options_.trusted_proxies, address) &&
      !options_.address_limits->admit_handshake(address, socket_->hub().core().now())) {
    socket_->hub().metrics().refused_handshakes.add();
    return socket_->close_with(kAlert, CloseReason::address_limit);
  }
  socket_->start_tls(options_.tls->accept());
  socket_->set_timeout(options_.handshake_timeout);
}

void ConnectionGate::on_secured() { socket_->set_handler(make_handler_()); }

void ConnectionGate::on_timeout() {
  metrics::CoreMetrics& metrics = socket_->hub().metrics();
  (header_done_ ? metrics.tls_failures_timeout : metrics.proxy_headers_missing).add();
  socket_->abort(header_done_ ? CloseReason::tls_failed : CloseReason::proxy_header);
}

// With a half-closed connection no handshake can be completed.
void ConnectionGate::on_peer_closed() { socket_->abort(CloseReason::peer_closed); }

void ConnectionGate::on_gone(Code reason) {
  if (reason != Code::going_away) return;
  metrics::CoreMetrics& metrics = socket_->hub().metrics();
  (header_done_ ? metrics.tls_failures_closed : metrics.proxy_headers_missing).add();
}

}  // namespace gp::net
