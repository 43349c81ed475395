#include <fmt/format.h>

#include "base/encoding.h"
#include "client/demo_session.h"
#include "goldenpath/check_steps.h"
#include "protocol/json.h"

namespace gp::app {
namespace {

using client::Incoming;
using client::TokenBy;
using client::WebSocketClient;

/// A JWT in form, signed by nobody.
constexpr std::string_view kBadToken = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJub2JvZHkifQ.AAAA";

Result<> expect_status(CheckContext& context, int status, const std::string& path,
                       const std::string& token) {
  GP_TRY(auto response, context.request("GET", path, token));
  if (response.status == status) return ok();
  return fail_check(fmt::format("GET {}: expected {}, came {}: {}", path, status, response.status,
                                response.body.substr(0, 200)));
}

/// Reads up to the close. `error_code` becomes the code of an error frame before it.
Result<Incoming> await_close(WebSocketClient& socket, client::Deadline deadline,
                             std::string& error_code) {
  client::FrameReader reader;
  for (;;) {
    const Incoming incoming = socket.receive(deadline);
    if (incoming.kind == Incoming::Kind::kClosed) return incoming;
    if (incoming.kind == Incoming::Kind::kTimeout)
      return fail_check("expected the connection to be closed with 4401; it stayed open");
    GP_TRY(auto frame, reader.read(incoming.text));
    if (frame.type == "welcome") return fail_check("the connection was welcomed");
    if (frame.type == "error") error_code = frame.code;
  }
}

Result<> expect_close_4401(WebSocketClient& socket, client::Deadline deadline) {
  std::string error_code;
  GP_TRY(auto closed, await_close(socket, deadline, error_code));
  if (closed.close_code != 4401)
    return fail_check(
        fmt::format("expected close code 4401, came {} ({})", closed.close_code, closed.cause));
  if (error_code != "unauthenticated")
    return fail_check(
        fmt::format("expected an error frame with code unauthenticated before the close, came {}",
                    error_code.empty() ? "none" : error_code));
  return ok();
}

Result<> check_welcome_frame(const client::Frame& welcome) {
  protocol::JsonParser parser;
  GP_TRY(auto object, parser.parse_object(welcome.text));
  for (const std::string_view name : {"connection_id", "user_id", "protocol"}) {
    if (protocol::string_member(object, name).value_or("").empty())
      return fail_check(fmt::format("the welcome has no {}: {}", name, welcome.text));
  }
  for (const std::string_view name : {"server_time", "heartbeat_seconds"}) {
    double number = 0;
    if (object[name].get(number) != simdjson::SUCCESS || number <= 0)
      return fail_check(fmt::format("the welcome has no {}: {}", name, welcome.text));
  }
  for (const std::string_view name : {"/limits/message_bytes", "/limits/connections_per_user"}) {
    std::uint64_t number = 0;
    if (object.at_pointer(name).get(number) != simdjson::SUCCESS || number == 0)
      return fail_check(fmt::format("the welcome has no {}: {}", name.substr(1), welcome.text));
  }
  if (*protocol::string_member(object, "protocol") != "goldenpath.v1")
    return fail_check("the welcome's protocol is not goldenpath.v1: " + welcome.text);
  return ok();
}

}  // namespace

Result<Finding> check_live(CheckContext& context) {
  GP_TRY(expect_status(context, 200, "/health/live", {}));
  return found("200");
}

Result<Finding> check_ready(CheckContext& context) {
  GP_TRY(expect_status(context, 200, "/health/ready", {}));
  return found("200");
}

Result<Finding> check_version(CheckContext& context) {
  GP_TRY(auto response, context.request("GET", "/version", {}));
  protocol::JsonParser parser;
  GP_TRY(auto object, parser.parse_object(response.body));
  const auto name = protocol::string_member(object, "name");
  const auto version = protocol::string_member(object, "version");
  if (response.status != 200 || name != "goldenpath" || !version)
    return fail_check(fmt::format("GET /version: expected goldenpath and its version, came {}: {}",
                                  response.status, response.body.substr(0, 200)));
  if (protocol::raw_member(object, "protocols").find("\"goldenpath.v1\"") == std::string::npos)
    return fail_check("GET /version: protocols do not have goldenpath.v1: " +
                      response.body.substr(0, 200));
  return found(
      fmt::format("{} {}", *version, protocol::string_member(object, "commit").value_or("")));
}

Result<Finding> check_token(CheckContext& context) {
  context.first_user.token = context.options().token;
  context.second_user.token = context.options().token2;
  if (context.first_user.token.empty()) {
    GP_TRY(auto session, client::demo_session(context.http(), "check-a", context.deadline()));
    context.first_user.token = session.token;
  }
  if (context.second_user.token.empty()) {
    const auto session = client::demo_session(context.http(), "check-b", context.deadline());
    if (session) context.second_user.token = session.value().token;
    if (!session) context.no_second_user = "no second user: give --token2";
  }
  std::string told =
      context.options().token.empty() ? "first user from the demo" : "first user given";
  if (context.second_user.token.empty()) return found(told + ", no second user (--token2)");
  GP_TRY(auto first, context.open_tab(context.first_user));
  GP_TRY(auto second, context.open_tab(context.second_user));
  protocol::JsonParser parser;
  for (auto [user, tab] :
       {std::pair{&context.first_user, &first}, {&context.second_user, &second}}) {
    GP_TRY(auto object, parser.parse_object(tab->welcome().text));
    user->user_id = protocol::string_member(object, "user_id").value_or("");
  }
  if (context.first_user.user_id == context.second_user.user_id) {
    context.second_user.token.clear();
    context.no_second_user = "both tokens are of one user";
    return fail_check(fmt::format("both tokens are of the user {}: give --token2 of another one",
                                  context.first_user.user_id));
  }
  return found(
      fmt::format("users {} and {}", context.first_user.user_id, context.second_user.user_id));
}

Result<Finding> check_no_token(CheckContext& context) {
  GP_TRY(expect_status(context, 401, "/v1/threads", {}));
  GP_TRY(auto opened, context.open_socket({.token_by = TokenBy::kNone}));
  if (!opened.client)
    return fail_check(
        fmt::format("WebSocket without a token: expected 101 and a wait for auth, came {}",
                    opened.response.status));
  GP_TRY(opened.client->send_text(R"({"type":"ping","id":"not auth"})", context.deadline()));
  GP_TRY(expect_close_4401(*opened.client, context.deadline()));
  return found("HTTP 401, WebSocket 4401");
}

Result<Finding> check_bad_token(CheckContext& context) {
  const std::string token(kBadToken);
  GP_TRY(expect_status(context, 401, "/v1/threads", token));
  GP_TRY(auto refused, context.open_socket({.token = token}));
  if (refused.response.status != 401)
    return fail_check(
        fmt::format("WebSocket with a bad token: expected 401, came {}", refused.response.status));
  const std::string origin = context.http().url().origin();
  GP_TRY(auto opened,
         context.open_socket(
             {.token = token, .token_by = TokenBy::kSubprotocol, .headers = {{"Origin", origin}}}));
  if (!opened.client)
    return fail_check(
        fmt::format("a browser's WebSocket with a bad token: expected 101, an error frame and "
                    "close code 4401, came {}",
                    opened.response.status));
  GP_TRY(expect_close_4401(*opened.client, context.deadline()));
  return found("HTTP 401, handshake 401, browser 4401");
}

Result<Finding> check_welcome(CheckContext& context) {
  const std::string& token = context.first_user.token;
  GP_TRY(auto by_header, context.open_tab(context.first_user));
  GP_TRY(check_welcome_frame(by_header.welcome()));
  GP_TRY(auto by_subprotocol,
         client::Session::open(context.http().url(),
                               {.token = token, .token_by = TokenBy::kSubprotocol},
                               context.random(), context.deadline()));
  GP_TRY(check_welcome_frame(by_subprotocol.welcome()));
  if (by_subprotocol.socket().subprotocol() != "goldenpath.v1")
    return fail_check(
        fmt::format("expected the subprotocol goldenpath.v1 to be selected, came `{}`",
                    by_subprotocol.socket().subprotocol()));
  GP_TRY(auto opened, context.open_socket({.token_by = TokenBy::kNone}));
  if (!opened.client) return fail_check("a WebSocket that wants to send auth was refused");
  const std::string auth = json_object(
      [&](protocol::JsonWriter& writer) { writer.field("type", "auth").field("token", token); });
  GP_TRY(opened.client->send_text(auth, context.deadline()));
  const Incoming first = opened.client->receive(context.deadline());
  client::FrameReader reader;
  if (first.kind != Incoming::Kind::kText)
    return fail_check(fmt::format("expected welcome after the frame auth, came {}",
                                  first.kind == Incoming::Kind::kClosed
                                      ? fmt::format("close code {}", first.close_code)
                                      : "nothing in time"));
  GP_TRY(auto frame, reader.read(first.text));
  if (frame.type != "welcome")
    return fail_check("expected welcome after the frame auth, came " + shown(frame));
  GP_TRY(check_welcome_frame(frame));
  return found("by header, by subprotocol and by auth frame");
}

}  // namespace gp::app
