// How a WebSocket comes to its chat::Connection. The rest of CoreServer is in core_server.cc.
#include <algorithm>

#include "auth/bearer.h"
#include "base/assert.h"
#include "gateway/core_server.h"
#include "net/http_error.h"
#include "net/websocket_handshake.h"

namespace gp::gateway {
namespace {

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text.append(text.empty() ? "" : ", ").append(part);
  return text;
}

/// The subprotocol to select; empty if none was offered besides a token. Errors: bad_request if we
/// speak none of them.
Result<std::string> select_subprotocol(const auth::SubprotocolOffer& offer) {
  if (offer.protocols.empty()) return std::string();
  if (std::ranges::find(offer.protocols, protocol::GoldenpathV1::kName) != offer.protocols.end())
    return std::string(protocol::GoldenpathV1::kName);
  return fail(Code::bad_request, "Sec-WebSocket-Protocol: offer goldenpath.v1");
}

}  // namespace

// A trusted proxy that does not tell for whom it connects is not one address among others.
bool CoreServer::may_shake_hands(const net::Peer& peer) {
  const net::ListenerOptions& listening = options_.listener;
  if (listening.address_limits == nullptr || contains(listening.trusted_proxies, peer.address) ||
      listening.address_limits->admit_handshake(peer.address, core_.now()))
    return true;
  metrics_.refused_handshakes.add();
  return false;
}

void CoreServer::websocket(net::HttpRequest request, net::HttpReply reply) {
  const auto refuse = [&](const Error& error) {
    arriving_.reset();  // or the next pipelined request would have this one's session
    auto response = net::error_response(error);
    if (error.code == Code::upgrade_required) {
      for (auto& header : net::upgrade_required_headers())
        response.headers.push_back(std::move(header));
    }
    reply.send(std::move(response));
  };
  if (!arriving_ && !may_shake_hands(request.peer))
    return refuse(
        Error{Code::rate_limited, "too many handshakes from this address; wait a second"});
  auto upgrade = net::check_upgrade(request);
  if (upgrade.has_error()) return refuse(upgrade.error());
  const std::string offered = joined(upgrade.value().protocols);
  auto offer = auth::parse_subprotocols(offered);
  if (offer.has_error() && offer.error().code != Code::unauthenticated)
    return refuse(offer.error());
  // An undecodable token entry is a bad token; the browser that sent it is answered like with any
  // other bad token.
  std::string subprotocol;
  if (offer.has_value()) {
    auto selected = select_subprotocol(offer.value());
    if (selected.has_error()) return refuse(selected.error());
    subprotocol = std::move(selected.value());
  } else if (std::ranges::find(upgrade.value().protocols, protocol::GoldenpathV1::kName) !=
             upgrade.value().protocols.end()) {
    subprotocol = protocol::GoldenpathV1::kName;
  }
  if (draining_) return refuse(Error{Code::draining, "the server is being restarted; try again"});
  if (!ready_) return refuse(Error{Code::overloaded, "the server is starting; try again"});
  auto plan = plan_from_query(request.query_parameter("after"), request.query_parameter("resume"));
  if (plan.has_error()) return refuse(Error{Code::bad_request, plan.error().message});
  const auto origin = request.header("Origin");
  if (origin && !cors_.may_open_websocket(*origin)) {
    return refuse_websocket(request, upgrade.value(), subprotocol,
                            Error{Code::forbidden, "this Origin is not in server.allowed_origins"},
                            std::move(reply));
  }

  if (!arriving_) {
    const auto header = request.header("Authorization");
    std::optional<std::string_view> token;
    if (header) {
      token = auth::bearer_token(*header).value_or(std::string_view{});
    } else if (offer.has_value() && offer.value().token) {
      token = *offer.value().token;
    }
    if (!token && offer.has_value()) {
      return open_websocket(upgrade.value(), subprotocol, std::move(reply),
                            [&] { return make_lobby(std::move(plan.value())); });
    }
    auto judged = token ? judge(*token) : Result<chat::Session>(Error(offer.error()));
    if (judged.has_error()) {
      metrics_.auth_failures.add();
      return refuse_websocket(request, upgrade.value(), subprotocol, judged.error(),
                              std::move(reply));
    }
    CoreServer& home = fleet_.home_of(judged.value().user_id);
    if (&home != this)
      return move_request(home, std::move(judged.value()), std::move(request), std::move(reply));
    arriving_ = std::move(judged.value());
  }
  chat::Session session = std::move(*arriving_);
  arriving_.reset();
  open_websocket(upgrade.value(), subprotocol, std::move(reply),
                 [&] { return make_chat(std::move(session), std::move(plan.value())); });
}

void CoreServer::open_websocket(
    const net::Upgrade& upgrade, const std::string& subprotocol, net::HttpReply reply,
    UniqueFunction<std::unique_ptr<net::WebSocketEndpoint>()> make_endpoint) {
  net::HttpSession* session = reply.take_session();
  if (session == nullptr) return;
  const auto& limits = compression_.limits();
  const auto agreed = limits.enabled ? net::accept_deflate(upgrade.extensions, limits.takeover)
                                     : std::optional<net::DeflateAgreement>();
  session->upgrade(net::switching_protocols_response(upgrade.key, subprotocol,
                                                     agreed ? agreed->answer : std::string()),
                   std::make_unique<net::WebSocketSession>(
                       options_.websocket, make_endpoint(),
                       agreed ? net::WebSocketCompression(compression_, agreed->parameters)
                              : net::WebSocketCompression()));
}

// A browser sees a refused handshake only as 1006, "something failed": it is accepted, told why,
// and closed with the code.
void CoreServer::refuse_websocket(const net::HttpRequest& request, const net::Upgrade& upgrade,
                                  const std::string& subprotocol, const Error& error,
                                  net::HttpReply reply) {
  if (!request.header("Origin")) return reply.send(net::error_response(error));
  open_websocket(upgrade, subprotocol, std::move(reply),
                 [&] { return std::make_unique<RefusalEndpoint>(dialect_, error); });
}

std::unique_ptr<ChatEndpoint> CoreServer::make_chat(chat::Session session, WebSocketPlan plan) {
  auto context = make_context(session);
  // The verifier lets only ids pass that make a context.
  GP_ASSERT(context.has_value(), "a verified user id makes a context");
  return std::make_unique<ChatEndpoint>(
      chat_.connections, dialect_,
      chat::Opening{std::move(context.value()), session.expires_at, std::move(plan.subscribe)});
}

std::unique_ptr<LobbyEndpoint> CoreServer::make_lobby(WebSocketPlan plan) {
  return std::make_unique<LobbyEndpoint>(
      core_, dialect_, options_.first_frame_timeout,
      [this, plan = std::move(plan)](net::WebSocketSession& websocket,
                                     std::string_view token) mutable {
        return leave_lobby(websocket, token, plan);
      });
}

Result<> CoreServer::leave_lobby(net::WebSocketSession& websocket, std::string_view token,
                                 WebSocketPlan plan) {
  auto session = judge(token);
  if (session.has_error()) {
    metrics_.auth_failures.add();
    return Error(session.error());
  }
  CoreServer& home = fleet_.home_of(session.value().user_id);
  if (&home == this) {
    websocket.set_endpoint(make_chat(std::move(session.value()), std::move(plan)));
    return ok();
  }
  websocket.detach_then([this, &home, session = std::move(session.value()),
                         plan = std::move(plan)](net::WebSocketSession::Detached moved) mutable {
    const bool taken =
        home.core_.try_post([&home, moved = std::move(moved), session = std::move(session),
                             plan = std::move(plan)]() mutable {
          home.adopt_websocket(std::move(moved), std::move(session), std::move(plan));
        });
    if (taken) return;
    metrics_.connections_refused.add();
    sockets_.count_close(CloseReason::overloaded);
  });
  return ok();
}

void CoreServer::adopt_websocket(net::WebSocketSession::Detached moved, chat::Session session,
                                 WebSocketPlan plan) {
  moved.compression.move_to(compression_);
  sockets_.adopt(std::move(moved.socket),
                 std::make_unique<net::WebSocketSession>(
                     options_.websocket, make_chat(std::move(session), std::move(plan)),
                     std::move(moved.parser), std::move(moved.compression)));
}

}  // namespace gp::gateway
