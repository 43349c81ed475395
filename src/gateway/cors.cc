#include "gateway/cors.h"

#include <algorithm>

#include "net/http_error.h"
#include "protocol/codes.h"

namespace gp::gateway {
namespace {

constexpr std::string_view kAllowedHeaders = "Authorization, Content-Type, Last-Event-ID";
constexpr std::string_view kExposedHeaders = "Retry-After";
/// What Chromium takes at most.
constexpr std::string_view kPreflightSeconds = "7200";

}  // namespace

Cors::Cors(std::vector<std::string> allowed_origins)
    : allowed_origins_(std::move(allowed_origins)) {}

bool Cors::is_listed(std::string_view origin) const {
  return std::ranges::find(allowed_origins_, origin) != allowed_origins_.end();
}

bool Cors::may_open_websocket(std::string_view origin) const {
  return allowed_origins_.empty() || is_listed(origin);
}

net::HttpHeaders Cors::answer_headers(const net::HttpRequest& request) const {
  if (allowed_origins_.empty()) return {};
  // Also for requests without an Origin: a cache must not give their answers to others.
  net::HttpHeaders headers{{"Vary", "Origin"}};
  const auto origin = request.header("Origin");
  if (!origin || !is_listed(*origin)) return headers;
  headers.push_back({"Access-Control-Allow-Origin", std::string(*origin)});
  headers.push_back({"Access-Control-Expose-Headers", std::string(kExposedHeaders)});
  return headers;
}

net::HttpResponse Cors::options(const net::HttpRequest& request, const std::string& methods) const {
  const auto origin = request.header("Origin");
  const bool preflight = origin && request.header("Access-Control-Request-Method");
  if (preflight && !is_listed(*origin))
    return net::error_response(
        Error{Code::forbidden, "this Origin is not in server.allowed_origins"});
  net::HttpResponse response{204, {{"Allow", methods}}, {}};
  if (preflight) {
    response.headers.push_back({"Access-Control-Allow-Methods", methods});
    response.headers.push_back({"Access-Control-Allow-Headers", std::string(kAllowedHeaders)});
    response.headers.push_back({"Access-Control-Max-Age", std::string(kPreflightSeconds)});
    response.headers.push_back(
        {"Vary", "Access-Control-Request-Method, Access-Control-Request-Headers"});
  }
  return response;
}

}  // namespace gp::gateway
