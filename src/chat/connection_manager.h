/// ConnectionManager: the one owner of a core's connections, and the only way to make one.
///
/// Thread: its core. Users are isolated because everything a connection reads is named by
/// ThreadKeys made from its context.
#pragma once

#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "chat/connection.h"
#include "chat/run_supervisor.h"
#include "chat/services.h"
#include "chat/thread_service.h"

namespace gp::chat {

/// What a valid token says.
struct Session {
  UserId user_id;
  std::vector<std::string> permissions;
  std::optional<WallTime> expires_at;
};

/// Judges tokens for in-band refresh. The gateway binds it to auth.
class TokenJudge {
 public:
  /// Errors: unauthenticated, token_expired.
  virtual Result<Session> judge(std::string_view token) = 0;

 protected:
  ~TokenJudge() = default;
};

/// A connection to be opened.
struct Opening {
  identity::UserExecutionContext context;  ///< with its connection_id
  std::optional<WallTime> expires_at;
  protocol::Subscribe
      subscribe;  ///< what its URL names; nothing and not `all`: it waits for a subscribe command
};

class ConnectionManager {
 public:
  ConnectionManager(ChatServices& services, ThreadService& threads, TokenJudge& judge);
  ~ConnectionManager();

  /// Makes the connection and sends its welcome. The transport outlives it; call close() when the
  /// transport is gone.
  Connection& open(Opening opening, protocol::Dialect& dialect, Transport& transport);
  void close(Connection& connection, Code reason);

  /// Tells every connection to reconnect elsewhere, each after its own random part of `spread`.
  void send_goaway(Duration spread);
  /// Ends every connection with `draining`.
  void close_all();

  ChatServices& services() const { return services_; }
  ThreadService& threads() const { return threads_; }
  std::size_t size() const {
    services_.core.assert_here();
    return connections_.size();
  }

  /// The log of a thread that exists. Errors: thread_not_found.
  void open_thread(const identity::ThreadKey& key, Completion<Result<log::ThreadLog*>> done);
  /// Errors: those of TokenJudge; forbidden if the token is another user's.
  Result<Session> reauthenticate(const identity::UserExecutionContext& context,
                                 std::string_view token);

 private:
  void check_expiry();

  ChatServices& services_;
  ThreadService& threads_;
  TokenJudge& judge_;
  std::vector<std::unique_ptr<Connection>> connections_
      GP_GUARDED_BY(services_.core);  ///< in no order; each knows its place
  std::unordered_map<UserId, std::vector<Connection*>> users_
      GP_GUARDED_BY(services_.core);  ///< oldest first
  runtime::Timer expiry_timer_;
  runtime::Liveness liveness_;
};

}  // namespace gp::chat
