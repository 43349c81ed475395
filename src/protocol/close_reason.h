/// CloseReason: why a connection ended, for operators; finer than the code its peer is told. The
/// lines are in close_reasons.def.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "protocol/codes.h"

namespace gp {

enum class CloseReason : std::uint8_t {
#define GP_CLOSE_REASON(name, code, meaning) name,
#include "protocol/close_reasons.def"
#undef GP_CLOSE_REASON
};

}  // namespace gp

namespace gp::protocol {

struct CloseReasonInfo {
  CloseReason reason;
  std::string_view name;
  Code code;
  std::string_view meaning;
};

const CloseReasonInfo& info(CloseReason reason);
std::span<const CloseReasonInfo> all_close_reasons();
/// The first reason with this code; `internal` for a code that ends no connection.
CloseReason close_reason_for(Code code);

}  // namespace gp::protocol
