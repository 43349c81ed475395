#include "dialect.h"

#include <fmt/core.h>

#include "wire.h"

namespace gp::bench {
namespace {

std::string_view role_name(Role role) {
  switch (role) {
    case Role::kEcho: return "echo";
    case Role::kReader: return "sub";
    case Role::kWriter: return "pub";
    case Role::kStream: return "stream";
    case Role::kIdle: return "idle";
    case Role::kBlast: return "blast";
  }
  return "";
}

/// The floor server and the peers that we wrote: a path for each role, messages as they are.
class PlainDialect final : public Dialect {
 public:
  std::string path(const Target& target, const Peer& peer) const override {
    return fmt::format("/{}?rate={}&stream={}", role_name(peer.role), target.rate, peer.index);
  }
};

/// nginx with nchan: a channel per stream, and channel `all`. The answers to publishing are
/// dropped.
class NchanDialect final : public Dialect {
 public:
  std::string path(const Target&, const Peer& peer) const override {
    const bool writer = peer.role == Role::kWriter;
    if (peer.role == Role::kStream || (writer && peer.index > 0))
      return fmt::format("/{}?id=s{}", writer ? "pub" : "sub", peer.index - (writer ? 1 : 0));
    return writer ? "/pub?id=all" : "/sub?id=all";
  }
  Unwrapped unwrap(const Peer& peer, std::string_view message) const override {
    if (peer.role == Role::kWriter) return {};
    return {message, {}};
  }
};

/// Engine.IO 4 and Socket.IO 5 over WebSocket.
class SocketIoDialect final : public Dialect {
 public:
  std::string path(const Target& target, const Peer& peer) const override {
    return fmt::format("/socket.io/?EIO=4&transport=websocket&role={}&rate={}&stream={}",
                       role_name(peer.role), target.rate, peer.index);
  }
  bool ready_at_once() const override { return false; }
  Login login(const Peer&, std::string_view message) const override {
    if (message.starts_with('0')) return {false, "40"};
    return {message.starts_with("40"), {}};
  }
  void wrap(std::string& out, std::string_view message) const override {
    out.append(kEvent).append(message).append("]");
  }
  Unwrapped unwrap(const Peer&, std::string_view message) const override {
    if (message == "2") return {std::nullopt, "3"};
    if (!message.starts_with(kEvent) || !message.ends_with(']')) return {message, {}};
    message.remove_prefix(kEvent.size());
    message.remove_suffix(1);
    return {message, {}};
  }

 private:
  static constexpr std::string_view kEvent = R"(42["m",)";
};

/// goldenpath's full path: readers are one user's tabs on one thread, streams are users of their
/// own, and echo is the command `ping`.
class GoldenpathDialect final : public Dialect {
 public:
  std::string path(const Target&, const Peer& peer) const override {
    const bool names_threads = peer.role == Role::kReader || peer.role == Role::kWriter;
    return names_threads ? "/ws?resume=1" : "/ws";
  }
  std::string headers(const Target& target, const Peer& peer) const override {
    const bool crowd = peer.role == Role::kReader || peer.role == Role::kWriter;
    const std::string user =
        crowd ? "crowd" : fmt::format("{}-{}", role_name(peer.role), peer.index);
    return fmt::format("Authorization: Bearer {}\r\n", make_token(target.secret, user));
  }
  bool ready_at_once() const override { return false; }
  Login login(const Peer& peer, std::string_view message) const override {
    if (message.starts_with(R"({"type":"welcome")")) {
      if (peer.role != Role::kReader) return {true, {}};
      return {false, fmt::format(R"({{"type":"subscribe","thread_id":"{}","after":"now"}})",
                                 thread_of(0))};
    }
    return {message.starts_with(R"({"type":"caught_up")"), {}};
  }
  void wrap(std::string& out, std::string_view message) const override {
    // Commands are given whole; anything else is the text of a ping.
    if (message.starts_with(R"({"type":)")) {
      out.append(message);
    } else {
      out.append(R"({"type":"ping","text":)").append(message).append("}");
    }
  }
  Unwrapped unwrap(const Peer& peer, std::string_view message) const override {
    if (peer.role != Role::kEcho) return {message, {}};
    constexpr std::string_view kText = R"("text":)";
    const std::size_t at = message.find(kText);
    if (at == std::string_view::npos) return {message, {}};
    message.remove_prefix(at + kText.size());
    message.remove_suffix(1);
    return {message, {}};
  }
};

}  // namespace

std::unique_ptr<Dialect> dialect_named(std::string_view name) {
  if (name == "plain") return std::make_unique<PlainDialect>();
  if (name == "nchan") return std::make_unique<NchanDialect>();
  if (name == "socketio") return std::make_unique<SocketIoDialect>();
  if (name == "goldenpath") return std::make_unique<GoldenpathDialect>();
  return nullptr;
}

std::string thread_of(std::uint32_t index) { return fmt::format("thread-{:04}", index); }

}  // namespace gp::bench
