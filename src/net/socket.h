/// Socket: one accepted connection. SocketHub: all of a core's, with what they share.
///
/// How it works. A socket has a handler (HTTP, then perhaps WebSocket). Readiness: bytes are
/// received into the hub's one buffer and given to the handler in place. Sending is pulled:
/// want_flush() marks the socket; at the end of the turn the hub asks each marked handler once to
/// fill the hub's scratch (up to kWriteBytes), and writes it with one send(). What the kernel does
/// not take stays in the socket's own unsent bytes, and the handler is not asked again until the
/// kernel took them: memory per slow reader is bounded by one write. A handler that has more is
/// asked again when the socket is writable, after everybody else.
///
/// TLS: a socket with a TlsFilter (start_tls) receives and sends records; handlers see plain bytes
/// only, and hear on_secured() when the handshake is complete. Records that the kernel does not
/// take are unsent bytes like any others.
///
/// Closing is deferred: a closed socket lives until the turn ends, because later events of the same
/// turn may name it. Thread: the hub's core. Limits: SocketLimits; reactions there.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/byte_size.h"
#include "metrics/core_metrics.h"
#include "net/address_limits.h"
#include "net/delivery.h"
#include "net/peer.h"
#include "net/poller.h"
#include "net/tls_filter.h"
#include "protocol/close_reason.h"
#include "runtime/lazy_wheel.h"

namespace gp::net {

struct SocketLimits {
  /// Bytes received from one socket per turn; the rest waits in the kernel (fairness).
  std::size_t read_bytes = 64 * kKiB;
  /// Bytes gathered into one write. One frame larger than this goes alone.
  std::size_t write_bytes = 64 * kKiB;
  /// Writes to one socket per round of a turn's end; then the others get theirs (fairness).
  int writes_per_turn = 4;
  /// Open sockets of this core; further ones are answered 503 and closed.
  std::size_t sockets = 100'000;
  /// How long a closing socket may take to send its last bytes and to be closed by its peer; then
  /// it is reset. Longer while its peer takes linger_bytes of them in every such time.
  Duration linger = std::chrono::seconds(2);
  std::uint32_t linger_bytes = 2 * kKiB;
};

class Socket;

class SocketHandler {
 public:
  virtual ~SocketHandler() = default;
  /// Called once, before anything else.
  virtual void on_attached(Socket& socket) = 0;
  /// Bytes from the peer; they may be changed in place and are gone after the call.
  virtual void on_bytes(std::span<char> bytes) = 0;
  enum class Fill { kDone, kMore };
  /// Appends what is to be sent, stopping once `out` holds `bytes_max`. kMore: there is more.
  virtual Fill fill(std::string& out, std::size_t bytes_max) = 0;
  /// The timeout set by set_timeout() passed.
  virtual void on_timeout() = 0;
  /// The TLS handshake is complete; only of a socket that start_tls() was called on.
  virtual void on_secured() {}
  /// The peer will send no more. The default answer is to close.
  virtual void on_peer_closed() = 0;
  /// The socket is dead; the handler will be destroyed at the end of the turn. Called exactly once
  /// unless detached.
  virtual void on_gone(Code code) = 0;
  /// What the log calls this connection, beside its number; empty until its user is known.
  virtual std::string connection_id() const { return {}; }
};

/// A connection on its way to another core: its descriptor, the bytes the kernel has not taken yet,
/// those that were received and not looked at, its TLS state, and who it is from.
struct DetachedSocket {
  int fd = -1;
  std::string unsent;
  std::string unread;  ///< plain, also of TLS; the first that the new handler gets
  std::unique_ptr<TlsFilter> tls;
  Peer peer;
  AddressLimits::Ticket ticket;

  DetachedSocket() = default;
  DetachedSocket(int descriptor, std::string bytes) : fd(descriptor), unsent(std::move(bytes)) {}
  DetachedSocket(DetachedSocket&& other) noexcept
      : fd(std::exchange(other.fd, -1)),
        unsent(std::move(other.unsent)),
        unread(std::move(other.unread)),
        tls(std::move(other.tls)),
        peer(other.peer),
        ticket(std::move(other.ticket)) {}
  DetachedSocket& operator=(DetachedSocket&& other) noexcept {
    std::swap(fd, other.fd);
    std::swap(unsent, other.unsent);
    std::swap(unread, other.unread);
    std::swap(tls, other.tls);
    std::swap(peer, other.peer);
    std::swap(ticket, other.ticket);
    return *this;
  }
  /// Closes the connection if nobody adopted it.
  ~DetachedSocket();

  /// Bytes of a handler that are to be sent before anything else.
  void append(std::string_view bytes);
};

class SocketHub;

class Socket final : public Pollable, private runtime::LazyWheel::Entry {
 public:
  Socket(SocketHub& hub, DetachedSocket detached);
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  SocketHub& hub() const { return hub_; }
  bool open() const { return state_ == State::kOpen; }
  const Peer& peer() const { return peer_; }
  bool secure() const { return tls_ != nullptr; }

  /// The handler's fill() will be called at the end of the turn.
  void want_flush();
  /// fill() once more, then the end: what is unsent is sent, the peer's FIN awaited, at most
  /// SocketLimits::linger.
  void close_after_flush(CloseReason reason);
  /// The end, now, with a reset: the peer cannot take it for success.
  void abort(CloseReason reason);
  /// Another handler takes over (upgrade). The old one lives until the turn ends.
  void set_handler(std::unique_ptr<SocketHandler> handler);
  /// The connection leaves this core; handler and socket die at the end of the turn without
  /// on_gone().
  DetachedSocket detach();
  /// on_timeout() after this time unless set again. Cheap when the timeout only moves on.
  void set_timeout(Duration timeout);
  /// From here on the connection speaks TLS. Before any byte of it was received or sent.
  void start_tls(std::unique_ptr<TlsFilter> filter) { tls_ = std::move(filter); }
  /// Who the connection is from, told by a proxy; the ticket counts it.
  void set_peer(const Peer& peer, AddressLimits::Ticket ticket);
  /// Bytes of the peer that were read before the handler that they are for was there.
  void receive(std::span<char> bytes);
  /// Sends these bytes as they are, TLS or not, and closes; the handler is not asked for more.
  void close_with(std::string_view last_words, CloseReason reason);
  /// Stops and resumes reading: the kernel's window then slows the peer down.
  void pause_reading();
  void resume_reading();
  /// The kernel has not taken everything yet.
  bool blocked() const { return !unsent_.empty(); }
  /// Whether the kernel took bytes since this was last asked: a slow reader is alive while it
  /// acknowledges bytes.
  bool take_progress() { return std::exchange(progress_, false); }
  /// With what is unsent here. Asks the kernel: for timers, not for every write.
  Delivery delivery() const;

 private:
  friend class SocketHub;
  enum class State : std::uint8_t { kOpen, kFlushing, kLingering, kDead };

  void on_events(std::uint32_t events) override;
  void read();
  void discard_input();
  void flush();
  bool send(std::string_view bytes);
  bool write(std::string_view bytes);
  void hear_close();
  void finish_closing();
  void receive_records(std::string_view records);
  bool write_behind(std::string_view records);
  void end_broken_tls();
  bool say_goodbye();
  bool delivers_last_bytes();
  void die(CloseReason reason);
  void update_interest();

  SocketHub& hub_;
  std::unique_ptr<SocketHandler> handler_;
  std::unique_ptr<TlsFilter> tls_;  ///< null: plain bytes
  std::string unsent_;
  AddressLimits::Ticket ticket_;
  Peer peer_;
  int fd_;
  std::uint32_t slot_ = 0;
  std::uint32_t number_ = 0;        ///< of this core's connections, for the log
  std::uint32_t acknowledged_ = 0;  ///< while closing: bytes the peer had taken when last asked
  std::uint8_t interest_ = 0;
  CloseReason close_reason_{};
  State state_ = State::kOpen;
  bool dirty_ = false;
  bool more_ = false;  ///< the handler has more than fitted into this turn's writes
  bool reading_paused_ = false;
  bool peer_closed_ = false;
  bool progress_ = false;
  bool silenced_ = false;  ///< the handler is not asked for bytes any more
};

class SocketHub {
 public:
  SocketHub(runtime::AsioCore& core, SocketLimits limits, metrics::CoreMetrics& metrics);
  ~SocketHub();
  SocketHub(const SocketHub&) = delete;
  SocketHub& operator=(const SocketHub&) = delete;

  runtime::AsioCore& core() const { return core_; }
  Poller& poller() { return poller_; }
  metrics::CoreMetrics& metrics() const { return metrics_; }
  const SocketLimits& limits() const { return limits_; }
  std::size_t size() const {
    core_.assert_here();
    return sockets_.size();
  }

  /// Takes over a connected, non-blocking descriptor. If the core is full it is closed and nullptr
  /// returned.
  Socket* adopt(DetachedSocket detached, std::unique_ptr<SocketHandler> handler);
  /// Ends all connections with a reset. For shutdown.
  void abort_all();
  /// Counts on in steps of LazyWheel::kTick; free to read.
  std::uint32_t tick() const { return wheel_.tick(); }
  /// Every end of a connection is counted here, also of those that never became a Socket.
  void count_close(CloseReason reason) {
    metrics_.closes_by_reason[static_cast<std::size_t>(reason)].add();
  }

 private:
  friend class Socket;
  void mark_dirty(Socket& socket);
  void bury(Socket& socket);
  void end_of_turn();

  runtime::AsioCore& core_;
  const SocketLimits limits_;
  metrics::CoreMetrics& metrics_;
  Poller poller_;
  runtime::LazyWheel wheel_;
  std::vector<char> receive_buffer_;
  std::string scratch_;
  std::vector<char> plain_;  ///< decrypted bytes of the socket being read; empty until TLS is used
  std::string records_;      ///< encrypted bytes of the socket being read or written
  std::uint32_t last_number_ GP_GUARDED_BY(core_) = 0;
  std::vector<std::unique_ptr<Socket>> sockets_ GP_GUARDED_BY(core_);
  std::vector<Socket*> dirty_ GP_GUARDED_BY(core_);
  std::vector<std::unique_ptr<Socket>> dead_ GP_GUARDED_BY(core_);
  std::vector<std::unique_ptr<SocketHandler>> dead_handlers_ GP_GUARDED_BY(core_);
  runtime::Liveness liveness_;
};

}  // namespace gp::net
