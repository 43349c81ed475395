#include "auth/token_verifier.h"

#include <gtest/gtest.h>

#include <string>

#include "protocol/codes.h"

namespace gp::auth {
namespace {

constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";
const WallTime kNow = from_seconds(1'700'000'000);

TokenVerifier verifier(VerifierOptions options = {}) {
  return TokenVerifier::from_secret(kSecret, std::move(options)).value();
}

std::string token_of(std::string_view claims) {
  return JwsKey::from_secret(kSecret).value().sign(claims).value();
}

Result<Claims> verify(std::string_view claims, VerifierOptions options = {}) {
  return verifier(std::move(options)).verify(token_of(claims), kNow);
}

void expect_refused(const Result<Claims>& result, Code code, std::string_view part_of_message) {
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, code);
  EXPECT_NE(result.error().message.find(part_of_message), std::string::npos)
      << result.error().message;
}

TEST(TokenVerify, ReadsEveryClaim) {
  const auto claims = verify(R"({"sub":"alice","exp":1700000600,"iat":1699999999.5,"jti":"t-1",
                                 "permissions":["chat","admin"],"scope":"ignored"})")
                          .value();
  EXPECT_EQ(claims.user_id.str(), "alice");
  EXPECT_EQ(claims.permissions, (std::vector<std::string>{"chat", "admin"}));
  EXPECT_EQ(claims.expires_at, from_seconds(1'700'000'600));
  EXPECT_EQ(claims.issued_at, from_seconds(1'699'999'999.5));
  EXPECT_EQ(claims.token_id, "t-1");
}

TEST(TokenVerify, NeedsOnlyAUser) {
  const auto claims = verify(R"({"sub":"alice"})").value();
  EXPECT_TRUE(claims.permissions.empty());
  EXPECT_FALSE(claims.expires_at.has_value());
  EXPECT_FALSE(claims.issued_at.has_value());
  EXPECT_TRUE(claims.token_id.empty());
}

TEST(TokenVerify, SplitsScopeAtSpaces) {
  EXPECT_EQ(verify(R"({"sub":"alice","scope":" chat  admin "})").value().permissions,
            (std::vector<std::string>{"chat", "admin"}));
}

TEST(TokenVerify, RefusesClaimsOfTheWrongType) {
  for (const std::string_view claims :
       {R"({"sub":5})", R"({"sub":null})", R"({"sub":"alice","jti":5})",
        R"({"sub":"alice","permissions":"chat"})", R"({"sub":"alice","permissions":[1]})",
        R"({"sub":"alice","scope":["chat"]})", R"({"sub":"alice","exp":"1800000000"})",
        R"({"sub":"alice","exp":null})", R"({"sub":"alice","exp":true})",
        R"({"sub":"alice","nbf":"0"})", R"({"sub":"alice","iat":[0]})"}) {
    SCOPED_TRACE(claims);
    expect_refused(verify(claims), Code::unauthenticated, "must be");
  }
}

TEST(TokenVerify, RefusesPayloadsThatAreNoClaims) {
  for (const std::string_view claims :
       {"[]", "5", "\"alice\"", "{", "{}x", "{\"sub\":\"a\xff\"}", "null"}) {
    SCOPED_TRACE(claims);
    expect_refused(verify(claims), Code::unauthenticated, "JSON object");
  }
  expect_refused(verify(R"({"sub":"alice","sub":"bob"})"), Code::unauthenticated, "twice");
}

TEST(TokenVerify, RefusesMissingAndPlaceholderUsers) {
  expect_refused(verify("{}"), Code::unauthenticated, "names no user");
  expect_refused(verify(R"({"sub":""})"), Code::unauthenticated, "names no user");
  expect_refused(verify(R"({"sub":"demo"})"), Code::unauthenticated, "placeholder word");
  expect_refused(verify(R"({"sub":"a\u0000b"})"), Code::unauthenticated, "control character");
  EXPECT_TRUE(verify(R"({"sub":")" + std::string(256, 'u') + R"("})").has_value());
  expect_refused(verify(R"({"sub":")" + std::string(257, 'u') + R"("})"), Code::unauthenticated,
                 "at most 256");
}

TEST(TokenVerify, ExpiresAtTheSecondOfExp) {
  EXPECT_TRUE(verify(R"({"sub":"alice","exp":1700000000.5})").has_value());
  expect_refused(verify(R"({"sub":"alice","exp":1700000000})"), Code::token_expired, "expired");
  expect_refused(verify(R"({"sub":"alice","exp":-5})"), Code::token_expired, "expired");
  expect_refused(verify(R"({"sub":"alice","exp":0})", {.leeway = std::chrono::hours(24)}),
                 Code::token_expired, "expired");
}

TEST(TokenVerify, TakesTimesBeyondTheClockAsItsEnd) {
  EXPECT_TRUE(verify(R"({"sub":"alice","exp":1e300})").has_value());
  EXPECT_TRUE(verify(R"({"sub":"alice","exp":18446744073709551615})").has_value());
  EXPECT_TRUE(verify(R"({"sub":"alice","nbf":-1e300,"iat":-9223372036854775808})").has_value());
  EXPECT_FALSE(verify(R"({"sub":"alice","iat":1e300})").has_value());
}

TEST(TokenVerify, AllowsLeewayForNbfAndIatToTheSecond) {
  for (const std::string_view name : {"nbf", "iat"}) {
    const auto claims = [&](int seconds) {
      return R"({"sub":"alice",")" + std::string(name) + R"(":)" + std::to_string(seconds) + "}";
    };
    EXPECT_TRUE(verify(claims(1'700'000'060)).has_value()) << name;
    expect_refused(verify(claims(1'700'000'061)), Code::unauthenticated, name);
    EXPECT_TRUE(verify(claims(1'700'000'000), {.leeway = std::chrono::seconds(0)}).has_value());
    expect_refused(verify(claims(1'700'000'001), {.leeway = std::chrono::seconds(0)}),
                   Code::unauthenticated, name);
  }
}

TEST(TokenVerify, ChecksTheIssuerWhenConfigured) {
  const VerifierOptions options{.issuer = "https://id"};
  EXPECT_TRUE(verify(R"({"sub":"alice","iss":"https://id"})", options).has_value());
  EXPECT_TRUE(verify(R"({"sub":"alice","iss":"anybody"})").has_value());
  expect_refused(verify(R"({"sub":"alice","iss":"https://ID"})", options), Code::unauthenticated,
                 "iss");
  expect_refused(verify(R"({"sub":"alice"})", options), Code::unauthenticated, "iss");
  expect_refused(verify(R"({"sub":"alice","iss":["https://id"]})", options), Code::unauthenticated,
                 "iss");
}

TEST(TokenVerify, ChecksTheAudienceWhenConfigured) {
  const VerifierOptions options{.audience = "chat"};
  EXPECT_TRUE(verify(R"({"sub":"alice","aud":"chat"})", options).has_value());
  EXPECT_TRUE(verify(R"({"sub":"alice","aud":["other","chat"]})", options).has_value());
  EXPECT_TRUE(verify(R"({"sub":"alice","aud":"other"})").has_value());
  expect_refused(verify(R"({"sub":"alice","aud":["other"]})", options), Code::unauthenticated,
                 "aud");
  expect_refused(verify(R"({"sub":"alice","aud":[]})", options), Code::unauthenticated, "aud");
  expect_refused(verify(R"({"sub":"alice","aud":"chat2"})", options), Code::unauthenticated, "aud");
  expect_refused(verify(R"({"sub":"alice","aud":{"chat":1}})", options), Code::unauthenticated,
                 "aud");
  expect_refused(verify(R"({"sub":"alice","aud":["chat",5]})", options), Code::unauthenticated,
                 "aud");
  expect_refused(verify(R"({"sub":"alice"})", options), Code::unauthenticated, "aud");
}

TEST(TokenVerify, SaysExpiredOnlyIfNothingElseIsWrong) {
  expect_refused(verify(R"({"sub":"alice","exp":1,"iss":"evil"})", {.issuer = "https://id"}),
                 Code::unauthenticated, "iss");
  const std::string token = token_of(R"({"sub":"alice","exp":1})");
  expect_refused(TokenVerifier::from_secret(std::string(32, 'x'), {}).value().verify(token, kNow),
                 Code::unauthenticated, "signature");
}

TEST(TokenVerify, ServesManyTokensInAnyOrder) {
  const TokenVerifier one = verifier();
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(one.verify(token_of(R"({"sub":"alice"})"), kNow).value().user_id.str(), "alice");
    EXPECT_FALSE(one.verify("a.b.c", kNow).has_value());
  }
}

TEST(TokenVerify, RefusesDeeplyNestedClaims) {
  const std::string deep =
      R"({"sub":"alice","x":)" + std::string(2000, '[') + std::string(2000, ']') + "}";
  expect_refused(verify(deep), Code::unauthenticated, "JSON object");
}

}  // namespace
}  // namespace gp::auth
