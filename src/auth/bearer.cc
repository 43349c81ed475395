#include "auth/bearer.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/encoding.h"
#include "protocol/codes.h"

namespace gp::auth {
namespace {

constexpr std::string_view kScheme = "bearer";
constexpr std::string_view kTokenEntry = "jwt.";

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool has_scheme(std::string_view header) {
  if (header.size() <= kScheme.size() || header[kScheme.size()] != ' ') return false;
  return std::equal(kScheme.begin(), kScheme.end(), header.begin(), [](char expected, char given) {
    return given == expected || (given >= 'A' && given <= 'Z' && given + 32 == expected);
  });
}

}  // namespace

std::optional<std::string_view> bearer_token(std::string_view authorization_header) {
  const std::string_view header = trim(authorization_header);
  if (!has_scheme(header)) return std::nullopt;
  const std::string_view token = trim(header.substr(kScheme.size()));
  if (token.empty() || token.find_first_of(" \t") != std::string_view::npos) return std::nullopt;
  return token;
}

Result<SubprotocolOffer> parse_subprotocols(std::string_view header_value) {
  SubprotocolOffer offer;
  std::size_t entries = 0;
  while (!header_value.empty()) {
    const std::size_t end = std::min(header_value.find(','), header_value.size());
    const std::string_view entry = trim(header_value.substr(0, end));
    header_value.remove_prefix(std::min(end + 1, header_value.size()));
    if (entry.empty()) continue;
    if (++entries > kSubprotocolsMax)
      return fail(Code::bad_request,
                  fmt::format("more than {} subprotocols are offered", kSubprotocolsMax));
    if (!entry.starts_with(kTokenEntry)) {
      offer.protocols.push_back(entry);
      continue;
    }
    if (offer.token.has_value())
      return fail(Code::unauthenticated, "the subprotocols carry two tokens; offer one jwt. entry");
    offer.token = base64url_decode(entry.substr(kTokenEntry.size()));
    if (!offer.token.has_value() || offer.token->empty())
      return fail(Code::unauthenticated,
                  "the jwt. subprotocol is not the base64url of a token, unpadded");
  }
  return offer;
}

}  // namespace gp::auth
