/// demo_session: a token from a server in demo mode, for those who have none.
///
/// Thread: blocking, as HttpClient.
#pragma once

#include <string>
#include <string_view>

#include "client/http_client.h"

namespace gp::client {

struct DemoSession {
  std::string token;
  std::string user_id;
};

/// `user` empty: the server's default user. Errors: Code::unauthenticated with a sentence if the
/// server gives no demo sessions.
Result<DemoSession> demo_session(const HttpClient& http, std::string_view user, Deadline deadline);

}  // namespace gp::client
