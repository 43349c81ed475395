// Swarm: all connections of the generator on one epoll, with what a client must do by itself:
// handshake, login, pings, inflating. One thread.
//
// A connection that closes, breaks the protocol or does not answer within kPatience ends the run:
// problem() then tells why, and turn() does nothing more. Messages are queued by send() and written
// at the end of the turn, one write per connection, as a good client does.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dialect.h"
#include "event_text.h"
#include "wire.h"

namespace gp::bench {

/// Something that is waited for beside the connections.
class Readable {
 public:
  virtual void on_readable() = 0;

 protected:
  ~Readable() = default;
};

struct Client {
  int fd = -1;
  Peer peer{};
  enum class State { kTls, kUpgrade, kLogin, kReady } state = State::kUpgrade;
  /// The workload's: what it has checked, and what it counts.
  EventReader events;
  std::uint64_t sent = 0;
  std::uint64_t received = 0;

  SSL* tls = nullptr;
  std::string key;       ///< of the handshake
  std::string partial;   ///< of a frame
  std::string fragment;  ///< of a message
  bool fragment_compressed = false;
  std::string unsent;
  bool dirty = false;
  bool writing = false;
};

class Receiver {
 public:
  virtual void on_message(Client& client, std::string_view message) = 0;

 protected:
  ~Receiver() = default;
};

class Swarm {
 public:
  Swarm(const Target& target, const Dialect& dialect, Receiver& receiver);
  ~Swarm();
  Swarm(const Swarm&) = delete;
  Swarm& operator=(const Swarm&) = delete;

  /// Opens connections `from` … `to` - 1 of a role and waits until all are ready.
  bool open(Role role, std::uint32_t from, std::uint32_t to);
  /// Waits at most this long for something to read, and handles it. False: there was nothing.
  bool turn(int milliseconds);
  /// A turn that does not sleep: for what is measured. To wake a sleeping receiver costs the sender
  /// of a loopback connection one to two microseconds, which no server of this world pays for its
  /// clients; and how often it happens would depend on how fast the generator is.
  void poll();
  /// Nanoseconds in which poll() found nothing to do.
  std::uint64_t idle_nanoseconds() const { return idle_; }
  /// Polls until `now_nanoseconds()` has reached it, or there is a problem.
  void run_until(std::uint64_t nanoseconds);
  void send(Client& client, std::string_view message);
  void fail(std::string_view problem);
  bool failed() const { return !problem_.empty(); }
  const std::string& problem() const { return problem_; }
  /// In the order in which they were opened.
  std::vector<std::unique_ptr<Client>>& clients() { return clients_; }
  void watch(int fd, Readable& readable);
  /// Messages that came compressed.
  std::uint64_t compressed() const { return compressed_; }

 private:
  void begin(Role role, std::uint32_t index);
  void send_upgrade(Client& client);
  void on_ready(Client& client);
  void on_events(Client& client, std::uint32_t events);
  void continue_tls(Client& client);
  void read(Client& client);
  void take(Client& client, std::string_view bytes);
  /// Bytes taken.
  std::size_t take_frames(Client& client, std::string_view bytes);
  std::size_t take_upgrade(Client& client, std::string_view bytes);
  bool take_frame(Client& client, const Frame& frame);
  bool take_message(Client& client, std::string_view payload, bool compressed);
  void queue(Client& client, Opcode opcode, std::string_view payload);
  void mark_dirty(Client& client);
  void flush(Client& client);
  void want_writing(Client& client, bool wanted);

  const Target& target_;
  const Dialect& dialect_;
  Receiver& receiver_;
  int epoll_ = -1;
  std::uint64_t idle_ = 0;
  SSL_CTX* tls_ = nullptr;
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<Client*> dirty_;
  std::vector<char> buffer_;
  std::string wrapped_;
  Inflater inflater_;
  /// What everybody gets alike is inflated once.
  std::string last_compressed_;
  std::string last_message_;
  std::uint64_t compressed_ = 0;
  std::uint32_t ready_ = 0;
  std::string problem_;
};

}  // namespace gp::bench
