#include "auth/jws.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <string>

#include "auth/token_verifier.h"
#include "base/encoding.h"
#include "protocol/codes.h"

namespace gp::auth {
namespace {

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(text), text.size(), digest,
       &size);
  return std::string(reinterpret_cast<const char*>(digest), size);
}

std::string signing_input(std::string_view header, std::string_view payload) {
  return base64url_encode(header) + "." + base64url_encode(payload);
}

std::string hs256_token(std::string_view secret, std::string_view header,
                        std::string_view payload = "{}") {
  const std::string input = signing_input(header, payload);
  return input + "." + base64url_encode(hmac_sha256(secret, input));
}

void expect_refused(const Result<std::string>& result, std::string_view part_of_message) {
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, Code::unauthenticated);
  EXPECT_NE(result.error().message.find(part_of_message), std::string::npos)
      << result.error().message;
}

constexpr std::string_view kSecret = "an HS256 secret of more than 32 bytes";
constexpr std::string_view kHs256 = R"({"alg":"HS256"})";

// The examples of RFC 7515 appendix A share this payload.
constexpr std::string_view kRfcPayloadPart =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlf"
    "Q";
constexpr std::string_view kRfcPayload =
    "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";

std::string rfc_a1_secret() {
  return *base64url_decode(
      "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
}

std::string rfc_a1_token() {
  return "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + std::string(kRfcPayloadPart) +
         ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
}

TEST(JwsVectors, Rfc7515A1Hs256) {
  const auto key = JwsKey::from_secret(rfc_a1_secret()).value();
  EXPECT_EQ(key.verify(rfc_a1_token()).value(), kRfcPayload);
}

TEST(JwsVerify, RefusesEveryChangeOfOneCharacter) {
  const auto key = JwsKey::from_secret(rfc_a1_secret()).value();
  const std::string token = rfc_a1_token();
  for (std::size_t i = 0; i < token.size(); ++i) {
    for (const char other : {'A', 'B', '_', '.', '=', '\0'}) {
      if (token[i] == other) continue;
      std::string changed = token;
      changed[i] = other;
      EXPECT_FALSE(key.verify(changed).has_value()) << "at " << i << ": " << other;
    }
  }
}

TEST(JwsVerify, RefusesOtherSpellingsOfTheSameSignature) {
  // The last character of a 32-byte signature carries two unused bits: four texts decode to the
  // same bytes.
  const auto key = JwsKey::from_secret(rfc_a1_secret()).value();
  std::string token = rfc_a1_token();
  ASSERT_EQ(token.back(), 'k');
  token.back() = 'l';
  expect_refused(key.verify(token), "base64url");
  token.back() = 'k';
  expect_refused(key.verify(token + "="), "base64url");
}

TEST(JwsVerify, RefusesATokenCutAnywhere) {
  const auto key = JwsKey::from_secret(rfc_a1_secret()).value();
  const std::string token = rfc_a1_token();
  for (std::size_t size = 0; size < token.size(); ++size) {
    EXPECT_FALSE(key.verify(token.substr(0, size)).has_value()) << size;
    EXPECT_FALSE(key.verify(token.substr(token.size() - size)).has_value()) << size;
  }
}

TEST(JwsVerify, NeedsExactlyThreeParts) {
  const auto key = JwsKey::from_secret(kSecret).value();
  const std::string token = hs256_token(kSecret, kHs256);
  EXPECT_TRUE(key.verify(token).has_value());
  expect_refused(key.verify(token + "."), "three parts");
  expect_refused(key.verify("." + token), "three parts");
  expect_refused(key.verify("a.b"), "three parts");
  expect_refused(key.verify(""), "three parts");
  expect_refused(key.verify(".."), "base64url");
}

TEST(JwsVerify, RefusesAlgNone) {
  const auto key = JwsKey::from_secret(kSecret).value();
  for (const std::string_view header : {R"({"alg":"none"})", R"({"alg":"None"})", R"({"alg":""})",
                                        R"({"alg":null})", R"({"alg":5})", R"({})"}) {
    EXPECT_FALSE(key.verify(signing_input(header, "{}") + ".").has_value()) << header;
    expect_refused(key.verify(hs256_token(kSecret, header)), "HS256");
  }
}

TEST(JwsVerify, RefusesOtherAlgorithmsOfTheSameFamily) {
  const auto key = JwsKey::from_secret(kSecret).value();
  for (const std::string_view header :
       {R"({"alg":"HS384"})", R"({"alg":"HS512"})", R"({"alg":"hs256"})", R"({"alg":"RS256"})"}) {
    expect_refused(key.verify(hs256_token(kSecret, header)), "HS256");
  }
}

TEST(JwsVerify, RefusesAHeaderThatNamesAMemberTwice) {
  const auto key = JwsKey::from_secret(kSecret).value();
  expect_refused(key.verify(hs256_token(kSecret, R"({"alg":"HS256","alg":"none"})")), "twice");
  expect_refused(key.verify(hs256_token(kSecret, R"({"\u0061lg":"HS512","alg":"HS256"})")),
                 "twice");
}

TEST(JwsVerify, RefusesCritAlways) {
  const auto key = JwsKey::from_secret(kSecret).value();
  for (const std::string_view header :
       {R"({"alg":"HS256","crit":["exp"],"exp":1})", R"({"alg":"HS256","crit":[]})",
        R"({"alg":"HS256","b64":false,"crit":["b64"]})", R"({"alg":"HS256","crit":null})"}) {
    expect_refused(key.verify(hs256_token(kSecret, header)), "crit");
  }
}

TEST(JwsVerify, AcceptsOnlyTypesOfTokens) {
  const auto key = JwsKey::from_secret(kSecret).value();
  for (const std::string_view type :
       {"JWT", "jwt", "at+jwt", "application/at+JWT", "application/jwt"})
    EXPECT_TRUE(
        key.verify(hs256_token(kSecret, R"({"alg":"HS256","typ":")" + std::string(type) + R"("})"))
            .has_value())
        << type;
  for (const std::string_view type :
       {R"("JOSE")", R"("secevent+jwt")", "5", "null", R"("")", R"("application/")", R"(["JWT"])"})
    expect_refused(
        key.verify(hs256_token(kSecret, R"({"alg":"HS256","typ":)" + std::string(type) + "}")),
        "typ");
}

TEST(JwsVerify, RefusesHeadersThatAreNoObjects) {
  const auto key = JwsKey::from_secret(kSecret).value();
  for (const std::string_view header :
       {"[]", "5", "\"HS256\"", "{", "", "{\"alg\":\"HS256\"} x", "{\"alg\":\"HS256\xff\"}"})
    EXPECT_FALSE(key.verify(hs256_token(kSecret, header)).has_value()) << header;
}

TEST(JwsVerify, TakesExactlyTheLargestToken) {
  const auto key = JwsKey::from_secret(kSecret).value();
  // Header (20) + payload + signature (43) characters and two dots.
  const std::string largest = hs256_token(kSecret, kHs256, std::string(6095, 'a'));
  ASSERT_EQ(largest.size(), kTokenBytesMax);
  EXPECT_TRUE(key.verify(largest).has_value());
  expect_refused(key.verify(hs256_token(kSecret, kHs256, std::string(6096, 'a'))), "at most");
  expect_refused(key.verify(std::string(10'000'000, 'a')), "at most");
}

TEST(JwsKeys, NeedASecretOfThirtyTwoBytes) {
  EXPECT_TRUE(JwsKey::from_secret(std::string(32, 'k')).has_value());
  const auto result = JwsKey::from_secret("hunter2-hunter2-hunter2-hunter2");
  ASSERT_FALSE(result.has_value());
  EXPECT_NE(result.error().message.find("31 bytes"), std::string::npos);
  EXPECT_EQ(result.error().message.find("hunter2"), std::string::npos) << "the secret is quoted";
  EXPECT_FALSE(JwsKey::from_secret("").has_value());
}

TEST(JwsSign, MakesATokenThatItsSecretVerifies) {
  const auto key = JwsKey::from_secret(kSecret).value();
  const std::string token = key.sign("payload").value();
  EXPECT_EQ(token,
            hs256_token(kSecret, *base64url_decode(token.substr(0, token.find('.'))), "payload"));
  EXPECT_EQ(key.verify(token).value(), "payload");
  expect_refused(JwsKey::from_secret(std::string(32, 'x')).value().verify(token), "signature");
}

TEST(TokenVerifierRfcVectors, FailOnlyForWantOfAUser) {
  // RFC 7515 A.1 has no `sub`; before its exp in 2011 that is its only fault.
  const auto verifier = TokenVerifier::from_secret(rfc_a1_secret(), {.issuer = "joe"}).value();
  const auto result = verifier.verify(rfc_a1_token(), from_seconds(1'300'819'379));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().message, "the token is not valid: it names no user (sub)");
}

}  // namespace
}  // namespace gp::auth
