#include "protocol/codes.h"

#include <algorithm>
#include <array>

namespace gp::protocol {
namespace {

constexpr auto kTable = std::to_array<CodeInfo>({
#define GP_CODE(name, http, close, retry, meaning) \
  {Code::name, #name, http, close, RetryAdvice::retry, meaning},
#include "protocol/codes.def"
#undef GP_CODE
});

}  // namespace

const CodeInfo& info(Code code) { return kTable[static_cast<std::size_t>(code)]; }

std::span<const CodeInfo> all_codes() { return kTable; }

std::optional<Code> code_from_name(std::string_view name) {
  const auto found = std::ranges::find(kTable, name, &CodeInfo::name);
  if (found == kTable.end()) return std::nullopt;
  return found->code;
}

std::string_view to_string(RetryAdvice advice) {
  switch (advice) {
    case RetryAdvice::never: return "never";
    case RetryAdvice::later: return "later";
    case RetryAdvice::token: return "token";
    case RetryAdvice::resume: return "resume";
  }
  return "never";
}

}  // namespace gp::protocol
