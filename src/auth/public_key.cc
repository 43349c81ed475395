#include "auth/public_key.h"

#include <fmt/core.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <array>
#include <cstddef>
#include <limits>
#include <memory>
#include <utility>

#include "protocol/codes.h"

namespace gp::auth {
namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(BIGNUM* number) const { BN_free(number); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Bio = std::unique_ptr<BIO, Free>;
using Number = std::unique_ptr<BIGNUM, Free>;
using Key = std::unique_ptr<EVP_PKEY, Free>;

constexpr int kP256CoordinateBytes = 32;

auto refuse(std::string_view why) {
  return fail(Code::internal, fmt::format("the JWT public key is not usable: {}", why));
}

/// A number of the key, big-endian; `width` 0 means as short as possible. Empty if the key has no
/// such number.
std::string number_of(const EVP_PKEY* key, const char* name, int width) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &raw) != 1) return {};
  const Number number(raw);
  if (width == 0) width = BN_num_bytes(number.get());
  std::string bytes(static_cast<std::size_t>(width), '\0');
  if (BN_bn2binpad(number.get(), reinterpret_cast<unsigned char*>(bytes.data()), width) != width)
    return {};
  return bytes;
}

Result<PublicKey> read_rsa(const EVP_PKEY* key, int bits_min) {
  const int bits = EVP_PKEY_get_bits(key);
  if (bits < bits_min)
    return refuse(
        fmt::format("its RSA modulus has {} bits; RS256 needs at least {}", bits, bits_min));
  PublicKey parts{.kind = PublicKey::Kind::kRsa,
                  .modulus_or_x = number_of(key, OSSL_PKEY_PARAM_RSA_N, 0),
                  .exponent_or_y = number_of(key, OSSL_PKEY_PARAM_RSA_E, 0)};
  if (parts.modulus_or_x.empty() || parts.exponent_or_y.empty())
    return refuse("its RSA numbers cannot be read");
  return parts;
}

Result<PublicKey> read_ec(const EVP_PKEY* key) {
  std::array<char, 64> group{};
  std::size_t size = 0;
  const int found = EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group.data(),
                                                   group.size(), &size);
  if (found != 1 || std::string_view(group.data(), size) != "prime256v1")
    return refuse("its curve is not P-256, the one of ES256");
  PublicKey parts{.kind = PublicKey::Kind::kP256,
                  .modulus_or_x = number_of(key, OSSL_PKEY_PARAM_EC_PUB_X, kP256CoordinateBytes),
                  .exponent_or_y = number_of(key, OSSL_PKEY_PARAM_EC_PUB_Y, kP256CoordinateBytes)};
  if (parts.modulus_or_x.empty() || parts.exponent_or_y.empty())
    return refuse("its point cannot be read");
  return parts;
}

}  // namespace

Result<PublicKey> read_public_key_pem(std::string_view pem, int rsa_bits_min) {
  if (pem.find("PRIVATE KEY-----") != std::string_view::npos)
    return refuse(
        "it is a private key, which a verifier must not have; give its public half (openssl pkey "
        "-pubout)");
  if (pem.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    return refuse("it is too large");
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (bio == nullptr) return refuse("no memory to read it");
  const Key key(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
  if (key == nullptr) return refuse("it is not a PEM block \"-----BEGIN PUBLIC KEY-----\"");
  switch (EVP_PKEY_get_base_id(key.get())) {
    case EVP_PKEY_RSA: return read_rsa(key.get(), rsa_bits_min);
    case EVP_PKEY_EC: return read_ec(key.get());
    default: return refuse("it is neither RSA (for RS256) nor P-256 (for ES256)");
  }
}

}  // namespace gp::auth
