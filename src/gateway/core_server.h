/// CoreServer: the gateway of one core: routes requests, authenticates, sends each user to the home
/// core, binds chat to net.
///
/// How a connection travels: accepted on any core → HTTP request read → public routes are answered
/// there; for the others the token is verified, and if the user's home is another core, the socket
/// (with the request, unanswered) moves to it and is handled there as if it had been accepted
/// there. A WebSocket whose token comes in its first frame moves after that frame. Thread: its
/// core; the functions marked so may be called from any.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "auth/token_signer.h"
#include "auth/token_verifier.h"
#include "chat/core_chat.h"
#include "gateway/certificate_watch.h"
#include "gateway/client_api.h"
#include "gateway/cors.h"
#include "gateway/static_site.h"
#include "gateway/websocket_route.h"
#include "log/retention.h"
#include "net/forwarded.h"
#include "net/http_session.h"
#include "net/listener.h"
#include "net/socket.h"
#include "net/websocket_handshake.h"
#include "runtime/asio_core.h"

namespace gp::gateway {

struct GatewayOptions {
  chat::ChatLimits chat;
  log::LogLimits log;
  net::SocketLimits sockets;
  net::WebSocketLimits websocket;
  net::CompressionLimits compression;
  net::HttpOptions http;
  net::ListenerOptions listener;  ///< its TlsContext is each core's own, made from `tls`; its
                                  ///< AddressLimits are the server's, made from `addresses`
  net::AddressLimitSettings addresses;
  net::ForwardedBy forwarded = net::ForwardedBy::kNobody;
  std::optional<TlsOptions> tls;
  Duration first_frame_timeout = std::chrono::seconds(5);
  /// See Cors.
  std::vector<std::string> allowed_origins;
  std::string version;
  std::string commit;
};

/// What one core is made of besides the gateway; the references outlive it.
struct CoreParts {
  std::unique_ptr<log::LogStorage> storage;
  std::unique_ptr<store::ChatStore> store;
  chat::Agents agents;
  auth::TokenVerifier verifier;
  /// Whether the storage takes writes; asked by readiness, and may try one.
  UniqueFunction<bool()> storage_healthy;
  /// Only in demo mode: makes the tokens of demo sessions.
  std::optional<auth::TokenSigner> demo_signer;
};

class CoreServer;

/// All cores. Thread: any.
class Fleet {
 public:
  virtual CoreServer& home_of(const UserId& user) = 0;
  virtual std::string metrics_text() = 0;

 protected:
  ~Fleet() = default;
};

class CoreServer final : private net::HttpRequestHandler, private chat::TokenJudge {
 public:
  CoreServer(runtime::AsioCore& core, CoreParts parts, const GatewayOptions& options,
             const StaticSite& site, metrics::CoreMetrics& metrics, Fleet& fleet);
  ~CoreServer();

  /// The seed, for TLS, is the same for all cores. Errors: those of Listener::open and
  /// TlsContext::create.
  Result<net::Endpoint> listen(const net::Endpoint& endpoint, const net::TlsTicketSeed& seed);
  /// Ends the runs a crash left behind; then the core is ready.
  void recover(Completion<Result<std::size_t>> done);

  /// New TLS handshakes see these certificates, which were tried before.
  void reload_tls(const net::TlsMaterial& material);

  /// Readiness 503, no new messages, every client told to reconnect within `spread`. `idle` is
  /// called once no run is active.
  void begin_drain(Duration spread, UniqueFunction<void()> idle);
  /// Ends what still runs (`interrupted`) and every connection; `done` is called when both are
  /// over.
  void finish_drain(UniqueFunction<void()> done);

  runtime::AsioCore& core() const { return core_; }
  const metrics::CoreMetrics& metrics() const { return metrics_; }

 private:
  struct Route;
  friend struct Routes;

  net::HttpRequestHandler& http_handler() { return *this; }
  void on_request(net::HttpRequest request, net::HttpReply reply) override;
  net::HttpHeaders answer_headers(const net::HttpRequest& request) override {
    return cors_.answer_headers(request);
  }
  Result<chat::Session> judge(std::string_view token) override;
  bool may_shake_hands(const net::Peer& peer);

  void dispatch_user(const Route& route, PathParameters parameters, net::HttpRequest request,
                     net::HttpReply reply);
  void run_user(const Route& route, PathParameters parameters, chat::Session session,
                net::HttpRequest request, net::HttpReply reply);
  /// Moves the connection with its unanswered request to the user's home core.
  void move_request(CoreServer& home, chat::Session session, net::HttpRequest request,
                    net::HttpReply reply);
  Result<identity::UserExecutionContext> make_context(const chat::Session& session);

  void wrong_method(const net::HttpRequest& request, const std::string& allowed,
                    net::HttpReply reply);
  void serve_page(net::HttpRequest request, net::HttpReply reply);
  void health_live(net::HttpRequest request, net::HttpReply reply);
  void health_ready(net::HttpRequest request, net::HttpReply reply);
  void metrics_text(net::HttpRequest request, net::HttpReply reply);
  void version(net::HttpRequest request, net::HttpReply reply);
  void demo_session(net::HttpRequest request, net::HttpReply reply);

  void websocket(net::HttpRequest request, net::HttpReply reply);
  /// Answers 101 with what was agreed on, and puts the endpoint on the connection.
  void open_websocket(const net::Upgrade& upgrade, const std::string& subprotocol,
                      net::HttpReply reply,
                      UniqueFunction<std::unique_ptr<net::WebSocketEndpoint>()> make_endpoint);
  void refuse_websocket(const net::HttpRequest& request, const net::Upgrade& upgrade,
                        const std::string& subprotocol, const Error& error, net::HttpReply reply);
  std::unique_ptr<ChatEndpoint> make_chat(chat::Session session, WebSocketPlan plan);
  std::unique_ptr<LobbyEndpoint> make_lobby(WebSocketPlan plan);
  Result<> leave_lobby(net::WebSocketSession& websocket, std::string_view token,
                       WebSocketPlan plan);
  void adopt_websocket(net::WebSocketSession::Detached moved, chat::Session session,
                       WebSocketPlan plan);

  runtime::AsioCore& core_;
  const GatewayOptions& options_;
  const StaticSite& site_;
  const Cors cors_;
  metrics::CoreMetrics& metrics_;
  Fleet& fleet_;
  std::unique_ptr<log::LogStorage> storage_;
  std::unique_ptr<store::ChatStore> store_;
  auth::TokenVerifier verifier_;
  UniqueFunction<bool()> storage_healthy_;
  std::optional<auth::TokenSigner> demo_signer_;
  protocol::GoldenpathV1 dialect_;
  chat::CoreChat chat_;
  ClientApi api_;
  net::CoreCompression compression_;
  std::unique_ptr<net::TlsContext> tls_;
  net::SocketHub sockets_;
  std::unique_ptr<net::Listener> listener_;
  std::unique_ptr<chat::Recovery> recovery_;
  std::unique_ptr<log::Retention> retention_;
  /// The session of a request that is arriving from another core, which verified its token.
  std::optional<chat::Session> arriving_;
  bool ready_ = false;
  bool draining_ = false;
  runtime::Timer drain_timer_;
  UniqueFunction<void()> drained_;
  MonotonicTime drain_until_{};
  void check_drained();
};

}  // namespace gp::gateway
