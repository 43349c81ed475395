/// JwsKey: one key and the one algorithm it may be used with; checks and makes compact JWS (RFC
/// 7515).
///
/// Owner:      one TokenVerifier or TokenSigner.
/// Thread:     one core; the parser inside is reused and the key's reference count is not atomic.
/// Make one per core. Invariants: (1) the algorithm comes from the key, never from the token, so
/// `none` and HS/RS confusion
///             (RFC 8725 section 3.1) cannot be expressed; (2) key material never leaves this
///             class: not in an error, not in a log line.
/// Algorithms: HS256 for a secret, RS256 for RSA from 2048 bits, ES256 for P-256 (RFC 7518
/// section 3.1).
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gp::auth {

/// Longest token looked at; longer ones are refused unread.
inline constexpr std::size_t kTokenBytesMax = 8 * 1024;
/// Shortest secret of HS256: the size of its hash (RFC 7518 section 3.2).
inline constexpr std::size_t kSecretBytesMin = 32;
/// Smallest RSA modulus (RFC 7518 section 3.3).
inline constexpr int kRsaBitsMin = 2048;

class JwsKey {
 public:
  /// Errors: Code::internal (for the operator) if `secret` is shorter than kSecretBytesMin.
  static Result<JwsKey> from_secret(std::string_view secret);
  /// `pem`: a "BEGIN PUBLIC KEY" block. Errors: Code::internal (for the operator) for anything
  /// else.
  static Result<JwsKey> from_public_key_pem(std::string_view pem);

  JwsKey(JwsKey&&) noexcept;
  JwsKey& operator=(JwsKey&&) noexcept;
  ~JwsKey();

  /// The payload of a token whose form, header and signature are right.
  /// Refused: over kTokenBytesMax, not exactly three canonical unpadded base64url parts, a header
  /// that is not a JSON object or names a member twice, another `alg`, any `crit`, a `typ` other
  /// than JWT or at+jwt. Errors: Code::unauthenticated.
  Result<std::string> verify(std::string_view token) const;

  /// `payload` as a compact JWS with the header {"alg":"HS256","typ":"JWT"}. Only for a key from a
  /// secret. Errors: Code::internal.
  Result<std::string> sign(std::string_view payload) const;

 private:
  struct State;
  explicit JwsKey(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gp::auth
