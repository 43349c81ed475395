#include "auth/token_verifier.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "auth/json_names.h"
#include "identity/user_execution_context.h"
#include "protocol/codes.h"
#include "protocol/json.h"

namespace gp::auth {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

/// WallTime ends in 2262; later (or absurdly early) times mean the same as these.
constexpr double kLatestSeconds = 9.2e9;
constexpr double kEarliestSeconds = 0;

auto refuse(std::string_view why) {
  return fail(Code::unauthenticated, fmt::format("the token is not valid: {}", why));
}

std::optional<element> member(const object& claims, std::string_view name) {
  element found;
  if (claims[name].get(found) != simdjson::SUCCESS) return std::nullopt;
  return found;
}

/// A NumericDate (RFC 7519 section 2): seconds since 1970, with or without a fraction.
Result<std::optional<WallTime>> time_claim(const object& claims, std::string_view name) {
  const auto found = member(claims, name);
  if (!found.has_value()) return std::optional<WallTime>();
  double seconds = 0;
  if (found->get(seconds) != simdjson::SUCCESS)
    return refuse(fmt::format("{} must be a number", name));
  return std::optional(from_seconds(std::clamp(seconds, kEarliestSeconds, kLatestSeconds)));
}

/// The claim as text; empty if absent.
Result<std::string> text_claim(const object& claims, std::string_view name) {
  const auto found = member(claims, name);
  if (!found.has_value()) return std::string();
  std::string_view text;
  if (found->get(text) != simdjson::SUCCESS)
    return refuse(fmt::format("{} must be a string", name));
  return std::string(text);
}

Result<std::vector<std::string>> texts_of(const element& list, std::string_view name) {
  simdjson::dom::array array;
  if (list.get(array) != simdjson::SUCCESS)
    return refuse(fmt::format("{} must be an array of strings", name));
  std::vector<std::string> texts;
  for (const element item : array) {
    std::string_view text;
    if (item.get(text) != simdjson::SUCCESS)
      return refuse(fmt::format("{} must be an array of strings", name));
    texts.emplace_back(text);
  }
  return texts;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

Result<std::vector<std::string>> read_permissions(const object& claims) {
  if (const auto list = member(claims, "permissions")) return texts_of(*list, "permissions");
  GP_TRY(const auto scope, text_claim(claims, "scope"));
  return words_of(scope);
}

/// `aud` is one string or an array of them (RFC 7519 section 4.1.3).
Result<> check_audience(const object& claims, const std::string& audience) {
  if (audience.empty()) return ok();
  const auto found = member(claims, "aud");
  if (!found.has_value()) return refuse("it names no audience (aud)");
  std::vector<std::string> audiences;
  if (std::string_view single; found->get(single) == simdjson::SUCCESS) {
    audiences.emplace_back(single);
  } else {
    GP_TRY(audiences, texts_of(*found, "aud"));
  }
  if (std::find(audiences.begin(), audiences.end(), audience) == audiences.end())
    return refuse("it is meant for another audience (aud)");
  return ok();
}

Result<> check_issuer(const object& claims, const std::string& issuer) {
  if (issuer.empty()) return ok();
  GP_TRY(const auto given, text_claim(claims, "iss"));
  if (given != issuer) return refuse("it comes from another issuer (iss)");
  return ok();
}

Result<std::string> read_subject(const object& claims) {
  GP_TRY(auto subject, text_claim(claims, "sub"));
  if (subject.empty()) return refuse("it names no user (sub)");
  const auto checked = identity::check_id("user_id", subject, identity::kUserIdBytesMax);
  if (!checked.has_value()) return refuse(checked.error().message);
  return subject;
}

Result<> check_times(const Claims& claims, const std::optional<WallTime>& not_before, WallTime now,
                     std::chrono::seconds leeway) {
  if (not_before.has_value() && *not_before > now + leeway)
    return refuse("its time has not come (nbf)");
  if (claims.issued_at.has_value() && *claims.issued_at > now + leeway)
    return refuse("it was issued in the future (iat); are the clocks right?");
  if (claims.expires_at.has_value() && now >= *claims.expires_at)
    return fail(Code::token_expired, "the token has expired; get a new one");
  return ok();
}

}  // namespace

struct TokenVerifier::Scratch {
  protocol::JsonParser parser{};
};

TokenVerifier::TokenVerifier(JwsKey key, VerifierOptions options)
    : key_(std::move(key)), options_(std::move(options)), scratch_(std::make_unique<Scratch>()) {}
TokenVerifier::TokenVerifier(TokenVerifier&&) noexcept = default;
TokenVerifier& TokenVerifier::operator=(TokenVerifier&&) noexcept = default;
TokenVerifier::~TokenVerifier() = default;

Result<TokenVerifier> TokenVerifier::from_secret(std::string_view secret, VerifierOptions options) {
  GP_TRY(auto key, JwsKey::from_secret(secret));
  return TokenVerifier(std::move(key), std::move(options));
}

Result<TokenVerifier> TokenVerifier::from_public_key_pem(std::string_view pem,
                                                         VerifierOptions options) {
  GP_TRY(auto key, JwsKey::from_public_key_pem(pem));
  return TokenVerifier(std::move(key), std::move(options));
}

Result<Claims> TokenVerifier::verify(std::string_view token, WallTime now) const {
  GP_TRY(const auto payload, key_.verify(token));
  const auto parsed = scratch_->parser.parse_object(payload);
  if (!parsed.has_value()) return refuse("its claims are not a JSON object");
  const object& json = parsed.value();
  if (has_duplicate_names(json)) return refuse("its claims name a member twice");

  GP_TRY(check_issuer(json, options_.issuer));
  GP_TRY(check_audience(json, options_.audience));
  GP_TRY(auto subject, read_subject(json));
  Claims claims{.user_id = UserId(std::move(subject))};
  GP_TRY(claims.permissions, read_permissions(json));
  GP_TRY(claims.token_id, text_claim(json, "jti"));
  GP_TRY(claims.expires_at, time_claim(json, "exp"));
  GP_TRY(claims.issued_at, time_claim(json, "iat"));
  GP_TRY(const auto not_before, time_claim(json, "nbf"));
  GP_TRY(check_times(claims, not_before, now, options_.leeway));
  return claims;
}

}  // namespace gp::auth
