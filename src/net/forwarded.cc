#include "net/forwarded.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <ranges>
#include <vector>

namespace gp::net {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// "192.0.2.1", "192.0.2.1:4711", "2001:db8::1", "[2001:db8::1]:4711".
std::optional<Peer> parse_node(std::string_view text) {
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == text.npos) return std::nullopt;
    port = text.substr(end + 1);
    text = text.substr(1, end - 1);
  } else if (const std::size_t colon = text.find(':');
             colon != text.npos && text.find(':', colon + 1) == text.npos) {
    port = text.substr(colon);
    text = text.substr(0, colon);
  }
  const auto address = IpAddress::parse(text);
  if (!address) return std::nullopt;
  Peer peer{*address};
  if (port.empty()) return peer;
  const char* const last = port.data() + port.size();
  const auto [end, error] = std::from_chars(port.data() + 1, last, peer.port);
  if (port[0] != ':' || error != std::errc{} || end != last) return std::nullopt;
  return peer;
}

/// Whether the quote at `at` stands for itself inside a quoted string.
bool escaped(std::string_view text, std::size_t at) {
  std::size_t backslashes = 0;
  while (backslashes < at && text[at - 1 - backslashes] == '\\') ++backslashes;
  return backslashes % 2 == 1;
}

/// The elements of all Forwarded headers, the last first. Quotes are counted from the right, where
/// our proxies wrote: what a client left open on the left hides nothing of theirs.
std::vector<std::string_view> elements_from_the_end(const HttpHeaders& headers) {
  std::vector<std::string_view> elements;
  for (const HttpHeader& header : std::ranges::reverse_view(headers)) {
    if (!equals_ignore_case(header.name, "Forwarded")) continue;
    std::string_view rest = header.value;
    bool quoted = false;
    for (std::size_t at = rest.size(); at-- > 0;) {
      if (rest[at] == '"' && !escaped(rest, at)) quoted = !quoted;
      if (rest[at] != ',' || quoted) continue;
      elements.push_back(trimmed(rest.substr(at + 1)));
      rest = rest.substr(0, at);
    }
    elements.push_back(trimmed(rest));
  }
  std::erase(elements, std::string_view());
  return elements;
}

/// Takes a pair `name=value` and the semicolon behind it, if that stands in no quoted string.
std::string_view take_pair(std::string_view& element) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < element.size() && (quoted || element[end] != ';'); ++end) {
    if (element[end] == '"' && !escaped(element, end)) quoted = !quoted;
  }
  const std::string_view pair = trimmed(element.substr(0, end));
  element.remove_prefix(std::min(end + 1, element.size()));
  return pair;
}

/// The value of `name` in one element of Forwarded: `for="[2001:db8::1]:4711";proto=https`.
std::optional<std::string_view> parameter(std::string_view element, std::string_view name) {
  while (!element.empty()) {
    const std::string_view pair = take_pair(element);
    const std::size_t equals = pair.find('=');
    if (equals == pair.npos || !equals_ignore_case(pair.substr(0, equals), name)) continue;
    std::string_view value = pair.substr(equals + 1);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    return value;
  }
  return std::nullopt;
}

void take_scheme(HttpRequest& request, std::string_view scheme) {
  if (equals_ignore_case(scheme, "https") || equals_ignore_case(scheme, "wss"))
    request.secure = true;
  if (equals_ignore_case(scheme, "http") || equals_ignore_case(scheme, "ws"))
    request.secure = false;
}

}  // namespace

void apply_forwarded(HttpRequest& request, const IpNetworks& trusted, ForwardedBy header) {
  if (header == ForwardedBy::kNobody || !contains(trusted, request.peer.address)) return;
  const bool rfc = header == ForwardedBy::kForwarded;
  auto elements = rfc ? elements_from_the_end(request.headers)
                      : list_elements(request.headers, "X-Forwarded-For");
  if (!rfc) std::ranges::reverse(elements);
  for (const std::string_view element : elements) {
    if (!contains(trusted, request.peer.address)) break;
    if (rfc) take_scheme(request, parameter(element, "proto").value_or(std::string_view{}));
    const auto node = rfc ? parameter(element, "for") : std::optional(element);
    const auto peer = node ? parse_node(*node) : std::nullopt;
    if (!peer) break;
    request.peer = *peer;
  }
  if (rfc) return;
  const auto schemes = list_elements(request.headers, "X-Forwarded-Proto");
  if (!schemes.empty()) take_scheme(request, schemes.back());
}

}  // namespace gp::net
