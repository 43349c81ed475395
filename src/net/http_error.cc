#include "net/http_error.h"

#include "protocol/codes.h"
#include "protocol/json_writer.h"

namespace gp::net {

HttpResponse json_response(int status, std::string body) {
  return HttpResponse{status,
                      {{"Content-Type", "application/json"},
                       {"Cache-Control", "no-store"},
                       {"X-Content-Type-Options", "nosniff"}},
                      std::move(body)};
}

HttpResponse error_response(const Error& error) {
  const protocol::CodeInfo& info = protocol::info(error.code);
  std::string body;
  protocol::JsonWriter(body)
      .begin_object()
      .key("error")
      .begin_object()
      .field("code", info.name)
      .field("message", error.message)
      .raw_field("details", "{}")
      .end_object()
      .end_object();
  HttpResponse response = json_response(info.http_status, std::move(body));
  if (info.http_status == 401) response.headers.push_back({"WWW-Authenticate", "Bearer"});
  if (info.http_status == 503) response.headers.push_back({"Retry-After", "1"});
  return response;
}

}  // namespace gp::net
