/// TlsClient: a client's side of one TLS connection, on memory: records of the peer go in, records
/// for it come out.
///
/// The peer's certificate must be valid for the host and lead to a root of the system's store, or
/// of the file that is named instead. There is no way to go on without. Owner: a client's stream.
/// Thread: one at a time. Errors: a sentence that names the peer and what to do; final.
/// Code::bad_request for the file of the CA and a host that has no TLS name, Code::overloaded for
/// the alert internal_error, which is how a full goldenpath answers: later it may go well.
/// Code::protocol_error for the rest: trying again does not help.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "protocol/codes.h"

// OpenSSL's types, so that its headers stay out of ours.
using SSL = struct ssl_st;
using BIO = struct bio_st;

namespace gp::net {

class TlsClient {
 public:
  struct Options {
    std::string host;     ///< the name or address that the certificate must be for
    std::string peer;     ///< as errors call it: "chat.example.org:8443"
    std::string ca_file;  ///< PEM: whom to trust; empty: the system's store
  };
  static Result<std::unique_ptr<TlsClient>> create(const Options& options);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  /// Bytes of the peer.
  void give(std::string_view records);
  /// Bytes for the peer: to be looked for after every call below, failed ones included (an alert).
  std::string take();

  /// True when the handshake is complete; until then it wants more of the peer's records.
  Result<bool> shake_hands();
  struct Read {
    std::size_t size = 0;
    bool closed = false;  ///< the peer said that it will send no more
  };
  /// Nothing and not closed: more records are needed.
  Result<Read> read(std::span<char> plain);
  Result<> write(std::string_view plain);
  /// Says goodbye if there is a connection.
  void close();

 private:
  TlsClient(SSL* ssl, const Options& options);
  Error failure() const;
  Error distrust(long verdict) const;

  const Options options_;
  SSL* ssl_;
  BIO* in_;   ///< owned by ssl_
  BIO* out_;  ///< owned by ssl_
};

}  // namespace gp::net
