/// Results of commands as JSON members without braces: what stands in an `ack`, and in the body of
/// an HTTP answer.
#pragma once

#include <string>

#include "chat/thread_service.h"

namespace gp::chat::results {

std::string message_ack(const MessageAck& ack);
std::string threads(const store::ThreadPage& page);
std::string messages(const store::MessagePage& page);

/// Whole JSON objects.
std::string thread_object(const protocol::Thread& thread);
std::string run_object(const protocol::Run& run);

/// `"name":"value"`.
std::string member(std::string_view name, std::string_view value);

}  // namespace gp::chat::results
