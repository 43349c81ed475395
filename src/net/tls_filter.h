/// TlsFilter: one TLS connection between a Socket and its handler: records in, plain bytes out, and
/// the reverse.
///
/// How it works. OpenSSL reads and writes through a BIO that stands on buffers of the caller: the
/// bytes just received, and a string that records are appended to. It never blocks and never
/// touches a descriptor; records that the kernel does not take are kept by the socket, as plain
/// bytes would be. Between calls the filter holds OpenSSL's state and at most one incomplete
/// record.
///
/// Invariants: (1) receive() takes all it is given; (2) nothing is sent after close() or a failure;
/// (3) a failure is final.
/// Thread: one at a time; may move to another core between calls (a Socket's detach()).
/// Limits: OpenSSL's own for handshake messages (about 128 KiB), empty records and warnings; key
/// updates (TLS 1.3), each of which costs as much as a thousand bytes, by kKeyUpdatesFree.
/// Reaction: kMalformed.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

// OpenSSL's types, so that its headers stay out of ours.
using SSL = struct ssl_st;
using SSL_CTX = struct ssl_ctx_st;

namespace gp::net {

/// Why a TLS connection failed; a metric each.
enum class TlsFailure : std::uint8_t {
  kNone,
  kPlainHttp,    ///< the peer speaks HTTP without TLS
  kNoAgreement,  ///< no TLS version, cipher or signature in common
  kNoProtocol,   ///< ALPN without http/1.1
  kPeerRefused,  ///< the peer sent an alert, often about our certificate
  kMalformed,    ///< bytes that are not TLS, or were changed on the way
};
std::string_view to_string(TlsFailure failure);

class TlsFilter {
 public:
  /// What a record may add to its plain bytes, and what an incomplete one may have held back.
  static constexpr std::size_t kRecordBytesMax = 17 * 1024;

  /// Key updates that need no data; one more for each MiB. Honest peers make one in gigabytes.
  static constexpr std::uint32_t kKeyUpdatesFree = 32;

  explicit TlsFilter(SSL_CTX* context);
  ~TlsFilter();
  TlsFilter(const TlsFilter&) = delete;
  TlsFilter& operator=(const TlsFilter&) = delete;

  struct Received {
    std::size_t plain = 0;  ///< bytes at the begin of `plain`
    bool secured = false;   ///< these bytes completed the handshake
    bool closed = false;    ///< close_notify: the peer will send no more
    bool failed = false;    ///< see failure(); an alert may have been appended to `out`
  };
  /// `plain` has room for kRecordBytesMax more than `records` has. What is to be sent at once
  /// (handshake, tickets, alerts) is appended to `out`.
  Received receive(std::string_view records, std::span<char> plain, std::string& out);
  /// Appends the records of `plain`. False: the connection failed.
  bool send(std::string_view plain, std::string& out);
  /// Appends close_notify if there is a connection to close. Nothing can be sent afterwards.
  void close(std::string& out);

  /// The handshake is complete and nothing has ended the sending.
  bool can_send() const { return state_ == State::kOpen; }
  bool handshaking() const { return state_ == State::kHandshake; }
  bool peer_closed() const { return peer_closed_; }
  TlsFailure failure() const { return failure_; }
  bool resumed() const;
  /// The peer's reason in OpenSSL's words, for the log.
  const char* reason() const { return reason_; }

 private:
  enum class State : std::uint8_t { kHandshake, kOpen, kClosed, kFailed };
  struct Bio;

  bool shake_hands(Received& got);
  void read_plain(std::span<char> plain, Received& got);
  void fail_with_queue(Received& got);
  bool flooded() const { return key_updates_ > kKeyUpdatesFree + (plain_bytes_ >> 20); }

  SSL* ssl_;
  std::string_view in_;
  std::string* out_ = nullptr;
  const char* reason_ = "";
  std::uint64_t plain_bytes_ = 0;  ///< received
  std::uint32_t records_sent_ = 0;
  std::uint32_t key_updates_ = 0;  ///< received
  State state_ = State::kHandshake;
  TlsFailure failure_ = TlsFailure::kNone;
  bool begun_ = false;
  bool peer_closed_ = false;
};

}  // namespace gp::net
