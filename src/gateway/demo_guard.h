/// Demo sessions: tokens for anybody on this machine, and for nobody else.
///
/// Guard: the connection must come from loopback, also behind a proxy that tells where it is from;
/// the Host header must name loopback (a page of another site that made its name point to
/// 127.0.0.1 has its own name there), and an Origin, if there is one, must be the same host.
#pragma once

#include <string>

#include "auth/token_signer.h"
#include "net/http_message.h"

namespace gp::gateway {

inline constexpr std::string_view kDemoUser = "local-user";
inline constexpr std::chrono::seconds kDemoTtl = std::chrono::hours(12);

/// The JSON of a session: {"token","user_id","expires_at"}. The body may name a user:
/// {"user":"alice"}. Errors: forbidden, invalid_json, invalid_id.
Result<std::string> make_demo_session(const net::HttpRequest& request,
                                      const auth::TokenSigner& signer, WallTime now);

}  // namespace gp::gateway
