#include "chat/connection_manager.h"

#include "base/planted_bug.h"

namespace gp::chat {
namespace {

constexpr Duration kExpiryCheck = std::chrono::seconds(1);

}  // namespace

ConnectionManager::ConnectionManager(ChatServices& services, ThreadService& threads,
                                     TokenJudge& judge)
    : services_(services), threads_(threads), judge_(judge), expiry_timer_(services.core) {
  // A log that comes into memory is read, from here on, by those who read all threads of its owner.
  services_.logs.on_opened([this, token = liveness_.token()](log::ThreadLog& log) {
    if (!token.alive()) return;
    services_.core.assert_here();
    if (GP_PLANTED(live_for_all_users)) {
      for (auto& each : connections_) {
        if (each->reads_all()) each->subscriptions_.add_live(log);
      }
    }
    const auto user = users_.find(log.key().owner());
    if (user == users_.end()) return;
    for (Connection* connection : user->second) {
      if (connection->reads_all()) connection->subscriptions_.add_live(log);
    }
  });
  expiry_timer_.arm(kExpiryCheck, [this] { check_expiry(); });
}

ConnectionManager::~ConnectionManager() = default;

Connection& ConnectionManager::open(Opening opening, protocol::Dialect& dialect,
                                    Transport& transport) {
  services_.core.assert_here();
  const ChatLimits& limits = services_.limits;
  auto made = std::make_unique<Connection>(*this, std::move(opening.context), dialect, transport);
  Connection& connection = *made;
  connection.slot_ = static_cast<std::uint32_t>(connections_.size());
  connections_.push_back(std::move(made));
  auto& of_user = users_[connection.context().user_id()];
  of_user.push_back(&connection);
  services_.metrics.websockets_open.set(static_cast<double>(connections_.size()));
  services_.metrics.users_online.set(static_cast<double>(users_.size()));

  connection.expires_at_ = opening.expires_at.value_or(WallTime::max());
  connection.send(
      dialect.welcome({connection.context().connection_id(), connection.context().user_id(),
                       services_.core.clock().wall_now(), limits.heartbeat, limits.message_bytes,
                       limits.connections_per_user, opening.expires_at}));
  connection.subscribe({}, std::move(opening.subscribe));
  std::size_t live = 0;
  for (auto each = of_user.rbegin(); each != of_user.rend(); ++each) {
    if ((*each)->ending_ || ++live <= limits.connections_per_user) continue;
    (*each)->end(Error{Code::replaced, "the user opened more than " +
                                           std::to_string(limits.connections_per_user) +
                                           " connections; this was the oldest"});
  }
  return connection;
}

void ConnectionManager::close(Connection& connection, Code reason) {
  services_.core.assert_here();
  services_.metrics.closes_by_code[static_cast<std::size_t>(reason)].add();
  const auto user = users_.find(connection.context().user_id());
  std::erase(user->second, &connection);
  if (user->second.empty()) users_.erase(user);
  std::swap(connections_[connection.slot_], connections_.back());
  connections_[connection.slot_]->slot_ = connection.slot_;
  connections_.pop_back();
  services_.metrics.websockets_open.set(static_cast<double>(connections_.size()));
  services_.metrics.users_online.set(static_cast<double>(users_.size()));
}

void ConnectionManager::open_thread(const identity::ThreadKey& key,
                                    Completion<Result<log::ThreadLog*>> done) {
  services_.core.assert_here();
  // A log in memory was opened for a thread that exists; otherwise the store is asked, because
  // opening makes a log.
  const Error gone{Code::thread_not_found, "no thread " + key.thread_id().str()};
  if (threads_.deleting(key)) return done(Error(gone));
  if (log::ThreadLog* log = services_.logs.find(key)) return done(log);
  services_.store.find_thread(key,
                              [this, key, gone, token = liveness_.token(),
                               done = std::move(done)](Result<protocol::Thread> thread) mutable {
                                if (!token.alive()) return;
                                if (thread.has_error()) return done(Error(thread.error()));
                                if (threads_.deleting(key)) return done(Error(gone));
                                services_.logs.open(key, std::move(done));
                              });
}

Result<Session> ConnectionManager::reauthenticate(const identity::UserExecutionContext& context,
                                                  std::string_view token) {
  auto session = judge_.judge(token);
  if (session.has_error()) {
    services_.metrics.auth_failures.add();
    return session;
  }
  if (session.value().user_id != context.user_id())
    return fail(Code::forbidden, "the token is another user's; open another connection for it");
  return session;
}

void ConnectionManager::check_expiry() {
  services_.core.assert_here();
  const WallTime now = services_.core.clock().wall_now();
  for (auto& connection : connections_) {
    if (connection->expires_at_ <= now)
      connection->end(
          Error{Code::token_expired, "the token has expired; connect again with a new one"});
  }
  expiry_timer_.arm(kExpiryCheck, [this] { check_expiry(); });
}

void ConnectionManager::send_goaway(Duration spread) {
  services_.core.assert_here();
  for (auto& connection : connections_) {
    const auto after = Duration(static_cast<Duration::rep>(services_.core.random().below(
        static_cast<std::uint64_t>(std::max<Duration::rep>(spread.count(), 1)))));
    connection->send(connection->dialect_.goaway({after, "draining"}));
  }
}

void ConnectionManager::close_all() {
  services_.core.assert_here();
  for (auto& connection : connections_) {
    if (!connection->ending_)
      connection->end(Error{Code::draining, "the server is being restarted; reconnect"});
  }
}

}  // namespace gp::chat
