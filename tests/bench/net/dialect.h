// How the servers of the benchmark differ on the wire: address, login, and what wraps a message.
// The workloads above know roles only. To add a server that speaks another way: a Dialect here, a
// name in dialect_named().
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gp::bench {

enum class Role {
  kEcho,    ///< what it sends comes back
  kReader,  ///< gets everything that is published
  kWriter,  ///< publishes
  kStream,  ///< gets the tokens of a stream of its own
  kIdle,    ///< is there
  kBlast,   ///< gets frames as fast as it reads
};

/// What the command line says about the server, for all connections.
struct Target {
  std::uint16_t port = 0;
  bool tls = false;
  bool deflate = false;
  /// Addresses 127.0.0.1 … that connections come from, in turn: one has 28,000 ports.
  std::uint32_t addresses = 8;
  /// Tokens per second of a stream that the server makes itself.
  double rate = 50;
  /// HS256 secret of goldenpath.
  std::string secret;
};

/// A connection as a dialect sees it.
struct Peer {
  Role role;
  std::uint32_t index;  ///< among those of its role
};

class Dialect {
 public:
  virtual ~Dialect() = default;
  virtual std::string path(const Target& target, const Peer& peer) const = 0;
  /// Header lines of the handshake besides the usual ones.
  virtual std::string headers(const Target&, const Peer&) const { return {}; }
  /// Whether the connection can be used once the handshake is over; if not, login() says so later.
  virtual bool ready_at_once() const { return true; }
  struct Login {
    bool ready = false;
    std::string answer;  ///< to be sent, unless empty
  };
  /// A message before the connection is ready.
  virtual Login login(const Peer&, std::string_view) const { return {true, {}}; }
  /// Appends what is sent for a message.
  virtual void wrap(std::string& out, std::string_view message) const { out.append(message); }
  /// What a server's message carries; nullopt: nothing for the workload.
  struct Unwrapped {
    std::optional<std::string_view> message;
    std::string_view answer;  ///< to be sent, unless empty
  };
  virtual Unwrapped unwrap(const Peer&, std::string_view message) const { return {message, {}}; }
};

/// nullptr: there is none of this name.
std::unique_ptr<Dialect> dialect_named(std::string_view name);

/// The thread that stream `index` of goldenpath has.
std::string thread_of(std::uint32_t index);

}  // namespace gp::bench
