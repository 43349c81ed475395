#include "config/url_check.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "config/raw_value.h"

namespace gp::config {
namespace {

bool is_host_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_';
}

bool is_bracketed_character(char c) {
  return (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f') || (c >= '0' && c <= '9') || c == ':' ||
         c == '.';
}

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, port);
  return !text.empty() && error == std::errc{} && stopped == end && port != 0;
}

/// host or host:port; an IPv6 host in brackets.
std::string authority_problem(std::string_view authority) {
  if (authority.find('@') != std::string_view::npos)
    return "has a user name; put the key into a file and name it in api_key_file";
  std::string_view host = authority;
  std::string_view rest;
  bool host_is_fine = false;
  if (authority.starts_with('[')) {
    const std::size_t end = std::min(authority.find(']'), authority.size());
    host = authority.substr(1, end - 1);
    rest = end < authority.size() ? authority.substr(end + 1) : std::string_view("]");
    host_is_fine = std::all_of(host.begin(), host.end(), is_bracketed_character);
  } else {
    host = authority.substr(0, authority.find(':'));
    rest = authority.substr(host.size());
    host_is_fine = std::all_of(host.begin(), host.end(), is_host_character);
  }
  if (host.empty() || !host_is_fine) return "has no usable host";
  if (rest.empty()) return {};
  return rest.starts_with(':') && is_port(rest.substr(1)) ? ""
                                                          : "has a port that is not 1 to 65535";
}

std::string_view without_scheme(std::string_view url) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (url.starts_with(scheme)) return url.substr(scheme.size());
  }
  return {};
}

}  // namespace

std::string url_problem(std::string_view url) {
  const std::string_view rest = without_scheme(url);
  if (rest.empty()) return "does not begin with http:// or https:// and a host";
  if (!std::all_of(rest.begin(), rest.end(), [](char c) { return c > 0x20 && c < 0x7f; }))
    return "has a space or a character that URLs cannot have";
  if (rest.find_first_of("?#") != std::string_view::npos)
    return "has a query or fragment; an agent's URL is only a base such as https://api.example/v1";
  return authority_problem(rest.substr(0, rest.find('/')));
}

std::string origin_problem(std::string_view origin) {
  if (std::string problem = url_problem(origin); !problem.empty()) return problem;
  if (without_scheme(origin).find('/') != std::string_view::npos)
    return "has a path; an origin ends after its host or port";
  if (std::any_of(origin.begin(), origin.end(), [](char c) { return c >= 'A' && c <= 'Z'; }))
    return "has capital letters; browsers send origins in lower case";
  return {};
}

}  // namespace gp::config
