/// ConnectionGate: what a connection passes before its real handler is made: the PROXY header, the
/// limits of its address, the TLS handshake.
///
/// Owner:  the Socket. Thread: its core. The listener's options and make_handler outlive it.
/// Limits: the header must arrive within ListenerOptions::proxy_timeout and the handshake be
/// complete within handshake_timeout; reaction: reset, counted. A malformed header: reset, counted.
#pragma once

#include <memory>
#include <string>

#include "base/unique_function.h"
#include "net/address_limits.h"
#include "net/socket.h"
#include "net/tls_context.h"

namespace gp::net {

enum class ProxyProtocol { kOff, kOn };

struct ListenerOptions {
  /// Speaks TLS if given; outlives the listener's connections.
  TlsContext* tls = nullptr;
  Duration handshake_timeout = std::chrono::seconds(10);
  /// kOn: every connection begins with a PROXY header, and only proxies may connect.
  ProxyProtocol proxy_protocol = ProxyProtocol::kOff;
  Duration proxy_timeout = std::chrono::seconds(5);
  /// Proxies that speak for others: no limits of one address for themselves.
  IpNetworks trusted_proxies{};
  /// Outlives the listener's connections. Null: no limits of addresses.
  AddressLimits* address_limits = nullptr;
  /// Resident memory from which new connections are refused. 0: no ceiling.
  std::size_t memory_bytes = 0;
  /// SO_SNDBUF of connections. 0: the kernel's own choice.
  std::size_t send_buffer_bytes = 256 * kKiB;
  /// TCP_NOTSENT_LOWAT: bytes not sent yet that the kernel holds before it takes no more, so that a
  /// reader that stalls holds little of its memory. 0: the kernel's own choice.
  std::size_t unsent_bytes = 64 * kKiB;
};

/// Why a connection is turned away, and what it is told.
enum class Refusal { kServerFull, kAddressFull, kAddressFast, kMemory, kDescriptors };
/// An HTTP answer, or, on a TLS listener, an alert: no handshake is made to say no.
std::string_view last_words(Refusal refusal, const ListenerOptions& options);
/// Counts it.
void count_refusal(metrics::CoreMetrics& metrics, Refusal refusal);

class ConnectionGate final : public SocketHandler {
 public:
  using MakeHandler = UniqueFunction<std::unique_ptr<SocketHandler>()>;

  ConnectionGate(const ListenerOptions& options, MakeHandler& make_handler)
      : options_(options), make_handler_(make_handler) {}

 private:
  void on_attached(Socket& socket) override;
  void on_bytes(std::span<char> bytes) override;
  Fill fill(std::string&, std::size_t) override { return Fill::kDone; }
  void on_secured() override;
  void on_timeout() override;
  void on_peer_closed() override;
  void on_gone(Code reason) override;

  bool take_peer(const Peer& peer);
  void go_on();

  const ListenerOptions& options_;
  MakeHandler& make_handler_;
  Socket* socket_ = nullptr;
  std::string header_;  ///< of the PROXY protocol, as far as it arrived
  bool header_done_ = false;
};

}  // namespace gp::net
