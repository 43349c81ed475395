/// TokenVerifier: turns a JWT (RFC 7519) into Claims, or says why not.
///
/// Owner:      one core's handshake code.
/// Thread:     one core; make one per core (JwsKey).
/// Invariants: (1) claims come only out of a token whose signature matched; (2) no message quotes
/// the token or the key. Cost:       the key is parsed once, in from_*; verify() is one signature
/// check and two JSON parses.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/jws.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"

namespace gp::auth {

struct VerifierOptions {
  /// How far `nbf` and `iat` may lie in the future, for clocks that differ. `exp` gets none: the
  /// server promises to end what a token opened at that second.
  std::chrono::seconds leeway{60};
  std::string issuer{};    ///< required `iss`; empty: any
  std::string audience{};  ///< required in `aud`; empty: any
};

struct Claims {
  UserId user_id;                          ///< `sub`; passed identity::check_id
  std::vector<std::string> permissions{};  ///< `permissions`, else the words of `scope`
  std::optional<WallTime> expires_at{};    ///< `exp`
  std::optional<WallTime> issued_at{};     ///< `iat`
  std::string token_id{};                  ///< `jti`; empty if absent
};

class TokenVerifier {
 public:
  /// HS256. Errors: as JwsKey::from_secret.
  static Result<TokenVerifier> from_secret(std::string_view secret, VerifierOptions options);
  /// RS256 or ES256. Errors: as JwsKey::from_public_key_pem.
  static Result<TokenVerifier> from_public_key_pem(std::string_view pem, VerifierOptions options);

  TokenVerifier(TokenVerifier&&) noexcept;
  TokenVerifier& operator=(TokenVerifier&&) noexcept;
  ~TokenVerifier();

  /// Required: `sub`. Checked if present: `exp`, `nbf`, `iat` (numbers), `jti`, `permissions`,
  /// `scope`; `iss` and `aud` as configured. Errors: Code::token_expired if only the time is over;
  /// everything else Code::unauthenticated.
  Result<Claims> verify(std::string_view token, WallTime now) const;

 private:
  struct Scratch;
  TokenVerifier(JwsKey key, VerifierOptions options);

  JwsKey key_;
  VerifierOptions options_;
  std::unique_ptr<Scratch> scratch_;
};

}  // namespace gp::auth
