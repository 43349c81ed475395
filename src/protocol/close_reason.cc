#include "protocol/close_reason.h"

#include <algorithm>
#include <array>

namespace gp::protocol {
namespace {

constexpr auto kTable = std::to_array<CloseReasonInfo>({
#define GP_CLOSE_REASON(name, code, meaning) {CloseReason::name, #name, Code::code, meaning},
#include "protocol/close_reasons.def"
#undef GP_CLOSE_REASON
});

}  // namespace

const CloseReasonInfo& info(CloseReason reason) { return kTable[static_cast<std::size_t>(reason)]; }

std::span<const CloseReasonInfo> all_close_reasons() { return kTable; }

CloseReason close_reason_for(Code code) {
  const auto found = std::ranges::find(kTable, code, &CloseReasonInfo::code);
  return found == kTable.end() ? CloseReason::internal : found->reason;
}

}  // namespace gp::protocol
