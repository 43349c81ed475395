/// Property: whatever bytes come as a token, an offer or an Authorization header, nothing crashes
/// and no token verifies, since the fuzzer does not know the secret (nor a private half of the
/// public keys).
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "auth/bearer.h"
#include "auth/token_verifier.h"
#include "base/assert.h"
#include "base/random.h"
#include "identity/user_execution_context.h"

namespace {

std::string random_secret() {
  gp::SystemRandom random;
  std::string secret(32, '\0');
  random.fill(std::as_writable_bytes(std::span(secret)));
  return secret;
}

std::string fresh_public_key() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(bio, key);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  std::string pem(text, static_cast<std::size_t>(size));
  BIO_free(bio);
  EVP_PKEY_free(key);
  return pem;
}

void never_verifies(const gp::auth::TokenVerifier& verifier, std::string_view token) {
  const auto result = verifier.verify(token, gp::from_seconds(1.3e9));
  GP_ASSERT(!result.has_value(), "a token verified without the key");
}

void only_valid_users(const gp::auth::TokenVerifier& verifier, const gp::auth::JwsKey& key,
                      std::string_view claims) {
  const auto token = key.sign(claims);
  if (!token.has_value()) return;
  const auto result = verifier.verify(token.value(), gp::from_seconds(1.3e9));
  if (!result.has_value()) return;
  const auto checked = gp::identity::check_id("user_id", result.value().user_id.view(),
                                              gp::identity::kUserIdBytesMax);
  GP_ASSERT(checked.has_value(), "a token gave a user id that is none");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string secret = random_secret();
  static const auto signing_key = gp::auth::JwsKey::from_secret(secret).value();
  static const auto by_secret = gp::auth::TokenVerifier::from_secret(secret, {}).value();
  static const auto by_key =
      gp::auth::TokenVerifier::from_public_key_pem(fresh_public_key(), {}).value();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  never_verifies(by_secret, text);
  never_verifies(by_key, text);
  only_valid_users(by_secret, signing_key, text);
  if (const auto token = gp::auth::bearer_token(text)) never_verifies(by_secret, *token);
  const auto offer = gp::auth::parse_subprotocols(text);
  if (offer.has_value() && offer.value().token.has_value())
    never_verifies(by_secret, *offer.value().token);
  return 0;
}
