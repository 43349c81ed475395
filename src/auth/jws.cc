#include "auth/jws.h"

#include <cjose/cjose.h>
#include <fmt/core.h>
#include <openssl/err.h>

#include <optional>
#include <utility>

#include "auth/json_names.h"
#include "auth/public_key.h"
#include "base/assert.h"
#include "base/encoding.h"
#include "protocol/codes.h"
#include "protocol/json.h"

namespace gp::auth {
namespace {

struct Release {
  void operator()(cjose_jwk_t* key) const { cjose_jwk_release(key); }
  void operator()(cjose_jws_t* jws) const { cjose_jws_release(jws); }
  void operator()(cjose_header_t* header) const { cjose_header_release(header); }
};
using Jwk = std::unique_ptr<cjose_jwk_t, Release>;
using Jws = std::unique_ptr<cjose_jws_t, Release>;
using Header = std::unique_ptr<cjose_header_t, Release>;

auto refuse(std::string_view why) {
  return fail(Code::unauthenticated, fmt::format("the token is not valid: {}", why));
}

/// The decoded part; nothing unless it is the one canonical unpadded form, so that no second text
/// of a token verifies.
std::optional<std::string> decode_part(std::string_view part) {
  std::optional<std::string> bytes = base64url_decode(part);
  if (!bytes.has_value() || base64url_encode(*bytes) != part) return std::nullopt;
  return bytes;
}

struct TokenParts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
};

std::optional<TokenParts> split(std::string_view token) {
  const std::size_t first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  if (token.find('.', second + 1) != std::string_view::npos) return std::nullopt;
  return TokenParts{token.substr(0, first), token.substr(first + 1, second - first - 1),
                    token.substr(second + 1)};
}

/// Compares media types: ASCII, any case (RFC 7515 section 4.1.9).
bool equal_any_case(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    if (lower(left[i]) != lower(right[i])) return false;
  }
  return true;
}

bool is_token_type(std::string_view type) {
  constexpr std::string_view kPrefix = "application/";
  if (type.size() > kPrefix.size() && equal_any_case(type.substr(0, kPrefix.size()), kPrefix))
    type.remove_prefix(kPrefix.size());
  return equal_any_case(type, "JWT") || equal_any_case(type, "at+jwt");
}

Result<> check_header(const simdjson::dom::object& header, std::string_view algorithm) {
  if (has_duplicate_names(header)) return refuse("its header names a member twice");
  if (protocol::string_member(header, "alg") != algorithm)
    return refuse(fmt::format("it is not signed with {}", algorithm));
  simdjson::dom::element element;
  if (header["crit"].get(element) == simdjson::SUCCESS)
    return refuse("its header demands extensions (crit) that are not known here");
  if (header["typ"].get(element) == simdjson::SUCCESS) {
    std::string_view type;
    if (element.get(type) != simdjson::SUCCESS || !is_token_type(type))
      return refuse("its header says that it is not a JWT (typ)");
  }
  return ok();
}

/// cjose leaves OpenSSL's errors in a queue of the thread, which TLS on the same core would take
/// for its own.
class ErrorQueueGuard {
 public:
  ErrorQueueGuard() = default;
  ErrorQueueGuard(const ErrorQueueGuard&) = delete;
  ErrorQueueGuard& operator=(const ErrorQueueGuard&) = delete;
  ~ErrorQueueGuard() { ERR_clear_error(); }
};

std::uint8_t* bytes_of(std::string& text) { return reinterpret_cast<std::uint8_t*>(text.data()); }
const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

Jwk make_rsa_key(PublicKey& key) {
  cjose_jwk_rsa_keyspec spec{};
  spec.n = bytes_of(key.modulus_or_x);
  spec.nlen = key.modulus_or_x.size();
  spec.e = bytes_of(key.exponent_or_y);
  spec.elen = key.exponent_or_y.size();
  return Jwk(cjose_jwk_create_RSA_spec(&spec, nullptr));
}

Jwk make_ec_key(PublicKey& key) {
  cjose_jwk_ec_keyspec spec{};
  spec.crv = CJOSE_JWK_EC_P_256;
  spec.x = bytes_of(key.modulus_or_x);
  spec.xlen = key.modulus_or_x.size();
  spec.y = bytes_of(key.exponent_or_y);
  spec.ylen = key.exponent_or_y.size();
  return Jwk(cjose_jwk_create_EC_spec(&spec, nullptr));
}

}  // namespace

struct JwsKey::State {
  Jwk key;
  std::string_view algorithm;
  protocol::JsonParser parser{};
};

JwsKey::JwsKey(std::unique_ptr<State> state) : state_(std::move(state)) {}
JwsKey::JwsKey(JwsKey&&) noexcept = default;
JwsKey& JwsKey::operator=(JwsKey&&) noexcept = default;
JwsKey::~JwsKey() = default;

Result<JwsKey> JwsKey::from_secret(std::string_view secret) {
  if (secret.size() < kSecretBytesMin)
    return fail(Code::internal,
                fmt::format("the JWT secret has {} bytes; HS256 needs at least {}. Make one with: "
                            "openssl rand -hex 32",
                            secret.size(), kSecretBytesMin));
  const ErrorQueueGuard guard;
  Jwk key(cjose_jwk_create_oct_spec(bytes_of(secret), secret.size(), nullptr));
  if (key == nullptr) return fail(Code::internal, "the JWT secret could not be loaded");
  return JwsKey(std::unique_ptr<State>(new State{.key = std::move(key), .algorithm = "HS256"}));
}

Result<JwsKey> JwsKey::from_public_key_pem(std::string_view pem) {
  const ErrorQueueGuard guard;
  GP_TRY(auto parts, read_public_key_pem(pem, kRsaBitsMin));
  const bool is_rsa = parts.kind == PublicKey::Kind::kRsa;
  Jwk key = is_rsa ? make_rsa_key(parts) : make_ec_key(parts);
  if (key == nullptr) return fail(Code::internal, "the JWT public key could not be loaded");
  return JwsKey(std::unique_ptr<State>(
      new State{.key = std::move(key), .algorithm = is_rsa ? "RS256" : "ES256"}));
}

Result<std::string> JwsKey::verify(std::string_view token) const {
  if (token.size() > kTokenBytesMax)
    return refuse(
        fmt::format("it has {} bytes; at most {} are allowed", token.size(), kTokenBytesMax));
  const std::optional<TokenParts> parts = split(token);
  if (!parts.has_value()) return refuse("it does not have three parts");
  const auto header_text = decode_part(parts->header);
  auto payload = decode_part(parts->payload);
  if (!header_text.has_value() || !payload.has_value() || parts->signature.empty() ||
      !decode_part(parts->signature).has_value())
    return refuse("a part of it is not unpadded base64url");
  auto header = state_->parser.parse_object(*header_text);
  if (!header.has_value()) return refuse("its header is not a JSON object");
  GP_TRY(check_header(header.value(), state_->algorithm));

  const ErrorQueueGuard guard;
  const Jws jws(cjose_jws_import(token.data(), token.size(), nullptr));
  if (jws == nullptr || !cjose_jws_verify(jws.get(), state_->key.get(), nullptr))
    return refuse("its signature does not match");
  return std::move(*payload);
}

Result<std::string> JwsKey::sign(std::string_view payload) const {
  if (state_->algorithm != "HS256")
    return fail(Code::internal, "a public key cannot sign tokens; signing needs the secret");
  const ErrorQueueGuard guard;
  const Header header(cjose_header_new(nullptr));
  if (header == nullptr ||
      !cjose_header_set(header.get(), CJOSE_HDR_ALG, CJOSE_HDR_ALG_HS256, nullptr) ||
      !cjose_header_set(header.get(), "typ", "JWT", nullptr))
    return fail(Code::internal, "no memory for the header of a token");
  const Jws jws(
      cjose_jws_sign(state_->key.get(), header.get(), bytes_of(payload), payload.size(), nullptr));
  const char* compact = nullptr;
  if (jws == nullptr || !cjose_jws_export(jws.get(), &compact, nullptr))
    return fail(Code::internal, "the token could not be signed");
  return std::string(compact);
}

}  // namespace gp::auth
