#include "auth/jws.h"

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <memory>
#include <string>

#include "auth/token_verifier.h"
#include "base/encoding.h"
#include "protocol/codes.h"

namespace gp::auth {
namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(BIGNUM* number) const { BN_free(number); }
  void operator()(OSSL_PARAM_BLD* builder) const { OSSL_PARAM_BLD_free(builder); }
  void operator()(OSSL_PARAM* parameters) const { OSSL_PARAM_free(parameters); }
  void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;
using Key = Owned<EVP_PKEY>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string public_pem(const Key& key) {
  const Owned<BIO> bio(BIO_new(BIO_s_mem()));
  EXPECT_EQ(PEM_write_bio_PUBKEY(bio.get(), key.get()), 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

std::string private_pem(const Key& key) {
  const Owned<BIO> bio(BIO_new(BIO_s_mem()));
  EXPECT_EQ(PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr),
            1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

/// A key from its published numbers. `type` "RSA" or "EC".
Key key_from(const char* type, OSSL_PARAM_BLD* builder) {
  const Owned<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(builder));
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  EXPECT_EQ(EVP_PKEY_fromdata_init(context.get()), 1);
  EXPECT_EQ(EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()), 1);
  return Key(key);
}

Key rsa_key_from(const std::string& modulus, unsigned long exponent) {
  const Owned<BIGNUM> n(BN_bin2bn(bytes_of(modulus), static_cast<int>(modulus.size()), nullptr));
  const Owned<BIGNUM> e(BN_new());
  BN_set_word(e.get(), exponent);
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  return key_from("RSA", builder.get());
}

Key p256_key_from(const std::string& x, const std::string& y) {
  const std::string point = "\x04" + x + y;
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  return key_from("EC", builder.get());
}

Key generate_rsa(unsigned bits) { return Key(EVP_RSA_gen(bits)); }
Key generate_ec(const char* curve) { return Key(EVP_EC_gen(curve)); }

std::string digest_sign(const Key& key, std::string_view text) {
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  EXPECT_EQ(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()), 1);
  std::size_t size = 0;
  EXPECT_EQ(EVP_DigestSign(context.get(), nullptr, &size, bytes_of(text), text.size()), 1);
  std::string signature(size, '\0');
  EXPECT_EQ(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                           bytes_of(text), text.size()),
            1);
  signature.resize(size);
  return signature;
}

/// ECDSA signatures are r and s side by side in JWS (RFC 7518 section 3.4), DER in OpenSSL.
std::string raw_ecdsa(const std::string& der) {
  const unsigned char* at = bytes_of(der);
  const Owned<ECDSA_SIG> parsed(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  std::string raw(64, '\0');
  auto* out = reinterpret_cast<unsigned char*>(raw.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(parsed.get()), out, 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(parsed.get()), out + 32, 32);
  return raw;
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

std::string rs256_token(const Key& key, std::string_view header, std::string_view payload) {
  const std::string input = signing_input(header, payload);
  return input + "." + base64url_encode(digest_sign(key, input));
}

std::string es256_token(const Key& key, std::string_view header, std::string_view payload) {
  const std::string input = signing_input(header, payload);
  return input + "." + base64url_encode(raw_ecdsa(digest_sign(key, input)));
}

void expect_refused(const Result<std::string>& result, std::string_view part_of_message) {
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, Code::unauthenticated);
  EXPECT_NE(result.error().message.find(part_of_message), std::string::npos)
      << result.error().message;
}

constexpr std::string_view kHs256 = R"({"alg":"HS256"})";

// The examples of RFC 7515 appendix A share this payload.
constexpr std::string_view kRfcPayloadPart =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlf"
    "Q";
constexpr std::string_view kRfcPayload =
    "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";

TEST(JwsVectors, Rfc7515A2Rs256) {
  const std::string modulus = *base64url_decode(
      "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-"
      "4qPCJrcS2mJPMEzP1Pt0Bm4d4Ql"
      "L-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-"
      "bSf63kpaSHSXndS5z5rexMdbBYUs"
      "LA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-"
      "DWNmoud"
      "F8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ");
  const std::string token = "eyJhbGciOiJSUzI1NiJ9." + std::string(kRfcPayloadPart) +
                            ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__"
                            "dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5juj"
                            "Gbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_"
                            "nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K"
                            "0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-"
                            "eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6L"
                            "bgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
  const auto key = JwsKey::from_public_key_pem(public_pem(rsa_key_from(modulus, 65537))).value();
  EXPECT_EQ(key.verify(token).value(), kRfcPayload);
  std::string tampered = token;
  tampered[tampered.size() - 10] = tampered[tampered.size() - 10] == 'A' ? 'B' : 'A';
  expect_refused(key.verify(tampered), "signature");
}

TEST(JwsVectors, Rfc7515A3Es256) {
  const std::string x = *base64url_decode("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU");
  const std::string y = *base64url_decode("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
  const std::string token =
      "eyJhbGciOiJFUzI1NiJ9." + std::string(kRfcPayloadPart) +
      ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
  const auto key = JwsKey::from_public_key_pem(public_pem(p256_key_from(x, y))).value();
  EXPECT_EQ(key.verify(token).value(), kRfcPayload);
  std::string tampered = token;
  tampered[tampered.size() - 10] = tampered[tampered.size() - 10] == 'A' ? 'B' : 'A';
  expect_refused(key.verify(tampered), "signature");
}

TEST(JwsVerify, RefusesAPublicKeyUsedAsASecret) {
  const Key rsa = generate_rsa(2048);
  const std::string pem = public_pem(rsa);
  const auto key = JwsKey::from_public_key_pem(pem).value();
  expect_refused(key.verify(hs256_token(pem, kHs256)), "RS256");
  expect_refused(key.verify(hs256_token(pem, R"({"alg":"RS256"})")), "signature");
  const auto ec = JwsKey::from_public_key_pem(public_pem(generate_ec("P-256"))).value();
  expect_refused(ec.verify(rs256_token(rsa, R"({"alg":"RS256"})", "{}")), "ES256");
}

TEST(JwsVerify, AcceptsGeneratedKeysAndRefusesOthers) {
  const Key rsa = generate_rsa(2048);
  const auto rs256 = JwsKey::from_public_key_pem(public_pem(rsa)).value();
  const std::string rsa_token = rs256_token(rsa, R"({"alg":"RS256","typ":"JWT"})", "payload");
  EXPECT_EQ(rs256.verify(rsa_token).value(), "payload");
  expect_refused(
      JwsKey::from_public_key_pem(public_pem(generate_rsa(2048))).value().verify(rsa_token),
      "signature");
  const Key ec = generate_ec("P-256");
  const auto es256 = JwsKey::from_public_key_pem(public_pem(ec)).value();
  const std::string ec_token = es256_token(ec, R"({"alg":"ES256","kid":"k1"})", "payload");
  EXPECT_EQ(es256.verify(ec_token).value(), "payload");
  expect_refused(
      JwsKey::from_public_key_pem(public_pem(generate_ec("P-256"))).value().verify(ec_token),
      "signature");
}

TEST(JwsVerify, RefusesEcdsaSignaturesOfTheWrongSize) {
  const Key ec = generate_ec("P-256");
  const auto key = JwsKey::from_public_key_pem(public_pem(ec)).value();
  const std::string input = signing_input(R"({"alg":"ES256"})", "{}");
  const std::string raw = raw_ecdsa(digest_sign(ec, input));
  EXPECT_TRUE(key.verify(input + "." + base64url_encode(raw)).has_value());
  for (const std::string& wrong : {raw.substr(0, 63), raw.substr(0, 1), raw + std::string(2, '\0'),
                                   std::string(64, '\0'), digest_sign(ec, input)})
    EXPECT_FALSE(key.verify(input + "." + base64url_encode(wrong)).has_value()) << wrong.size();
}

TEST(JwsVerify, LeavesNoErrorsOfOpenSslBehind) {
  const auto key = JwsKey::from_public_key_pem(public_pem(generate_rsa(2048))).value();
  const Key other = generate_rsa(2048);
  EXPECT_FALSE(key.verify(rs256_token(other, R"({"alg":"RS256"})", "{}")).has_value());
  EXPECT_EQ(ERR_peek_error(), 0U);
  EXPECT_FALSE(JwsKey::from_public_key_pem("no key").has_value());
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(JwsKeys, RefuseOtherPublicKeysWithASentence) {
  const auto message = [](const std::string& pem) {
    const auto key = JwsKey::from_public_key_pem(pem);
    return key.has_value() ? std::string("accepted") : key.error().message;
  };
  EXPECT_NE(message(public_pem(generate_rsa(1024))).find("1024 bits"), std::string::npos);
  EXPECT_NE(message(public_pem(generate_ec("P-384"))).find("not P-256"), std::string::npos);
  EXPECT_NE(
      message(public_pem(Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")))).find("neither"),
      std::string::npos);
  EXPECT_NE(message(private_pem(generate_ec("P-256"))).find("private key"), std::string::npos);
  EXPECT_NE(message("").find("PEM"), std::string::npos);
  EXPECT_NE(message("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----").find("PEM"),
            std::string::npos);
}

TEST(JwsKeys, AcceptAPemWithoutItsLastNewline) {
  std::string pem = public_pem(generate_ec("P-256"));
  ASSERT_EQ(pem.back(), '\n');
  pem.pop_back();
  EXPECT_TRUE(JwsKey::from_public_key_pem(pem).has_value());
}

TEST(JwsSign, IsNotForPublicKeys) {
  const auto key = JwsKey::from_public_key_pem(public_pem(generate_ec("P-256"))).value();
  EXPECT_FALSE(key.sign("payload").has_value());
}

TEST(TokenVerifierPublicKey, ReadsTheClaimsOfRs256AndEs256Tokens) {
  const WallTime now = from_seconds(1'700'000'000);
  const Key rsa = generate_rsa(2048);
  const auto rs256 = TokenVerifier::from_public_key_pem(public_pem(rsa), {}).value();
  const std::string payload = R"({"sub":"alice","exp":1700000001})";
  EXPECT_EQ(
      rs256.verify(rs256_token(rsa, R"({"alg":"RS256"})", payload), now).value().user_id.str(),
      "alice");
  const Key ec = generate_ec("P-256");
  const auto es256 = TokenVerifier::from_public_key_pem(public_pem(ec), {}).value();
  EXPECT_EQ(es256.verify(es256_token(ec, R"({"alg":"ES256"})", payload), now).value().user_id.str(),
            "alice");
}

}  // namespace
}  // namespace gp::auth
