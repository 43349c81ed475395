#include "client/demo_session.h"

#include <fmt/format.h>

#include "protocol/json.h"
#include "protocol/json_writer.h"

namespace gp::client {

Result<DemoSession> demo_session(const HttpClient& http, std::string_view user, Deadline deadline) {
  HttpClientRequest request{"POST", "/v1/demo/session", {}, {}};
  protocol::JsonWriter writer(request.body);
  writer.begin_object().field_unless_empty("user", user).end_object();
  GP_TRY(auto response, http.send(request, deadline));
  // Not an answer of the API: that of a TLS port, or of something that stands in between.
  if (response.status == 400 && response.header("Content-Type") != "application/json")
    return fail(Code::protocol_error, fmt::format("{} answered 400: {}", http.url().text(),
                                                  response.body.substr(0, 300)));
  if (response.status != 200)
    return fail(Code::unauthenticated,
                fmt::format("{} gives no demo sessions (it answered {}): give a token with --token",
                            http.url().text(), response.status));
  protocol::JsonParser parser;
  GP_TRY(auto object, parser.parse_object(response.body));
  DemoSession session{std::string(protocol::string_member(object, "token").value_or("")),
                      std::string(protocol::string_member(object, "user_id").value_or(""))};
  if (session.token.empty())
    return fail(Code::protocol_error, "the answer of /v1/demo/session has no token");
  return session;
}

}  // namespace gp::client
