/// TokenSigner: makes HS256 tokens that a TokenVerifier with the same secret accepts. For the
/// `token` command and demo sessions; in production an identity provider makes the tokens.
///
/// Thread: one core (JwsKey).
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

/// A claim that has no field of its own in TokenRequest.
struct ExtraClaim {
  enum class Form { kText, kJson };
  std::string name;
  std::string value;  ///< the text itself, or JSON text of any value
  Form form = Form::kText;
};

struct TokenRequest {
  UserId user_id;
  WallTime issued_at;                         ///< written as whole seconds
  std::optional<std::chrono::seconds> ttl{};  ///< absent: the token never expires
  std::string token_id{};                     ///< `jti`; empty: none
  std::string issuer{};                       ///< `iss`; empty: none
  std::string audience{};                     ///< `aud`; empty: none
  std::vector<std::string> permissions{};     ///< empty: none
  std::vector<ExtraClaim> extra{};
};

class TokenSigner {
 public:
  /// Errors: as JwsKey::from_secret.
  static Result<TokenSigner> from_secret(std::string_view secret);

  TokenSigner(TokenSigner&&) noexcept;
  TokenSigner& operator=(TokenSigner&&) noexcept;
  ~TokenSigner();

  /// Errors: Code::invalid_id for a user id that identity::check_id refuses; Code::bad_request for
  /// an extra claim that is not JSON, is named twice or has a field here, for text that is not
  /// UTF-8, and for a token over kTokenBytesMax.
  Result<std::string> sign(const TokenRequest& request) const;

 private:
  struct Scratch;
  explicit TokenSigner(JwsKey key);

  JwsKey key_;
  std::unique_ptr<Scratch> scratch_;
};

}  // namespace gp::auth
