#include "auth/token_signer.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "auth/json_names.h"
#include "identity/user_execution_context.h"
#include "protocol/codes.h"
#include "protocol/json.h"
#include "protocol/json_writer.h"

namespace gp::auth {
namespace {

constexpr std::array<std::string_view, 7> kClaimsWithAField{"sub", "iat", "exp",        "jti",
                                                            "iss", "aud", "permissions"};

auto refuse(std::string message) { return fail(Code::bad_request, std::move(message)); }

Result<> append_extra(protocol::JsonWriter& writer, const ExtraClaim& claim,
                      protocol::JsonParser& parser) {
  if (claim.name.empty()) return refuse("an extra claim needs a name");
  if (std::find(kClaimsWithAField.begin(), kClaimsWithAField.end(), claim.name) !=
      kClaimsWithAField.end())
    return refuse(fmt::format("the claim \"{}\" cannot be given as an extra claim", claim.name));
  if (claim.form == ExtraClaim::Form::kText) {
    writer.field(claim.name, claim.value);
    return ok();
  }
  const auto parsed = parser.parse(claim.value);
  if (!parsed.has_value())
    return refuse(
        fmt::format("the claim \"{}\" is not JSON; quote it to make it a string", claim.name));
  writer.raw_field(claim.name, simdjson::minify(parsed.value()));
  return ok();
}

void append_own_claims(protocol::JsonWriter& writer, const TokenRequest& request) {
  const auto issued_at = std::chrono::floor<std::chrono::seconds>(request.issued_at);
  writer.field("sub", request.user_id.view());
  writer.field("iat", issued_at.time_since_epoch().count());
  if (request.ttl.has_value())
    writer.field("exp", (issued_at + *request.ttl).time_since_epoch().count());
  writer.field_unless_empty("jti", request.token_id);
  writer.field_unless_empty("iss", request.issuer);
  writer.field_unless_empty("aud", request.audience);
  if (request.permissions.empty()) return;
  writer.key("permissions").begin_array();
  for (const std::string& permission : request.permissions) writer.value(permission);
  writer.end_array();
}

}  // namespace

struct TokenSigner::Scratch {
  protocol::JsonParser parser{};
};

TokenSigner::TokenSigner(JwsKey key)
    : key_(std::move(key)), scratch_(std::make_unique<Scratch>()) {}
TokenSigner::TokenSigner(TokenSigner&&) noexcept = default;
TokenSigner& TokenSigner::operator=(TokenSigner&&) noexcept = default;
TokenSigner::~TokenSigner() = default;

Result<TokenSigner> TokenSigner::from_secret(std::string_view secret) {
  GP_TRY(auto key, JwsKey::from_secret(secret));
  return TokenSigner(std::move(key));
}

Result<std::string> TokenSigner::sign(const TokenRequest& request) const {
  GP_TRY(identity::check_id("user_id", request.user_id.view(), identity::kUserIdBytesMax));
  std::string payload;
  protocol::JsonWriter writer(payload);
  writer.begin_object();
  append_own_claims(writer, request);
  for (const ExtraClaim& claim : request.extra) {
    GP_TRY(append_extra(writer, claim, scratch_->parser));
  }
  writer.end_object();

  const auto parsed = scratch_->parser.parse_object(payload);
  if (!parsed.has_value()) return refuse("a claim is not UTF-8 text");
  if (has_duplicate_names(parsed.value())) return refuse("a claim is given twice");
  GP_TRY(auto token, key_.sign(payload));
  if (token.size() > kTokenBytesMax)
    return refuse(fmt::format("the token would have {} bytes; at most {} are accepted",
                              token.size(), kTokenBytesMax));
  return token;
}

}  // namespace gp::auth
