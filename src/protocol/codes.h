/// The code table: every error, close and run code a peer can see. The lines are in codes.def.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"

namespace gp {

enum class Code : std::uint16_t {
#define GP_CODE(name, http, close, retry, meaning) name,
#include "protocol/codes.def"
#undef GP_CODE
};

}  // namespace gp

namespace gp::protocol {

/// What a client should do after it saw the code.
enum class RetryAdvice { never, later, token, resume };

struct CodeInfo {
  Code code;
  std::string_view name;
  int http_status;
  std::uint16_t close_code;  ///< 0: never closes a WebSocket connection
  RetryAdvice retry;
  std::string_view meaning;
};

const CodeInfo& info(Code code);
std::span<const CodeInfo> all_codes();
std::optional<Code> code_from_name(std::string_view name);
std::string_view to_string(RetryAdvice advice);

}  // namespace gp::protocol
