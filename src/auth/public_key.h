/// Reads a PEM public key (RFC 7468 section 13) down to the numbers a JWS key is made of.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace gp::auth {

struct PublicKey {
  enum class Kind { kRsa, kP256 };
  Kind kind;
  std::string modulus_or_x;   ///< big-endian; 32 bytes for P-256
  std::string exponent_or_y;  ///< big-endian; 32 bytes for P-256
};

/// Errors: Code::internal with a sentence for the operator: no PEM public key, a private key,
/// another kind or curve, an RSA modulus below `rsa_bits_min`.
Result<PublicKey> read_public_key_pem(std::string_view pem, int rsa_bits_min);

}  // namespace gp::auth
