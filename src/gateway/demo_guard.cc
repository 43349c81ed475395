#include "gateway/demo_guard.h"

#include "config/listen_address.h"
#include "protocol/json.h"
#include "protocol/json_writer.h"

namespace gp::gateway {
namespace {

bool names_loopback(std::string_view host) {
  // Parsed as an address: "127.0.0.1.example.com" is a name that anybody may point here.
  const bool has_port = host.find(':', host.starts_with('[') ? host.find(']') : 0) != host.npos;
  const auto address =
      config::parse_listen_address(has_port ? std::string(host) : std::string(host) + ":80");
  return address && config::is_loopback(*address);
}

Result<> check_local(const net::HttpRequest& request) {
  if (!request.peer.address.is_loopback())
    return fail(Code::forbidden, "demo sessions are for this machine");
  const std::string_view host = request.header("Host").value_or(std::string_view{});
  if (!names_loopback(host))
    return fail(Code::forbidden,
                "demo sessions are for pages of this machine: use 127.0.0.1 or localhost");
  const auto origin = request.header("Origin");
  const std::string_view scheme = request.secure ? "https://" : "http://";
  if (origin && *origin != std::string(scheme).append(host))
    return fail(Code::forbidden, "demo sessions are for goldenpath's own page");
  return ok();
}

}  // namespace

Result<std::string> make_demo_session(const net::HttpRequest& request,
                                      const auth::TokenSigner& signer, WallTime now) {
  GP_TRY(check_local(request));
  std::string user(kDemoUser);
  if (!request.body.empty()) {
    protocol::JsonParser parser;
    GP_TRY(auto body, parser.parse_object(request.body));
    if (const auto named = protocol::string_member(body, "user")) {
      user = *named;
    } else if (!protocol::raw_member(body, "user").empty()) {
      return fail(Code::invalid_command, "user: must be a string");
    }
  }
  GP_TRY(auto token, signer.sign({.user_id = UserId(user), .issued_at = now, .ttl = kDemoTtl}));
  std::string out;
  protocol::JsonWriter(out)
      .begin_object()
      .field("token", token)
      .field("user_id", user)
      .field("expires_at", to_seconds(now + kDemoTtl))
      .end_object();
  return out;
}

}  // namespace gp::gateway
