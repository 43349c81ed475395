#include "client/url.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "net/http_message.h"

namespace gp::client {
namespace {

constexpr std::string_view kExample =
    "write it like http://127.0.0.1:8080 or https://chat.example.org";

auto refuse(std::string_view text, std::string_view why) {
  return fail(Code::bad_request, fmt::format("the URL `{}` {}; {}", text, why, kExample));
}

std::uint16_t port_of(Scheme scheme) { return scheme == Scheme::kHttps ? 443 : 80; }

bool has_forbidden_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte >= 0x7f || c == '"' || c == '<' || c == '>' || c == '\\';
  });
}

/// Takes "host", "host:port", "[v6]" or "[v6]:port" apart; the port's text may be empty.
bool split_authority(std::string_view authority, std::string_view& host, std::string_view& port) {
  std::size_t colon = std::string_view::npos;
  if (authority.starts_with('[')) {
    const std::size_t bracket = authority.find(']');
    if (bracket == std::string_view::npos) return false;
    host = authority.substr(1, bracket - 1);
    if (bracket + 1 < authority.size() && authority[bracket + 1] != ':') return false;
    if (bracket + 1 < authority.size()) colon = bracket + 1;
  } else {
    colon = authority.find(':');
    host = authority.substr(0, colon);
  }
  port = colon == std::string_view::npos ? std::string_view() : authority.substr(colon + 1);
  return !host.empty() && (colon == std::string_view::npos || !port.empty());
}

std::string base_path_of(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  if (path == "/ws" || path.ends_with("/ws")) path.remove_suffix(3);
  while (path.ends_with('/')) path.remove_suffix(1);
  return std::string(path);
}

}  // namespace

std::string Url::authority() const {
  const std::string shown = host.find(':') == std::string::npos ? host : fmt::format("[{}]", host);
  return port == port_of(scheme) ? shown : fmt::format("{}:{}", shown, port);
}

std::string Url::origin() const {
  return fmt::format("{}://{}", scheme == Scheme::kHttps ? "https" : "http", authority());
}

std::string Url::text() const { return origin() + base_path; }

Result<Url> parse_url(std::string_view text, std::string ca_file) {
  if (has_forbidden_character(text)) return refuse(text, "has a character URLs cannot have");
  std::string_view rest = text;
  Scheme scheme = Scheme::kHttp;
  if (const std::size_t colon = text.find("://"); colon != std::string_view::npos) {
    const std::string_view name = text.substr(0, colon);
    if (net::equals_ignore_case(name, "https") || net::equals_ignore_case(name, "wss")) {
      scheme = Scheme::kHttps;
    } else if (!net::equals_ignore_case(name, "http") && !net::equals_ignore_case(name, "ws")) {
      return refuse(text, "has a scheme that is none of http, https, ws and wss");
    }
    rest = text.substr(colon + 3);
  }
  if (scheme == Scheme::kHttp && !ca_file.empty())
    return fail(Code::bad_request,
                fmt::format("the URL `{}` means no TLS, so there is nothing to trust the "
                            "certificates of `{}` for; write https:// or leave out --ca",
                            text, ca_file));
  if (rest.find_first_of("?#") != std::string_view::npos)
    return refuse(text, "has a query or a fragment");
  const std::size_t slash = rest.find('/');
  const std::string_view authority = rest.substr(0, slash);
  if (authority.find('@') != std::string_view::npos)
    return refuse(text, "names a user; give the token as an option");
  std::string_view host;
  std::string_view port;
  if (!split_authority(authority, host, port)) return refuse(text, "names no host");
  Url url{std::string(host), port_of(scheme), {}, scheme, std::move(ca_file)};
  if (!port.empty()) {
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
    if (error != std::errc{} || end != port.data() + port.size() || url.port == 0)
      return refuse(text, "has a port that is not 1 to 65535");
  }
  if (slash != std::string_view::npos) url.base_path = base_path_of(rest.substr(slash));
  return url;
}

}  // namespace gp::client
