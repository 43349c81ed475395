#include "gateway/core_server.h"

#include "auth/bearer.h"
#include "base/assert.h"
#include "base/log.h"
#include "gateway/demo_guard.h"
#include "net/http_error.h"
#include "protocol/json_writer.h"

namespace gp::gateway {

struct CoreServer::Route {
  RoutePattern pattern;
  /// One of the two: for anybody, or for an authenticated user on the home core.
  void (CoreServer::*open)(net::HttpRequest, net::HttpReply) = nullptr;
  void (ClientApi::*user)(ApiCall) = nullptr;
};

/// To add a route: a line here, its function, its row in docs/protocol.md section 5.
struct Routes {
  using S = CoreServer;
  using A = ClientApi;
  static const std::vector<CoreServer::Route>& all() {
    static const std::vector<CoreServer::Route> routes{
        {{"GET", "/ws"}, &S::websocket},
        {{"GET", "/health/live"}, &S::health_live},
        {{"GET", "/health/ready"}, &S::health_ready},
        {{"GET", "/metrics"}, &S::metrics_text},
        {{"GET", "/version"}, &S::version},
        {{"POST", "/v1/demo/session"}, &S::demo_session},
        {{"GET", "/v1/threads"}, nullptr, &A::list_threads},
        {{"POST", "/v1/threads"}, nullptr, &A::create_thread},
        {{"GET", "/v1/threads/{id}"}, nullptr, &A::get_thread},
        {{"PATCH", "/v1/threads/{id}"}, nullptr, &A::rename_thread},
        {{"DELETE", "/v1/threads/{id}"}, nullptr, &A::delete_thread},
        {{"GET", "/v1/threads/{id}/messages"}, nullptr, &A::list_messages},
        {{"POST", "/v1/threads/{id}/messages"}, nullptr, &A::send_message},
        {{"GET", "/v1/threads/{id}/events"}, nullptr, &A::stream_events},
        {{"GET", "/v1/runs/{id}"}, nullptr, &A::get_run},
        {{"POST", "/v1/runs/{id}/stop"}, nullptr, &A::stop_run},
    };
    return routes;
  }
  static const std::vector<RoutePattern>& patterns() {
    static const std::vector<RoutePattern> patterns = [] {
      std::vector<RoutePattern> made;
      for (const auto& route : all()) made.push_back(route.pattern);
      return made;
    }();
    return patterns;
  }
};

CoreServer::CoreServer(runtime::AsioCore& core, CoreParts parts, const GatewayOptions& options,
                       const StaticSite& site, metrics::CoreMetrics& metrics, Fleet& fleet)
    : core_(core),
      options_(options),
      site_(site),
      cors_(options.allowed_origins),
      metrics_(metrics),
      fleet_(fleet),
      storage_(std::move(parts.storage)),
      store_(std::move(parts.store)),
      verifier_(std::move(parts.verifier)),
      storage_healthy_(std::move(parts.storage_healthy)),
      demo_signer_(std::move(parts.demo_signer)),
      chat_(core, *storage_, *store_, std::move(parts.agents), *this, options.chat, options.log,
            metrics),
      api_(chat_, dialect_),
      compression_(options.compression, metrics),
      sockets_(core, options.sockets, metrics),
      drain_timer_(core) {}

// Sockets hold chat connections, so they go first.
CoreServer::~CoreServer() {
  listener_.reset();
  sockets_.abort_all();
}

Result<net::Endpoint> CoreServer::listen(const net::Endpoint& endpoint,
                                         const net::TlsTicketSeed& seed) {
  net::ListenerOptions listening = options_.listener;
  if (options_.tls) {
    GP_TRY(tls_, net::TlsContext::create(options_.tls->material, seed, core_.clock()));
    listening.tls = tls_.get();
  }
  const auto make_handler = [this] {
    return std::make_unique<net::HttpSession>(http_handler(), options_.http);
  };
  GP_TRY(listener_, net::Listener::open(sockets_, endpoint, make_handler, std::move(listening)));
  return listener_->endpoint();
}

void CoreServer::reload_tls(const net::TlsMaterial& material) {
  const auto reloaded = tls_->reload(material);
  GP_ASSERT(reloaded.has_value(), "certificates that were good on the main thread are bad here");
  metrics_.tls_reloads.add();
}

void CoreServer::recover(Completion<Result<std::size_t>> done) {
  const auto is_home = [this](const UserId& user) { return &fleet_.home_of(user) == this; };
  recovery_ = std::make_unique<chat::Recovery>(chat_.services, is_home);
  recovery_->start([this, is_home, done = std::move(done)](Result<std::size_t> ended) mutable {
    ready_ = ended.has_value();
    if (ready_) retention_ = std::make_unique<log::Retention>(chat_.logs, is_home);
    done(std::move(ended));
  });
}

Result<chat::Session> CoreServer::judge(std::string_view token) {
  GP_TRY(auto claims, verifier_.verify(token, core_.clock().wall_now()));
  return chat::Session{std::move(claims.user_id), std::move(claims.permissions), claims.expires_at};
}

void CoreServer::on_request(net::HttpRequest request, net::HttpReply reply) {
  // A request that arrives from another core was looked at there.
  if (!arriving_)
    net::apply_forwarded(request, options_.listener.trusted_proxies, options_.forwarded);
  const Routing routing = find_route(Routes::patterns(), request.method, request.path());
  if (const auto* wrong = std::get_if<WrongMethod>(&routing))
    return wrong_method(request, wrong->allowed, std::move(reply));
  if (std::holds_alternative<NoSuchPath>(routing))
    return serve_page(std::move(request), std::move(reply));
  const auto& match = std::get<RouteMatch>(routing);
  const Route& route = Routes::all()[match.index];
  if (route.open != nullptr) return (this->*route.open)(std::move(request), std::move(reply));
  dispatch_user(route, match.parameters, std::move(request), std::move(reply));
}

void CoreServer::dispatch_user(const Route& route, PathParameters parameters,
                               net::HttpRequest request, net::HttpReply reply) {
  if (arriving_) {
    chat::Session session = std::move(*arriving_);
    arriving_.reset();
    return run_user(route, std::move(parameters), std::move(session), std::move(request),
                    std::move(reply));
  }
  const auto token =
      auth::bearer_token(request.header("Authorization").value_or(std::string_view{}));
  auto session = token ? judge(*token)
                       : Result<chat::Session>(Error{Code::unauthenticated,
                                                     "send the token as Authorization: Bearer"});
  if (session.has_error()) {
    metrics_.auth_failures.add();
    return reply.send(net::error_response(session.error()));
  }
  CoreServer& home = fleet_.home_of(session.value().user_id);
  if (&home != this)
    return move_request(home, std::move(session.value()), std::move(request), std::move(reply));
  run_user(route, std::move(parameters), std::move(session.value()), std::move(request),
           std::move(reply));
}

void CoreServer::run_user(const Route& route, PathParameters parameters, chat::Session session,
                          net::HttpRequest request, net::HttpReply reply) {
  if (!ready_)
    return reply.send(
        net::error_response(Error{Code::overloaded, "the server is starting; try again"}));
  auto context = make_context(session);
  if (context.has_error()) return reply.send(net::error_response(context.error()));
  (api_.*route.user)(ApiCall{std::move(request), std::move(parameters), std::move(context.value()),
                             std::move(reply)});
}

Result<identity::UserExecutionContext> CoreServer::make_context(const chat::Session& session) {
  return identity::UserExecutionContext::create({.user_id = session.user_id,
                                                 .request_id = core_.ids().request(),
                                                 .connection_id = core_.ids().connection(),
                                                 .permissions = session.permissions,
                                                 .created_at = core_.clock().wall_now()});
}

void CoreServer::move_request(CoreServer& home, chat::Session session, net::HttpRequest request,
                              net::HttpReply reply) {
  net::HttpSession* leaving = reply.take_session();
  if (leaving == nullptr) return;
  auto moved = leaving->detach();
  const bool taken =
      home.core_.try_post([&home, moved = std::move(moved), session = std::move(session),
                           request = std::move(request)]() mutable {
        home.arriving_ = std::move(session);
        auto handler = std::make_unique<net::HttpSession>(home.http_handler(), home.options_.http,
                                                          moved, std::move(request));
        home.sockets_.adopt(std::move(moved.socket), std::move(handler));
        home.arriving_.reset();
      });
  // A refused post destroys the task and with it the connection: the client sees it closed and
  // backs off.
  if (taken) return;
  metrics_.connections_refused.add();
  sockets_.count_close(CloseReason::overloaded);
}

void CoreServer::wrong_method(const net::HttpRequest& request, const std::string& allowed,
                              net::HttpReply reply) {
  if (request.method == "OPTIONS") return reply.send(cors_.options(request, allowed));
  auto response =
      net::error_response(Error{Code::method_not_allowed, "this address takes " + allowed});
  response.headers.push_back({"Allow", allowed});
  reply.send(std::move(response));
}

void CoreServer::serve_page(net::HttpRequest request, net::HttpReply reply) {
  if (request.target == "*")
    return wrong_method(request, all_methods(Routes::patterns()), std::move(reply));
  auto page = site_.get(request);
  if (!page)
    return reply.send(net::error_response(Error{Code::not_found, "nothing is at this address"}));
  if (request.method != "GET" && request.method != "HEAD")
    return wrong_method(request, "GET, HEAD, OPTIONS", std::move(reply));
  reply.send(std::move(*page));
}

void CoreServer::health_live(net::HttpRequest, net::HttpReply reply) {
  reply.send(net::json_response(200, R"({"status":"live"})"));
}

void CoreServer::health_ready(net::HttpRequest, net::HttpReply reply) {
  const char* reason = nullptr;
  if (!ready_) reason = "starting";
  if (!chat_.logs.committer().healthy() || !storage_healthy_())
    reason = "the store cannot be written";
  if (draining_) reason = "draining";
  if (reason == nullptr) return reply.send(net::json_response(200, R"({"status":"ready"})"));
  std::string body;
  protocol::JsonWriter(body)
      .begin_object()
      .field("status", "not ready")
      .field("reason", reason)
      .end_object();
  reply.send(net::json_response(503, std::move(body)));
}

void CoreServer::metrics_text(net::HttpRequest, net::HttpReply reply) {
  reply.send(net::HttpResponse{
      200, {{"Content-Type", "text/plain; version=0.0.4"}}, fleet_.metrics_text()});
}

void CoreServer::version(net::HttpRequest, net::HttpReply reply) {
  std::string body;
  protocol::JsonWriter(body)
      .begin_object()
      .field("name", "goldenpath")
      .field("version", options_.version)
      .field("commit", options_.commit)
      .key("protocols")
      .begin_array()
      .value(protocol::GoldenpathV1::kName)
      .end_array()
      .field("demo", demo_signer_.has_value())
      .end_object();
  reply.send(net::json_response(200, std::move(body)));
}

void CoreServer::demo_session(net::HttpRequest request, net::HttpReply reply) {
  if (!demo_signer_)
    return reply.send(net::error_response(Error{Code::not_found, "demo sessions are off"}));
  auto made = make_demo_session(request, *demo_signer_, core_.clock().wall_now());
  if (made.has_error()) return reply.send(net::error_response(made.error()));
  reply.send(net::json_response(200, std::move(made.value())));
}

void CoreServer::begin_drain(Duration spread, UniqueFunction<void()> idle) {
  runtime::Core::Turn turn(core_);
  draining_ = true;
  chat_.threads.begin_drain();
  chat_.connections.send_goaway(spread);
  if (chat_.runs.active() == 0) return idle();
  // Once: a message that was being accepted may still start a run, which then becomes idle again.
  chat_.runs.on_idle([idle = std::move(idle)]() mutable {
    if (auto call = std::exchange(idle, {})) call();
  });
}

void CoreServer::finish_drain(UniqueFunction<void()> done) {
  runtime::Core::Turn turn(core_);
  chat_.runs.on_idle({});
  chat_.runs.interrupt_all();
  drained_ = std::move(done);
  drain_until_ = core_.now() + std::chrono::seconds(5);
  check_drained();
}

// First the runs (their last events go out), then the connections; both within the grace of
// finish_drain.
void CoreServer::check_drained() {
  const bool late = core_.now() >= drain_until_;
  if (chat_.runs.active() == 0 || late) {
    chat_.connections.close_all();
    if (chat_.connections.size() == 0 || late) return std::exchange(drained_, {})();
  }
  drain_timer_.arm(std::chrono::milliseconds(20), [this] { check_drained(); });
}

}  // namespace gp::gateway
