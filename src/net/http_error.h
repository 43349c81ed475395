/// Error answers: {"error":{"code","message","details"}} with the status of the code table
/// (docs/protocol.md section 5).
#pragma once

#include <string>

#include "base/result.h"
#include "net/http_message.h"

namespace gp::net {

HttpResponse error_response(const Error& error);
HttpResponse json_response(int status, std::string body);

}  // namespace gp::net
