/// GP_ASSERT: our own bugs stop the process, in every build. Never for anything that comes from
/// outside.
#pragma once

namespace gp {

/// Prints where and what to standard error and aborts.
[[noreturn]] void assertion_failed(const char* condition, const char* what, const char* file,
                                   int line);

}  // namespace gp

#define GP_ASSERT(condition, what)                                    \
  do {                                                                \
    if (!(condition)) [[unlikely]]                                    \
      ::gp::assertion_failed(#condition, (what), __FILE__, __LINE__); \
  } while (false)
