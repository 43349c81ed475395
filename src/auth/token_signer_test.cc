#include "auth/token_signer.h"

#include <gtest/gtest.h>

#include <string>

#include "auth/token_verifier.h"
#include "base/encoding.h"
#include "protocol/codes.h"

namespace gp::auth {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";
const WallTime kNow = from_seconds(1'700'000'000.75);

TokenRequest request() { return {.user_id = UserId("alice"), .issued_at = kNow}; }

Result<std::string> sign(const TokenRequest& wanted) {
  return TokenSigner::from_secret(kSecret).value().sign(wanted);
}

std::string payload_of(const std::string& token) {
  const std::size_t first = token.find('.');
  return *base64url_decode(token.substr(first + 1, token.rfind('.') - first - 1));
}

TEST(TokenSign, WritesTheClaimsAsked) {
  TokenRequest wanted = request();
  wanted.ttl = 1h;
  wanted.token_id = "t-1";
  wanted.issuer = "me";
  wanted.audience = "chat";
  wanted.permissions = {"chat", "admin"};
  wanted.extra = {{.name = "tier", .value = "gold \"1\""},
                  {.name = "quota", .value = " {\"a\": 5} ", .form = ExtraClaim::Form::kJson}};
  EXPECT_EQ(
      payload_of(sign(wanted).value()),
      R"({"sub":"alice","iat":1700000000,"exp":1700003600,"jti":"t-1","iss":"me","aud":"chat",)"
      R"("permissions":["chat","admin"],"tier":"gold \"1\"","quota":{"a":5}})");
}

TEST(TokenSign, WritesNoClaimThatWasNotAsked) {
  EXPECT_EQ(payload_of(sign(request()).value()), R"({"sub":"alice","iat":1700000000})");
}

TEST(TokenSign, PassesAVerifierWithTheSameSecret) {
  TokenRequest wanted = request();
  wanted.ttl = 60s;
  wanted.permissions = {"chat"};
  wanted.token_id = "t-1";
  const auto verifier = TokenVerifier::from_secret(kSecret, {}).value();
  const std::string token = sign(wanted).value();
  const auto claims = verifier.verify(token, kNow).value();
  EXPECT_EQ(claims.user_id.str(), "alice");
  EXPECT_EQ(claims.permissions, std::vector<std::string>{"chat"});
  EXPECT_EQ(claims.expires_at, from_seconds(1'700'000'060));
  const auto later = verifier.verify(token, kNow + 60s);
  ASSERT_FALSE(later.has_value());
  EXPECT_EQ(later.error().code, Code::token_expired);
}

TEST(TokenSign, RefusesBadUsers) {
  TokenRequest wanted = request();
  wanted.user_id = UserId("demo");
  const auto result = sign(wanted);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, Code::invalid_id);
}

TEST(TokenSign, RefusesExtraClaimsThatAreNotJsonOrHaveAField) {
  using Form = ExtraClaim::Form;
  for (const ExtraClaim& claim : std::vector<ExtraClaim>{{"x", "1,\"sub\":\"bob\"", Form::kJson},
                                                         {"x", "", Form::kJson},
                                                         {"x", "gold", Form::kJson},
                                                         {"sub", "bob", Form::kText},
                                                         {"exp", "9999999999", Form::kJson},
                                                         {"", "x", Form::kText},
                                                         {"x", "\xff", Form::kText},
                                                         {"\xff", "x", Form::kText}}) {
    TokenRequest wanted = request();
    wanted.extra = {claim};
    const auto result = sign(wanted);
    ASSERT_FALSE(result.has_value()) << claim.name << "=" << claim.value;
    EXPECT_EQ(result.error().code, Code::bad_request);
  }
}

TEST(TokenSign, RefusesAClaimGivenTwice) {
  TokenRequest wanted = request();
  wanted.extra = {{.name = "x", .value = "1"}, {.name = "x", .value = "2"}};
  EXPECT_FALSE(sign(wanted).has_value());
}

TEST(TokenSign, RefusesATokenThatNoVerifierWouldTake) {
  TokenRequest wanted = request();
  wanted.extra = {{.name = "x", .value = std::string(kTokenBytesMax, 'x')}};
  EXPECT_FALSE(sign(wanted).has_value());
}

TEST(TokenSign, NeedsASecretOfThirtyTwoBytes) {
  EXPECT_FALSE(TokenSigner::from_secret("short").has_value());
}

}  // namespace
}  // namespace gp::auth
