/// TlsContext: what all TLS connections of a core share: certificates by server name, protocol
/// versions, ciphers, ALPN, tickets.
///
/// Policy (Mozilla's "intermediate", narrowed to ECDHE): TLS 1.2 and 1.3; AEAD ciphers with forward
/// secrecy, the server's preference; no renegotiation, no compression, no early data; ALPN
/// http/1.1, and a client that offers only other protocols gets the alert no_application_protocol
/// (RFC 7301); resumption by tickets only, so nothing is kept per session.
///
/// Owner: whoever owns the core's SocketHub; it outlives every TlsFilter it made and does not move.
/// Thread: its core; a finished TlsFilter may go to another core. reload() leaves connections
/// alone.
#pragma once

#include <memory>
#include <vector>

#include "net/tls_files.h"
#include "net/tls_filter.h"
#include "net/tls_tickets.h"

namespace gp::net {

class TlsContext {
 public:
  /// Errors: bad_request naming the file: no certificate in it, no key, an encrypted key, a key
  /// that belongs to another certificate, or one that is too weak.
  static Result<std::unique_ptr<TlsContext>> create(const TlsMaterial& material,
                                                    const TlsTicketSeed& seed, const Clock& clock);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  /// New handshakes see these certificates. Errors as for create(); then the old ones stay.
  Result<> reload(const TlsMaterial& material);
  /// The server's side of a new connection.
  std::unique_ptr<TlsFilter> accept();

 private:
  TlsContext(const TlsTicketSeed& seed, const Clock& clock);
  struct FreeContext {
    void operator()(SSL_CTX* context) const;
  };
  using Context = std::unique_ptr<SSL_CTX, FreeContext>;
  Result<Context> make_context(const TlsMaterial::Certificate& certificate, TlsVersion min_version);
  struct Callbacks;

  TlsTickets tickets_;
  std::vector<Context> contexts_;  ///< one for each certificate; the first is the default
};

/// "expired on 2026-01-02", "is not valid before 2030-01-01", or empty. For a warning: clients
/// would refuse it.
std::string certificate_date_problem(const TlsMaterial::Certificate& certificate, WallTime now);

}  // namespace gp::net
